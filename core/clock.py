"""Wall time in a person's own zone, and the moment in UTC that it names."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) when clocks in `zone` show `wall` on `day`.

    A time that a spring change skips comes as much later as the clocks jump (01:30 becomes 02:30), or as much
    earlier where later would be another day. One that an autumn change repeats is the first of the two (PEP 495).
    A day that a zone left out (Apia, 30 December 2011) gives that wall time on the day after.
    """
    readings = list(_readings(day, wall, zone))
    return next((at for at in readings if at.astimezone(zone).date() == day), readings[0])


def next_within(at: datetime, start: time, end: time, zone: ZoneInfo) -> datetime:
    """`at`, or the next moment (UTC) when the wall time in `zone` is from `start` until before `end`.

    `start` equal to `end` means all day. A window over midnight (22:00 to 06:00) is allowed. One that a spring
    change swallows whole opens on the next day.
    """
    local = at.astimezone(zone)
    if is_within(local.time(), start, end):
        return at
    days = (local.date() + timedelta(days=n) for n in range(4))
    openings = (opening for day in days for opening in _readings(day, start, zone))
    return next(one for one in openings if one > at and is_within(one.astimezone(zone).time(), start, end))


def _readings(day: date, wall: time, zone: ZoneInfo) -> Iterator[datetime]:
    """Both moments that `wall` on `day` can mean; they differ only where the clocks change."""
    for fold in (0, 1):
        yield datetime.combine(day, wall.replace(fold=fold), zone).astimezone(UTC)


def is_within(wall: time, start: time, end: time) -> bool:
    """Whether `wall` is from `start` until before `end`. Equal ones mean all day; over midnight is allowed."""
    if start == end:
        return True
    if start < end:
        return start <= wall < end
    return wall >= start or wall < end
