"""Appointments: one text the day before, at a civil hour, about the time that holds."""

from datetime import datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from core.models import AuditEvent
from demo.cast import Cast
from mentors.actions import end_pairing
from mentors.models import Participant
from messaging import appointments, spoken
from messaging.models import Conversation
from messaging.planned import Appointment
from sms.models import OutboundText
from tests.cast import address, drain, sign_in, text_in, texts_to
from tests.test_check_ins import at


def browser(user: User) -> Client:
    """Signed in just now: a session lasts half an hour."""
    return sign_in(Client(), user)


def add(cast: Cast, day: str, wall: str, *, conversation: Conversation | None = None, by: User | None = None) -> Any:
    """The champion adds an appointment on the page."""
    client = browser(by or cast.alice.user)
    place = f"{address(conversation or cast.conversation)}appointments/"
    return client.post(place, {"day": day, "at": wall}, follow=True)


def move(cast: Cast, day: str, wall: str) -> Any:
    its_page = f"{address(cast.conversation)}appointments/{Appointment.objects.get().id}/"
    return browser(cast.alice.user).post(its_page, {"day": day, "at": wall}, follow=True)


def cancel(cast: Cast) -> Any:
    its_page = f"{address(cast.conversation)}appointments/{Appointment.objects.get().id}/cancel/"
    return browser(cast.alice.user).post(its_page, follow=True)


def person(cast: Cast) -> str:
    return browser(cast.alice.user).get(f"{address(cast.conversation)}person/").content.decode()


def reminders(who: Participant) -> list[str]:
    return [text for text in texts_to(who.user.phone) if "appointment" in text or "apwyntiad" in text or "hui" in text]


def safe_hours(who: Participant, start: int, end: int) -> None:
    who.texts_from, who.texts_until = time(start), time(end)
    who.save()


# --- The text -----------------------------------------------------------------------------------


def test_one_text_goes_the_day_before_at_the_same_time(cast: Cast, monday: time_machine.Traveller) -> None:
    page = add(cast, "2026-11-26", "10:30").content.decode()
    assert "The appointment is saved. Ben gets a text about it on Wednesday 25 November, 10:30." in page
    at(monday, "2026-11-25T10:29:58+00:00")
    assert reminders(cast.ben) == []
    for hour in (10, 12, 20):
        at(monday, f"2026-11-25T{hour}:30:01+00:00")
    at(monday, "2026-11-26T09:00:00+00:00")
    assert reminders(cast.ben) == [
        "Hi Ben. A reminder: you have an appointment tomorrow, Thursday 26 November, at 10:30."
    ]
    assert "The text about it arrived." in person(cast)


def test_it_is_worded_in_welsh(cast: Cast, monday: time_machine.Traveller) -> None:
    cast.ben.user.language = "cy"
    cast.ben.user.save()
    add(cast, "2026-11-25", "14:00")
    at(monday, "2026-11-24T14:00:01+00:00")
    assert reminders(cast.ben) == [
        "Helo Ben. Nodyn i'ch atgoffa: mae gennych apwyntiad yfory, dydd Mercher 25 Tachwedd, am 14:00."
    ]


def test_it_is_worded_in_maori_at_their_own_time(cast: Cast, monday: time_machine.Traveller) -> None:
    cast.tama.user.time_zone = "Europe/London"
    cast.tama.user.save()
    add(cast, "2026-11-26", "14:30", conversation=cast.hana_conversation, by=cast.tama.user)
    # Half past two in Auckland on the 25th.
    at(monday, "2026-11-25T01:29:00+00:00")
    assert reminders(cast.hana) == []
    at(monday, "2026-11-25T01:30:01+00:00")
    assert reminders(cast.hana) == [
        "Kia ora Hana. He whakamahara: he hui tāu āpōpō, Rāpare 26 o Whiringa-ā-rangi, i te 2.30pm."
    ]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en-gb", "Thursday 1 January"),
        ("cy", "dydd Iau 1 Ionawr"),
        ("mi", "Rāpare 1 o Kohitātea"),
        ("xx", "Thursday 1 January"),
    ],
)
def test_dates_are_said_in_each_language(language: str, says: str) -> None:
    assert spoken.day(datetime(2026, 1, 1).date(), language) == says


@pytest.mark.parametrize(
    ("wall", "gb", "nz"),
    [
        (time(0, 5), "00:05", "12.05am"),
        (time(9), "09:00", "9.00am"),
        (time(12), "12:00", "12.00pm"),
        (time(17, 45), "17:45", "5.45pm"),
    ],
)
def test_times_are_said_as_people_there_read_them(wall: time, gb: str, nz: str) -> None:
    assert (spoken.clock(wall, "GB"), spoken.clock(wall, "NZ")) == (gb, nz)


# --- Moved, cancelled, held back ----------------------------------------------------------------


