"""When a check-in is due: the plan's days and wall time, in the participant's zone and safe hours.

Which moments a plan comes to is worked out from the plan each time, never remembered: `next_at` only says when the
dispatcher looks next. So whoever moves to another zone, or gets other safe hours, is asked by the new ones.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import clock, dispatch
from messaging import checkins
from messaging.days_off import is_day_off
from messaging.models import CheckIn, CheckInPlan, Conversation

logger = logging.getLogger(__name__)

BATCH = 500
# A plan that could not be opened waits this long, or a batch of broken ones would stand before all others.
PUT_OFF = timedelta(minutes=5)
# How far ahead days are looked for: even one day in eight weeks comes up six times.
LOOK_AHEAD = timedelta(days=366)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Occurrence:
    """One check-in of a plan: the participant's local date that it belongs to, and when it goes (UTC)."""

    day: date
    at: datetime


def today(conversation: Conversation) -> date:
    """The participant's own date."""
    return timezone.localdate(timezone=conversation.pairing.participant.zone)


def pause_of(plan: CheckInPlan) -> date | None:
    """The last day of the pause that it is in; None when it is in none."""
    until = plan.paused_until
    return until if until and until >= today(plan.conversation) else None


def next_time(plan: CheckInPlan, after: datetime) -> datetime | None:
    """The first moment (UTC) later than `after` at which this plan's check-in goes; None when none is left."""
    return next((one.at for one in occurrences(plan, after)), None)


def occurrences(plan: CheckInPlan, after: datetime) -> Iterator[Occurrence]:
    """The plan's check-ins later than `after`, in order: at most one on each local date, each at a safe hour of that
    date. A date whose safe hours are over before the plan's time has none. Ends at the plan's last day, or about a
    year ahead. Asks no query if the people are at hand.
    """
    zone = plan.conversation.pairing.participant.zone
    # From the day before: there are zones whose clocks were put back over midnight.
    for day in _days(plan, after.astimezone(zone).date() - timedelta(days=1)):
        one = _on_day(plan, day)
        if one is not None and one.at > after:
            yield one


def _days(plan: CheckInPlan, first: date) -> Iterator[date]:
    """The local dates from `first` on that the plan names."""
    first = max(first, plan.starts_on)
    if plan.paused_until:
        first = max(first, plan.paused_until + timedelta(days=1))
    last = min(first + LOOK_AHEAD, plan.ends_on or date.max)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if day.weekday() in plan.weekdays and _is_in_turn(plan, day) and _is_wanted(plan, day))


def _is_in_turn(plan: CheckInPlan, day: date) -> bool:
    return (_monday(day) - _monday(plan.starts_on)).days // 7 % plan.every_weeks == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _is_wanted(plan: CheckInPlan, day: date) -> bool:
    goes_always = plan.on_holidays == CheckInPlan.OnHolidays.SEND
    return goes_always or not is_day_off(plan.conversation.pairing.participant, day)


def _on_day(plan: CheckInPlan, day: date) -> Occurrence | None:
    participant = plan.conversation.pairing.participant
    at = participant.civil(clock.moment(day, plan.at, participant.zone))
    return Occurrence(day, at) if at.astimezone(participant.zone).date() == day else None


def upcoming(plan: CheckInPlan, after: datetime, most: int) -> list[datetime]:
    """The next moments (UTC) for a page, without a day that was asked already. One query."""
    zone = plan.conversation.pairing.participant.zone
    today = after.astimezone(zone).date()
    asked = CheckIn.objects.filter(conversation=plan.conversation_id, local_date__gte=today)
    done = set(asked.values_list("local_date", flat=True))
    return list(islice((one.at for one in occurrences(plan, after) if one.day not in done), most))


def next_look(plan: CheckInPlan, after: datetime) -> datetime | None:
    """When (UTC) to look at the plan next: as it goes next. Where safe hours leave it no moment, on its next day, for
    by then they may be others. None when it has ended.
    """
    return next_time(plan, after) or _next_wall(plan, after)


