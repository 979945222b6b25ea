"""When a check-in is due: the plan's wall time in the participant's zone, one occurrence on a local date."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import clock, dispatch
from messaging import checkins, threads
from messaging.models import CheckIn, CheckInPlan, Conversation

BATCH = 50


def next_time(plan: CheckInPlan, after: datetime) -> datetime | None:
    """The first planned moment (UTC) later than `after`; None when no weekday is chosen."""
    zone = plan.conversation.pairing.participant.zone
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(9))
    times = (clock.moment(day, plan.at, zone) for day in days if day.weekday() in plan.weekdays)
    return next((time for time in times if time > after), None)


def open_due() -> int:
    """Ask every check-in that is due; how many plans were moved on."""
    now = timezone.now()
    due = CheckInPlan.objects.filter(is_on=True, next_at__lte=now).order_by("next_at").values_list("pk", flat=True)
    return dispatch.each("messaging.open_due", list(due[:BATCH]), lambda plan_id: _open_one(plan_id, now))


@transaction.atomic
def _open_one(plan_id: UUID, now: datetime) -> None:
    # The conversation is always held first, then its rows: whoever else changes them does the same.
    conversation = threads.held(Conversation.objects.get(plan=plan_id))
    plan = CheckInPlan.objects.get(pk=plan_id)
    if not plan.is_on or plan.next_at is None or plan.next_at > now:
        return  # another dispatcher was here first
    due = plan.next_at
    plan.conversation = conversation
    plan.next_at = next_time(plan, max(due, now - checkins.CATCH_UP_WITHIN))
    plan.save(update_fields=["next_at"])
    if conversation.pairing.is_active and checkins.can_ask(conversation) and now - due < checkins.CATCH_UP_WITHIN:
        day = due.astimezone(conversation.pairing.participant.zone).date()
        if not CheckIn.objects.filter(conversation=conversation, local_date=day).exists():
            checkins.miss_if_open(conversation)
            checkins.start(conversation, plan.questions, local_date=day)
