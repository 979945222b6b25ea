"""When the one text about an appointment goes: the day before, by the participant's own calendar and safe hours.

One text a day ahead is what cut missed appointments (docs/domain.md).
"""

from datetime import date, datetime, time, timedelta

from core import clock
from mentors.models import Participant

# Nobody can plan their way with less notice than this.
NOTICE = timedelta(hours=2)
# A text at the very end of the safe hours might slip past it.
BEFORE_CLOSING = timedelta(minutes=30)
A_DAY = timedelta(days=1)
MIDNIGHT = time(0)

Span = tuple[datetime, datetime]


def reminder_time(participant: Participant, starts_at: datetime, now: datetime) -> datetime | None:
    """The civil moment (UTC) for the text: at the wall time of the appointment the day before, or as near to it on
    that day as their safe hours allow. If that has passed, the next civil moment, as long as it leaves NOTICE.
    None where nothing is left.
    """
    local = starts_at.astimezone(participant.zone)
    day_before = local.date() - A_DAY
    planned = _on_day(participant, day_before, local.time())
    if planned is not None and planned > now:
        return planned
    at = participant.civil(max(now, clock.moment(day_before, MIDNIGHT, participant.zone)))
    return at if starts_at - at >= NOTICE else None


def good_until(participant: Participant, at: datetime) -> datetime:
    """Until when a text that is due at `at`, a civil moment, may still leave: the end of the safe hours it is in, and
    of the day, for it says "tomorrow" or "today". `at` itself where it is in none.
    """
    day = at.astimezone(participant.zone).date()
    return next((closes for opens, closes in _spans(participant, day) if opens <= at < closes), at)


def _on_day(participant: Participant, day: date, wall: time) -> datetime | None:
    """The civil moment on `day` that is nearest to `wall`; None on a day without one."""
    wanted = clock.moment(day, wall, participant.zone)
    found = [_nearest(wanted, span) for span in _spans(participant, day)]
    return min(found, key=lambda at: abs(at - wanted), default=None)


def _nearest(wanted: datetime, span: Span) -> datetime:
    opens, closes = span
    return wanted if opens <= wanted < closes else min(max(wanted, opens), max(opens, closes - BEFORE_CLOSING))


def _spans(participant: Participant, day: date) -> list[Span]:
    """When texts are welcome on `day`: one span, or two where the safe hours go over midnight."""
    start, end = participant.texts_from, participant.texts_until
    zone = participant.zone
    opens, closes = clock.moment(day, start, zone), clock.moment(day, end, zone)
    midnight, next_midnight = clock.moment(day, MIDNIGHT, zone), clock.moment(day + A_DAY, MIDNIGHT, zone)
    if start == end:
        spans = [(midnight, next_midnight)]
    elif start < end:
        spans = [(opens, closes)]
    else:
        spans = [(midnight, closes), (opens, next_midnight)]
    # A night that skips an hour may leave nothing of a short span.
    return [(first, last) for first, last in spans if first < last]