def _next_wall(plan: CheckInPlan, after: datetime) -> datetime | None:
    zone = plan.conversation.pairing.participant.zone
    walls = (clock.moment(day, plan.at, zone) for day in _days(plan, after.astimezone(zone).date()))
    return next((wall for wall in walls if wall > after), None)


def open_due() -> int:
    """Ask the check-ins that are due; how many plans were moved on. Several dispatchers may be at it at once."""
    due = CheckInPlan.objects.filter(is_on=True, next_at__lte=timezone.now()).order_by("next_at")
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    opened: list[UUID] = []
    dispatch.each("messaging.open_due", ids, lambda plan_id: _open_or_put_off(plan_id, opened))
    return len(opened)


def _open_or_put_off(plan_id: UUID, opened: list[UUID]) -> None:
    try:
        if _open(plan_id):
            opened.append(plan_id)
    except Exception:
        now = timezone.now()
        CheckInPlan.objects.filter(pk=plan_id, is_on=True, next_at__lte=now).update(next_at=now + PUT_OFF)
        raise


@transaction.atomic
def _open(plan_id: UUID) -> bool:
    """Move a plan on, and ask if something is due. False when another dispatcher has it, or has done it."""
    # The conversation is always held first, then its rows: whoever else changes them does the same.
    now = timezone.now()
    conversation = _held_if_free(plan_id, now)
    if conversation is None or not _was_moved_on(conversation.plan, now):
        return False
    due = _due(conversation.plan, now)
    if due:
        _ask(conversation.plan, due, now)
    return True


def _held_if_free(plan_id: UUID, now: datetime) -> Conversation | None:
    """The conversation of a plan that is due, with its row held; None when somebody else holds it, and it is due again
    next round.
    """
    free = Conversation.objects.select_for_update(of=("self",), skip_locked=True).with_people()
    return free.filter(plan=plan_id, plan__is_on=True, plan__next_at__lte=now).first()


def _was_moved_on(plan: CheckInPlan, now: datetime) -> bool:
    """Write down when to look next. False when the plan was changed between being read and its conversation being
    held: whoever changed it has seen to it.
    """
    unchanged = CheckInPlan.objects.filter(pk=plan.pk, is_on=True, next_at=plan.next_at, set_at=plan.set_at)
    return bool(unchanged.update(next_at=next_look(plan, now)))


def _due(plan: CheckInPlan, now: datetime) -> Occurrence | None:
    """What is to be asked now: the newest that is due, unless it is too old. What was due before stays unasked."""
    oldest = now - checkins.CATCH_UP_WITHIN
    since = max(min(plan.next_at or now, oldest) - _TICK, plan.set_at)
    passed = list(takewhile(lambda one: one.at <= now, occurrences(plan, since)))
    due = passed.pop() if passed and passed[-1].at > oldest else None
    for one in passed:
        _say_skipped(plan, one, "it was due too long ago")
    return due


def _ask(plan: CheckInPlan, due: Occurrence, now: datetime) -> None:
    conversation = plan.conversation
    participant = conversation.pairing.participant
    if participant.civil(now).astimezone(participant.zone).date() != due.day:
        _say_skipped(plan, due, "no safe hour is left of that day")
    elif conversation.pairing.is_active and checkins.can_ask(conversation):
        # The one of that day, if it was asked already, and one that is open still.
        there = CheckIn.objects.filter(Q(local_date=due.day) | Q(state=CheckIn.State.ASKED), conversation=conversation)
        days = list(there.values_list("local_date", flat=True))
        if due.day not in days:
            if days:
                checkins.miss_if_open(conversation)
            checkins.start(conversation, plan.questions, local_date=due.day)


def _say_skipped(plan: CheckInPlan, one: Occurrence, why: str) -> None:
    logger.warning("plan %s: the check-in of %s was skipped, %s", plan.pk, one.day, why)
