"""Wall time in a person's own zone, and the moment in UTC that it names."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) when clocks in `zone` show `wall` on `day`.

    A time that a spring change skips comes as much later as the clocks jump (01:30 becomes 02:30);
    one that an autumn change repeats is the first of the two (PEP 495, fold 0).
    """
    return datetime.combine(day, wall, zone).astimezone(UTC)


def next_within(at: datetime, start: time, end: time, zone: ZoneInfo) -> datetime:
    """`at`, or the next moment (UTC) when the wall time in `zone` is from `start` until before `end`.

    `start` equal to `end` means all day. A window over midnight (22:00 to 06:00) is allowed.
    """
    if is_within(at.astimezone(zone).time(), start, end):
        return at
    local = at.astimezone(zone)
    day = local.date() if local.time() < start else local.date() + timedelta(days=1)
    return moment(day, start, zone)


def is_within(wall: time, start: time, end: time) -> bool:
    """Whether `wall` is from `start` until before `end`. Equal ones mean all day; over midnight is allowed."""
    if start == end:
        return True
    if start < end:
        return start <= wall < end
    return wall >= start or wall < end
