"""The check-in plan on the champion's page and on the lead's."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import access, actions, schedules
from messaging.forms import PlanForm
from messaging.models import Conversation
from partners.access import member

# Enough to see the rhythm.
SHOWN = 3


def form_for(conversation: Conversation, data: Any = None) -> PlanForm:
    """The plan's form, with what is planned now, or with what was sent."""
    return PlanForm(data, conversation=conversation, plan=access.plan_of(conversation))


def parts(conversation: Conversation, form: PlanForm | None = None) -> dict[str, Any]:
    """What templates/messaging/plan_form.html wants, but for its addresses."""
    plan = access.plan_of(conversation)
    return {
        "plan": plan,
        "form": form or PlanForm(conversation=conversation, plan=plan),
        "zone": conversation.pairing.participant.user.time_zone,
        "pause": plan and schedules.pause_of(plan),
        "upcoming": schedules.upcoming(plan, timezone.now(), SHOWN) if plan and plan.is_on else [],
        "has_ended": bool(plan and plan.ends_on and plan.ends_on < schedules.today(conversation)),
    }


def save(request: HttpRequest, conversation: Conversation, form: PlanForm) -> None:
    """Save a plan that was checked, and say what came of it."""
    try:
        actions.set_plan(by=member(request), conversation=conversation, **form.cleaned_data)
    except actions.ConversationEnded:
        messages.error(request, _("This pairing has ended, so the plan was not saved."))
    else:
        messages.success(request, _("The check-in plan is saved."))


def start_again(request: HttpRequest, conversation: Conversation) -> None:
    """End the plan's pause, and say what came of it."""
    try:
        actions.end_pause(by=member(request), conversation=conversation)
    except actions.ConversationEnded:
        messages.error(request, _("This pairing has ended, so check-ins did not start again."))
    else:
        messages.success(request, _("The pause is over. Check-ins go out again."))
