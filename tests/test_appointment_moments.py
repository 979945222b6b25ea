"""When the text about an appointment goes: the day before, at a civil hour, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from core import clock
from demo.cast import Cast
from messaging import ahead
from messaging.planned import Appointment
from tests.cast import drain, still_theirs
from tests.test_appointments import add, reminders, safe_hours
from tests.test_check_ins import at

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("wall", "expected"),
    [("08:15", "09:00"), ("19:59", "19:59"), ("20:00", "19:30"), ("22:00", "19:30"), ("12:00", "12:00")],
)
def test_outside_safe_hours_it_goes_at_the_nearest_civil_time_of_that_day(
    cast: Cast, monday: time_machine.Traveller, wall: str, expected: str
) -> None:
    safe_hours(cast.ben, 9, 20)
    add(cast, "2026-11-26", wall)
    assert Appointment.objects.get().remind_at == datetime.fromisoformat(f"2026-11-25T{expected}:00+00:00")


@pytest.mark.parametrize(
    ("now", "day", "wall", "sent"),
    [
        # Added the day before, after the time it would have gone at: at once.
        ("2026-11-23T15:00:00+00:00", "2026-11-24", "10:30", "2026-11-23T15:00:00"),
        # Added in the evening before: first thing in the morning.
        ("2026-11-23T21:00:00+00:00", "2026-11-24", "11:00", "2026-11-24T09:00:00"),
        # Added on the day, with two hours to go.
        ("2026-11-24T09:00:00+00:00", "2026-11-24", "11:01", "2026-11-24T09:00:00"),
    ],
)
def test_added_late_it_goes_at_once_at_a_civil_hour(cast: Cast, now: str, day: str, wall: str, sent: str) -> None:
    safe_hours(cast.ben, 9, 20)
    with time_machine.travel(datetime.fromisoformat(now)) as traveller:
        still_theirs()
        add(cast, day, wall)
        at(traveller, f"{sent}+00:00")
        traveller.shift(timedelta(seconds=2))
        drain()
        (text,) = reminders(cast.ben)
        assert ("tomorrow" if sent[:10] < day else "today") in text


@pytest.mark.parametrize(
    ("now", "wall"), [("2026-11-24T09:01:00+00:00", "11:00"), ("2026-11-23T21:00:00+00:00", "10:59")]
)
def test_too_late_for_a_text_none_goes_and_the_page_says_so(cast: Cast, now: str, wall: str) -> None:
    safe_hours(cast.ben, 9, 20)
    with time_machine.travel(datetime.fromisoformat(now)) as traveller:
        still_theirs()
        assert "It is too soon for a text. Tell Ben yourself." in add(cast, "2026-11-24", wall).content.decode()
        for hour in ("09", "10", "11", "12"):
            at(traveller, f"2026-11-24T{hour}:05:00+00:00")
        assert reminders(cast.ben) == []


@pytest.mark.parametrize(
    ("who", "now", "day", "wall", "expected"),
    [
        # The day before is the Sunday the clocks change on, in spring and in autumn.
        ("ben", "2027-03-26T12:00:00+00:00", "2027-03-29", "10:30", "2027-03-28T09:30:00+00:00"),
        ("ben", "2027-10-29T12:00:00+00:00", "2027-11-01", "10:30", "2027-10-31T10:30:00+00:00"),
        # It is on that Sunday itself, and the day before had other clocks.
        ("ben", "2027-03-26T12:00:00+00:00", "2027-03-28", "10:30", "2027-03-27T10:30:00+00:00"),
        ("hana", "2027-04-02T00:00:00+00:00", "2027-04-05", "10:30", "2027-04-03T22:30:00+00:00"),
        ("hana", "2027-09-24T00:00:00+00:00", "2027-09-27", "10:30", "2027-09-25T21:30:00+00:00"),
        # The time does not exist on the day before: as much later as the clocks jump.
        ("ben", "2027-03-26T12:00:00+00:00", "2027-03-29", "01:30", "2027-03-28T01:30:00+00:00"),
    ],
)
def test_when_the_clocks_change_it_goes_once_at_their_wall_time(
    cast: Cast, who: str, now: str, day: str, wall: str, expected: str
) -> None:
    participant = getattr(cast, who)
    conversation = {"ben": cast.conversation, "hana": cast.hana_conversation}[who]
    with time_machine.travel(datetime.fromisoformat(now)) as traveller:
        still_theirs()
        by = {"ben": cast.alice.user, "hana": cast.tama.user}[who]
        assert add(cast, day, wall, conversation=conversation, by=by).status_code == 200
        assert Appointment.objects.get().remind_at == datetime.fromisoformat(expected)
        for hour in range(-3, 30, 3):
            traveller.move_to(datetime.fromisoformat(expected) + timedelta(hours=hour, seconds=1))
            drain()
        assert len(reminders(participant)) == 1


HOURS = st.integers(min_value=0, max_value=23).map(time)
QUARTERS = st.integers(min_value=0, max_value=95).map(lambda n: time(n // 4, n % 4 * 15))


@given(
    zone=st.sampled_from([LONDON, AUCKLAND, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    start=HOURS,
    end=HOURS,
    day=st.dates(min_value=datetime(2027, 1, 1).date(), max_value=datetime(2027, 12, 31).date()),
    wall=QUARTERS,
    ago=st.integers(min_value=1, max_value=60 * 24 * 10),
)
def test_the_moment_is_civil_on_the_day_before_and_ahead(
    zone: ZoneInfo, start: time, end: time, day: Any, wall: time, ago: int
) -> None:
    """On the day of the appointment only where the day before had no civil moment left; then with notice."""
    user = SimpleNamespace(name="Ben", time_zone=zone.key)
    who: Any = SimpleNamespace(texts_from=start, texts_until=end, zone=zone, user=user)
    who.civil = lambda moment: clock.next_within(moment, start, end, zone)
    starts_at = clock.moment(day, wall, zone)
    now = starts_at - timedelta(minutes=ago)
    assume((end.hour - start.hour) % 24 != 1)  # the clocks may skip it whole, and leave no civil moment
    chosen = ahead.reminder_time(who, starts_at, now)
    soon = who.civil(now)
    if chosen is None:
        assert starts_at - soon < ahead.NOTICE
        return
    local = chosen.astimezone(zone)
    assert clock.is_within(local.time(), start, end)
    assert now <= chosen < starts_at
    assert chosen < ahead.good_until(who, chosen) <= starts_at.astimezone(UTC) + timedelta(days=1)
    the_day_before = starts_at.astimezone(zone).date() - timedelta(days=1)
    if local.date() != the_day_before:
        assert local.date() == the_day_before + timedelta(days=1)
        assert chosen == soon
        assert starts_at - chosen >= ahead.NOTICE


def test_a_day_without_a_civil_moment_does_not_bring_the_text_forward(cast: Cast) -> None:
    """The clocks skip the one hour in which they may be texted: better on the day than a week too early."""
    safe_hours(cast.ben, 1, 2)
    with time_machine.travel(datetime.fromisoformat("2027-03-20T12:00:00+00:00")):
        still_theirs()
        starts = datetime.fromisoformat("2027-03-29T09:00:00+00:00")
        chosen = ahead.reminder_time(cast.ben, starts, datetime.fromisoformat("2027-03-20T12:00:00+00:00"))
    assert chosen is not None
    assert starts - chosen < timedelta(days=2)
