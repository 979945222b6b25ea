"""The plan on the champion's page and on the lead's: what is shown, what is refused, and the pause."""

from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from demo.cast import Cast
from messaging.models import CheckInPlan
from tests.cast import drain, sign_in, texts_to
from tests.test_schedules import EVERY_DAY, at, plan

FORM = {"weekdays": ["0"], "at": "10:00", "questions": ["feeling"], "is_on": "on"}


def words(client: Client, cast: Cast, **form: Any) -> str:
    """The page about Ben, after the plan was sent if there is a `form`."""
    address = f"/conversations/{cast.conversation.id}/"
    if form:
        return str(client.post(f"{address}plan/", FORM | form, follow=True).content.decode())
    return str(client.get(f"{address}person/").content.decode())


def test_the_page_shows_the_next_three_in_their_own_time(cast: Cast, monday: object, alice: Client) -> None:
    User.objects.filter(pk=cast.ben.user.pk).update(time_zone="Pacific/Auckland")
    page = words(alice, cast, every_weeks="2", starts_on="2026-11-23", ends_on="2026-12-31")
    assert "The check-in plan is saved." in page
    shown = [f"Monday {day} December, 10:00 am" for day in (7, 21)]
    assert all(day in page for day in shown)
    assert "November, 10:00 am" not in page
    assert "4 January" not in page


def test_a_day_that_was_asked_is_not_announced_again(cast: Cast, monday: time_machine.Traveller, alice: Client) -> None:
    plan(cast, weekdays=EVERY_DAY, at=time(10, 30))
    monday.move_to(at("2026-11-23T10:31:00+00:00"))
    drain()
    page = words(sign_in(Client(), cast.alice.user), cast, weekdays=[str(n) for n in EVERY_DAY], at="11:00")
    assert "Tuesday 24 November, 11:00 am" in page
    assert "Monday 23 November, 11:00 am" not in page


def test_a_pause_is_shown_and_ended_with_one_press(cast: Cast, monday: object, alice: Client) -> None:
    page = words(alice, cast, paused_until="2026-12-07")
    assert "Paused until Monday 7 December. It starts again by itself." in page
    assert "Monday 14 December" in page
    again = f"/conversations/{cast.conversation.id}/plan/again/"
    assert again in page
    page = alice.post(again, follow=True).content.decode()
    assert "The pause is over." in page
    assert "Paused until" not in page
    assert "Monday 30 November" in page
    assert CheckInPlan.objects.get().next_at == at("2026-11-30T10:00:00+00:00")


def test_the_lead_ends_a_pause_and_a_stranger_cannot(cast: Cast, monday: object) -> None:
    plan(cast, paused_until=date(2026, 12, 7))
    again = f"/lead/pairings/{cast.pairing.id}/plan/again/"
    for stranger in (cast.mere, cast.alice.user, cast.sam):
        assert sign_in(Client(), stranger).post(again).status_code == 404
    for stranger in (cast.carol.user, cast.priya):
        address = f"/conversations/{cast.conversation.id}/plan/again/"
        assert sign_in(Client(), stranger).post(address).status_code == 404
    assert CheckInPlan.objects.get().paused_until
    assert sign_in(Client(), cast.priya).post(again).status_code == 303
    assert CheckInPlan.objects.get().paused_until is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"starts_on": "2026-12-07", "ends_on": "2026-12-01"}, "The last day is before the first day."),
        ({"paused_until": "2026-11-22"}, "That day is over."),
        ({"ends_on": "2026-11-29"}, "no chosen day is left before the end"),
        ({"paused_until": "2026-12-20", "ends_on": "2026-12-15"}, "no chosen day is left before the end"),
        ({"starts_on": "soon"}, "Write a day, like 07/12/2026."),
        ({"starts_on": "2062-12-07"}, "Choose a day within the next year."),
        ({"paused_until": "9999-12-31"}, "Choose a day within the next year."),
        ({"every_weeks": "5"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    cast: Cast, monday: object, alice: Client, form: dict[str, str], said: str
) -> None:
    answer = alice.post(f"/conversations/{cast.conversation.id}/plan/", FORM | form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert not CheckInPlan.objects.exists()
    # What was typed is there, and in sight.
    assert form.keys() <= {"every_weeks"} or '<details class="more" open>' in page
    assert all(f'value="{value}"' in page for name, value in form.items() if name != "every_weeks")


def test_a_form_from_before_leaves_the_rest_of_the_plan_alone(cast: Cast, monday: object, alice: Client) -> None:
    plan(cast, every_weeks=3, starts_on=date(2026, 11, 2), on_holidays="skip")
    words(alice, cast, at="11:00")
    kept = CheckInPlan.objects.get()
    assert (kept.at, kept.every_weeks, kept.starts_on, kept.on_holidays) == (time(11), 3, date(2026, 11, 2), "skip")


def test_days_are_read_as_they_are_written_here(cast: Cast, monday: object, alice: Client) -> None:
    words(alice, cast, starts_on="07/12/2026")
    assert CheckInPlan.objects.get().starts_on == date(2026, 12, 7)


def test_the_form_says_whose_holidays_count(cast: Cast, monday: object, alice: Client) -> None:
    assert "Public holidays of England." in words(alice, cast)
    User.objects.filter(pk=cast.ben.user.pk).update(country="XX")
    assert "Public holidays" not in words(alice, cast)
    assert "The check-in plan is saved." in words(alice, cast, at="11:00")


def test_a_plan_that_has_ended_says_so(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast, ends_on=date(2026, 11, 30))
    monday.move_to(at("2026-12-01T10:00:00+00:00"))
    page = words(sign_in(Client(), cast.alice.user), cast)
    assert "Nothing more. The last day was Monday 30 November." in page
    assert len(texts_to(cast.ben.user.phone)) == 1
