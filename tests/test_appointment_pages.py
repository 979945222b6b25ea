"""The pages of appointments: for the champion, for the lead, and for nobody else; and two at once."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import AuditEvent
from demo.cast import Cast
from messaging import actions, appointments, texting
from messaging.planned import Appointment
from sms import actions as sms_actions
from tests.cast import address, drain
from tests.test_appointments import add, browser, cancel, move, person, reminders
from tests.test_at_once import at_once, errors
from tests.test_check_ins import at


def test_a_double_tap_adds_one(cast: Cast, monday: time_machine.Traveller) -> None:
    for _ in range(2):
        assert add(cast, "2026-11-25", "10:30").status_code == 200
    assert Appointment.objects.count() == 1
    at(monday, "2026-11-24T10:30:01+00:00")
    assert len(reminders(cast.ben)) == 1


@pytest.mark.parametrize(
    ("day", "wall", "says"),
    [
        ("2026-11-23", "09:59", "That time has passed. Choose a later one."),
        ("2026-11-22", "10:00", "That day is over. Choose another."),
        ("2028-01-01", "10:00", "That is too far ahead. Choose an earlier day."),
        ("9999-12-31", "23:59", "That is too far ahead. Choose an earlier day."),
        ("", "10:00", "This field is required."),
        ("2026-11-25", "25:00", "Enter a valid time."),
    ],
)
def test_a_time_that_will_not_do_is_refused(
    cast: Cast, monday: time_machine.Traveller, day: str, wall: str, says: str
) -> None:
    response = add(cast, day, wall)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Appointment.objects.exists()


def test_two_at_the_same_time_are_refused(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    first = Appointment.objects.get()
    add(cast, "2026-11-26", "10:30")
    its_page = f"{address(cast.conversation)}appointments/{first.id}/"
    response = browser(cast.alice.user).post(its_page, {"day": "2026-11-26", "at": "10:30"})
    assert response.status_code == 422
    assert "There is an appointment at that time already." in response.content.decode()


def test_one_that_was_cancelled_is_not_moved(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    cancel(cast)
    response = move(cast, "2026-11-26", "10:30")
    assert response.status_code == 422
    assert "was cancelled or is over" in response.content.decode()
    assert add(cast, "2026-11-25", "10:30").status_code == 200
    assert Appointment.objects.filter(cancelled_at=None).count() == 1


def test_the_lead_adds_moves_and_cancels_too(cast: Cast, monday: time_machine.Traveller) -> None:
    home = f"/lead/pairings/{cast.pairing.id}/"
    priya = browser(cast.priya)
    assert f'href="{home}appointments/"' in priya.get(home).content.decode()
    assert priya.get(f"{home}appointments/").status_code == 200
    page = priya.post(f"{home}appointments/", {"day": "2026-11-25", "at": "10:30"}, follow=True).content.decode()
    assert "10:30, Ben’s time" in page
    its_page = f"{home}appointments/{Appointment.objects.get().id}/"
    assert 'value="10:30"' in priya.get(its_page).content.decode()
    assert "11:45, Ben’s time" in person_after(priya, its_page, {"day": "2026-11-25", "at": "11:45"})
    assert "11:45, Ben’s time" in person(cast)
    assert "None to come." in person_after(priya, f"{its_page}cancel/", {})
    assert AuditEvent.objects.filter(actor=cast.priya.actor, action__startswith="appointment").count() == 3


def person_after(client: Client, place: str, form: dict[str, str]) -> str:
    return str(client.post(place, form, follow=True).content.decode())


def test_strangers_find_none_of_it(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    known = Appointment.objects.get()
    champions, leads = f"{address(cast.conversation)}appointments/", f"/lead/pairings/{cast.pairing.id}/appointments/"
    form = {"day": "2026-11-26", "at": "10:30"}
    for stranger in (cast.carol.user, cast.sam, cast.omar, cast.kit, cast.rhys, cast.elin, cast.mere, cast.dev.user):
        client = browser(stranger)
        for place in (champions, leads):
            for inner in ("", f"{known.id}/", f"{known.id}/cancel/"):
                assert client.post(place + inner, form).status_code == 404, stranger.name
                assert client.get(place + inner).status_code in {404, 405}, stranger.name
    assert browser(cast.priya).post(champions, form).status_code == 404
    # Nor by way of another conversation of one's own.
    other = f"{address(cast.dev_conversation)}appointments/{known.id}/"
    alice = browser(cast.alice.user)
    assert {alice.get(other).status_code, alice.post(other, form).status_code} == {404}
    assert alice.post(f"{other}cancel/").status_code == 404
    known.refresh_from_db()
    assert (known.cancelled_at, known.moves) == (None, 0)


def test_a_longer_list_asks_no_more_queries(
    cast: Cast, monday: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    alice, priya = browser(cast.alice.user), browser(cast.priya)
    pages = [(alice, f"{address(cast.conversation)}person/"), (priya, f"/lead/pairings/{cast.pairing.id}/")]

    def cost() -> list[int]:
        counts = []
        for client, place in pages:
            with django_assert_max_num_queries(40) as captured:
                client.get(place)
            counts.append(len(captured))
        return counts

    add(cast, "2026-11-24", "10:30")
    drain()
    few = cost()
    for hour in range(11, 18):
        add(cast, "2026-11-24", f"{hour}:30")
    drain()
    assert cost() == few


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_remind_once(cast: Cast) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T10:00:00+00:00")) as traveller:
        for hour in range(11, 18):
            add(cast, "2026-11-25", f"{hour}:00")
        traveller.move_to(datetime.fromisoformat("2026-11-24T18:00:00+00:00"))
        assert not errors(at_once(appointments.remind_due, appointments.remind_due, appointments.remind_due))
        drain()
    assert len(reminders(cast.ben)) == 7


@pytest.mark.django_db(transaction=True)
def test_moved_in_the_second_its_text_is_due_no_text_tells_the_old_time_after_it(cast: Cast) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T10:00:00+00:00")) as traveller:
        add(cast, "2026-11-25", "10:30")
        traveller.move_to(datetime.fromisoformat("2026-11-24T10:30:01+00:00"))
        known, later = Appointment.objects.get(), datetime.fromisoformat("2026-11-27T10:30:00+00:00")
        results = at_once(
            appointments.remind_due,
            lambda: appointments.move_appointment(by=cast.alice.user, appointment=known, starts_at=later),
        )
        assert not errors(results)
        drain()
        assert reminders(cast.ben) == []
        at(traveller, "2026-11-26T10:30:01+00:00")
    assert len(reminders(cast.ben)) == 1


def test_a_room_above_may_plan_one_without_a_conversation(cast: Cast, monday: time_machine.Traveller) -> None:
    sms_actions.verify(texting.phone_of(cast.nia), actor="test")
    starts = datetime.fromisoformat("2026-11-25T10:30:00+00:00")
    kept = actions.plan_appointment(by=cast.priya, participant=cast.nia, starts_at=starts)
    assert actions.plan_appointment(by=cast.priya, participant=cast.nia, starts_at=starts) == kept
    at(monday, "2026-11-24T10:30:01+00:00")
    assert reminders(cast.nia) != []
