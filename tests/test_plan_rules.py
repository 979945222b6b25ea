"""Which moments any plan comes to, by rule: in several zones, over clock changes, holidays, pauses and ends."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from core import clock
from mentors.models import Pairing, Participant
from messaging import schedules
from messaging.models import CheckInPlan, Conversation
from partners.models import Programme
from tests.test_schedules import EVERY_DAY, at, exists

ZONES = [
    "Europe/London",
    "Pacific/Auckland",
    # Half an hour of summer time; a whole day left out in 2011; changes at midnight, and over it.
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Beirut",
    "America/Nuuk",
    "America/St_Johns",
    "Africa/Cairo",
    "America/Havana",
    "UTC",
]


def imagined(zone: str = "Europe/London", start: time = time(9), end: time = time(20), **changed: Any) -> CheckInPlan:
    """A plan of somebody who is in no database."""
    user = User(name="Ben", time_zone=zone, country=changed.pop("country", "GB"))
    programme = Programme(country="GB", holiday_region=changed.pop("region", "ENG"))
    ben = Participant(user=user, programme=programme, texts_from=start, texts_until=end)
    conversation = Conversation(pairing=Pairing(participant=ben))
    usual: dict[str, Any] = {"weekdays": [0], "at": time(10), "every_weeks": 1, "starts_on": date(2025, 12, 1)}
    return CheckInPlan(conversation=conversation, **usual | changed)


def moments(plan: CheckInPlan, after: datetime, until: datetime) -> list[datetime]:
    """What the plan comes to, asked as the dispatcher asks: one after the other."""
    found: list[datetime] = []
    while (nxt := schedules.next_time(plan, found[-1] if found else after)) and nxt < until:
        found.append(nxt)
    return found


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
# Any, and those where clocks change.
walls = st.one_of(
    st.times().map(lambda wall: wall.replace(second=0, microsecond=0)),
    st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 15), time(2, 30), time(23, 30)]),
)
weekdays = st.sets(st.integers(0, 6), min_size=1).map(sorted)
zones = st.sampled_from(ZONES)


@settings(deadline=None, max_examples=60)
@given(zone=zones, year=st.sampled_from([2010, 2011, 2026, 2027, 2028]), wall=walls, chosen=weekdays)
def test_one_on_each_matching_day_of_a_year(zone: str, year: int, wall: time, chosen: list[int]) -> None:
    any_hour = imagined(zone, time(0), time(0), weekdays=chosen, at=wall, starts_on=date(year, 1, 1))
    tz = ZoneInfo(zone)
    begin, end = clock.moment(date(year, 1, 1), time(0), tz), clock.moment(date(year, 12, 31), time(23, 59), tz)
    found = moments(any_hour, begin - timedelta(seconds=1), end + timedelta(seconds=1))
    wanted = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    wanted = [day for day in wanted if day.year == year]
    # The day that Samoa left out never was.
    wanted = [day for day in wanted if day.weekday() in chosen and (zone, day) != ("Pacific/Apia", date(2011, 12, 30))]
    assert [one.astimezone(tz).date() for one in found] == wanted
    assert all(earlier < later for earlier, later in pairwise(found))
    for one, day in zip(found, wanted, strict=True):
        off = one.astimezone(tz).replace(tzinfo=None) - datetime.combine(day, wall)
        assert off == timedelta() or (not exists(day, wall, tz) and abs(off) <= timedelta(hours=1))


@pytest.mark.parametrize(
    ("zone", "day", "wall", "local"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), "2027-03-28T02:30:00+01:00"),
        ("Europe/London", date(2027, 10, 31), time(1, 30), "2027-10-31T01:30:00+01:00"),
        ("Pacific/Auckland", date(2027, 9, 26), time(2, 30), "2027-09-26T03:30:00+13:00"),
        ("Pacific/Auckland", date(2027, 4, 4), time(2, 30), "2027-04-04T02:30:00+13:00"),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-03T02:45:00+11:00"),
        # Here 23:00 on Saturday is followed by Sunday: it goes earlier, and still on Saturday.
        ("America/Nuuk", date(2027, 3, 27), time(23, 30), "2027-03-27T22:30:00-02:00"),
    ],
)
def test_a_wall_time_on_a_night_of_change(zone: str, day: date, wall: time, local: str) -> None:
    made = imagined(zone, time(0), time(0), weekdays=EVERY_DAY, at=wall)
    (one,) = [one for one in schedules.occurrences(made, at(local) - timedelta(hours=20)) if one.day == day]
    assert one.at.astimezone(ZoneInfo(zone)).isoformat() == local


@settings(deadline=None, max_examples=80)
@given(zone=zones, wall=walls, start=walls, end=walls, chosen=weekdays, after=days)
def test_never_in_quiet_hours_and_never_twice_a_day(
    zone: str, wall: time, start: time, end: time, chosen: list[int], after: date
) -> None:
    tz = ZoneInfo(zone)
    made = imagined(zone, start, end, weekdays=chosen, at=wall)
    begin = datetime.combine(after, time(12), UTC)
    found = moments(made, begin, begin + timedelta(days=200))
    local = [one.astimezone(tz) for one in found]
    assert all(clock.is_within(one.time(), start, end) for one in local)
    assert len({one.date() for one in local}) == len(local)
    if clock.is_within(wall, start, end) and end != start:
        # At most the day when the clocks jump over a narrow window is lost.
        assert len(found) >= sum((after + timedelta(days=n)).weekday() in chosen for n in range(2, 199)) - 2


@settings(deadline=None, max_examples=80)
@given(weeks=st.integers(1, 8), starts=days, length=st.integers(0, 300), chosen=weekdays, gap=st.integers(-5, 90))
def test_every_nth_week_between_first_and_last_day_but_for_the_pause(
    weeks: int, starts: date, length: int, chosen: list[int], gap: int
) -> None:
    ends, pause = starts + timedelta(days=length), starts + timedelta(days=gap)
    made = imagined(weekdays=chosen, every_weeks=weeks, starts_on=starts, ends_on=ends, paused_until=pause)
    found = moments(made, datetime(2025, 12, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    got = {one.astimezone(ZoneInfo("Europe/London")).date() for one in found}
    monday = starts - timedelta(days=starts.weekday())
    for n in range(-10, length + 20):
        day = starts + timedelta(days=n)
        in_turn = ((day - monday).days // 7) % weeks == 0
        assert (day in got) == (
            in_turn and day.weekday() in chosen and max(starts, pause + timedelta(days=1)) <= day <= ends
        )
    assert schedules.next_time(made, datetime.combine(ends, time(23), UTC)) is None


@settings(deadline=None, max_examples=60)
@given(zone=zones, wall=walls, after=days, minutes=st.integers(0, 1439))
def test_the_next_one_is_always_later(zone: str, wall: time, after: date, minutes: int) -> None:
    moment = datetime.combine(after, time(), UTC) + timedelta(minutes=minutes)
    made = imagined(zone, time(0), time(0), weekdays=EVERY_DAY, at=wall)
    nxt = schedules.next_time(made, moment)
    assert nxt
    assert moment < nxt <= moment + timedelta(hours=50)
    assert schedules.next_time(made, nxt - timedelta(microseconds=1)) == nxt


@settings(deadline=None, max_examples=150)
@given(zone=zones, start=walls, end=walls, moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_the_next_safe_hour_is_safe_and_not_in_the_past(zone: str, start: time, end: time, moment: datetime) -> None:
    tz, moment = ZoneInfo(zone), moment.replace(tzinfo=UTC)
    opened = clock.next_within(moment, start, end, tz)
    assert opened >= moment
    assert clock.is_within(opened.astimezone(tz).time(), start, end)


@pytest.mark.parametrize(
    ("moment", "start", "end", "opens"),
    [
        # 01:10 for the second time: the safe hour that began at 01:30 comes for the second time too.
        ("2027-10-31T01:10:00+00:00", time(1, 30), time(5), "2027-10-31T01:30:00+00:00"),
        # The jump from 01:00 to 02:00 swallows this one whole.
        ("2027-03-28T00:10:00+00:00", time(1, 15), time(1, 45), "2027-03-29T00:15:00+00:00"),
    ],
)
def test_safe_hours_on_the_night_of_the_change(moment: str, start: time, end: time, opens: str) -> None:
    assert clock.next_within(at(moment), start, end, ZoneInfo("Europe/London")) == at(opens)


# ---- Holidays ----


def test_christmas_is_sent_unless_somebody_said_no() -> None:
    always, never = imagined(weekdays=[4]), imagined(weekdays=[4], on_holidays="skip")
    eve = at("2026-12-24T12:00:00+00:00")
    assert schedules.next_time(always, eve) == at("2026-12-25T10:00:00+00:00")
    # The first of January is a Friday too.
    assert schedules.next_time(never, eve) == at("2027-01-08T10:00:00+00:00")


@pytest.mark.parametrize(
    ("country", "region", "goes"),
    [
        # Easter Monday is kept in England, and not in Scotland.
        ("GB", "ENG", date(2027, 4, 5)),
        ("GB", "SCT", date(2027, 3, 29)),
        ("GB", "", date(2027, 3, 29)),
        # A region that does not exist, one of another country, a country without a calendar.
        ("GB", "nowhere", date(2027, 3, 29)),
        ("NZ", "SCT", date(2027, 4, 5)),
        ("XX", "ENG", date(2027, 3, 29)),
    ],
)
def test_whose_holidays_count(country: str, region: str, goes: date) -> None:
    made = imagined(country=country, region=region, on_holidays="skip")
    nxt = schedules.next_time(made, at("2027-03-28T12:00:00+00:00"))
    assert nxt
    assert nxt.date() == goes