def test_moved_before_its_text_only_the_new_time_is_told(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    move(cast, "2026-11-26", "15:00")
    for day in (24, 25, 26):
        at(monday, f"2026-11-{day}T15:00:01+00:00")
    assert reminders(cast.ben) == [
        "Hi Ben. A reminder: you have an appointment tomorrow, Thursday 26 November, at 15:00."
    ]


def test_moved_while_its_text_waits_in_the_outbox_the_old_one_does_not_leave(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    add(cast, "2026-11-25", "10:30")
    monday.move_to(datetime.fromisoformat("2026-11-24T10:30:01+00:00"))
    appointments.remind_due()
    assert OutboundText.objects.filter(key__startswith="reminder-appointment:", state="queued").count() == 1
    page = move(cast, "2026-11-25", "15:00").content.decode()
    assert "already" not in page
    assert OutboundText.objects.get(key__startswith="reminder-appointment:").state == "canceled"
    at(monday, "2026-11-24T15:00:01+00:00")
    assert reminders(cast.ben) == [
        "Hi Ben. A reminder: you have an appointment tomorrow, Wednesday 25 November, at 15:00."
    ]


def test_moved_after_its_text_and_back_again_each_time_is_told(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    at(monday, "2026-11-24T10:30:01+00:00")
    assert (
        "Ben got a text about the old time already. Tell Ben yourself."
        in move(cast, "2026-11-26", "10:30").content.decode()
    )
    move(cast, "2026-11-25", "10:30")
    drain()
    days = [text.split("tomorrow, ")[1] for text in reminders(cast.ben)]
    assert days == ["Wednesday 25 November, at 10:30."] * 2


def test_a_text_that_slipped_through_is_asked_again_before_it_leaves(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    """Moved by something that does not know of the outbox: the hook still holds it."""
    add(cast, "2026-11-25", "10:30")
    monday.move_to(datetime.fromisoformat("2026-11-24T10:30:01+00:00"))
    appointments.remind_due()
    Appointment.objects.update(moves=1)
    drain()
    assert reminders(cast.ben) == []
    assert OutboundText.objects.get(key__startswith="reminder-appointment:").state == "suppressed"


@pytest.mark.parametrize("when", ["2026-11-23T10:05:00+00:00", "2026-11-24T10:30:01+00:00"])
def test_cancelled_no_text_goes(cast: Cast, monday: time_machine.Traveller, when: str) -> None:
    add(cast, "2026-11-25", "10:30")
    monday.move_to(datetime.fromisoformat(when))
    appointments.remind_due()
    for _ in range(2):
        assert "The appointment is cancelled." in cancel(cast).content.decode()
    drain()
    at(monday, "2026-11-24T10:30:01+00:00")
    assert reminders(cast.ben) == []
    assert "None to come." in person(cast)
    assert AuditEvent.objects.filter(action="appointment cancelled").count() == 1


def test_cancelled_after_its_text_the_champion_is_told_to_say_so(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    at(monday, "2026-11-24T10:30:01+00:00")
    assert "Tell Ben yourself." in cancel(cast).content.decode()


def test_after_stop_no_text_goes_and_the_page_says_so(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    text_in(Client(), cast.ben.user.phone, "STOP")
    assert "No text goes to Ben. Tell them yourself." in person(cast)
    at(monday, "2026-11-24T10:30:01+00:00")
    assert reminders(cast.ben) == []
    assert "They have stopped texts." in person(cast)


def test_where_texts_are_not_safe_none_goes(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    monday.move_to(datetime.fromisoformat("2026-11-24T10:30:01+00:00"))
    appointments.remind_due()
    cast.ben.texts_are_safe = False
    cast.ben.save()
    drain()
    assert reminders(cast.ben) == []


def test_when_the_pairing_ends_what_it_planned_is_called_off(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-25", "10:30")
    add(cast, "2026-11-27", "10:30")
    monday.move_to(datetime.fromisoformat("2026-11-24T10:30:01+00:00"))
    appointments.remind_due()
    end_pairing(by=cast.priya, pairing=cast.pairing)
    drain()
    at(monday, "2026-11-26T10:30:01+00:00")
    assert reminders(cast.ben) == []
    assert add(cast, "2026-11-28", "10:30").status_code == 404


def test_after_an_outage_it_still_goes_on_its_day_and_not_on_the_day_itself(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    safe_hours(cast.ben, 9, 20)
    add(cast, "2026-11-25", "10:30")
    add(cast, "2026-11-26", "10:30")
    at(monday, "2026-11-24T18:00:00+00:00")
    assert len(reminders(cast.ben)) == 1
    at(monday, "2026-11-25T20:30:00+00:00")
    at(monday, "2026-11-26T09:00:01+00:00")
    assert len(reminders(cast.ben)) == 1
    assert "The text about it could not go. Tell Ben yourself." in person(cast)


def test_a_text_that_was_held_up_does_not_leave_at_night(cast: Cast, monday: time_machine.Traveller) -> None:
    safe_hours(cast.ben, 9, 20)
    add(cast, "2026-11-25", "10:30")
    monday.move_to(datetime.fromisoformat("2026-11-24T19:59:00+00:00"))
    appointments.remind_due()
    at(monday, "2026-11-24T20:00:01+00:00")
    at(monday, "2026-11-25T09:00:01+00:00")
    assert reminders(cast.ben) == []


def test_it_goes_to_the_number_and_in_the_hours_they_have_by_then(cast: Cast, monday: time_machine.Traveller) -> None:
    add(cast, "2026-11-26", "10:30")
    safe_hours(cast.ben, 12, 14)
    at(monday, "2026-11-25T10:30:01+00:00")
    assert reminders(cast.ben) == []
    at(monday, "2026-11-25T12:00:01+00:00")
    assert len(reminders(cast.ben)) == 1
