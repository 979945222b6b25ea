"""A viewer and an id become a conversation, or a 404. Only the two of an active pairing get in."""

from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from mentors.access import pairing_for_lead
from messaging.models import CheckIn, CheckInPlan, Conversation, Message
from messaging.querysets import ConversationQuerySet
from safeguarding.models import Alert


def conversations_for(user: User) -> ConversationQuerySet:
    """The person's conversations, newest first, each with `has_alert` and `is_waiting` (an open check-in
    that was not answered yet). One query.
    """
    alerts = Alert.objects.filter(participant=OuterRef("pairing__participant"), closed_at=None)
    missed = CheckIn.objects.filter(conversation=OuterRef("pk")).order_by("-asked_at")
    mine = Conversation.objects.of(user).with_people().select_related("last_message__conversation__data_key")
    return mine.annotate(has_alert=Exists(alerts), last_check_in=missed.values("state")[:1]).order_by("-last_at")


def conversation_for(user: User, conversation_id: UUID) -> Conversation:
    """404 for a stranger, and for one of the two once the pairing has ended."""
    return get_object_or_404(Conversation.objects.of(user).with_people(), pk=conversation_id)


def conversation_for_champion(user: User, conversation_id: UUID) -> Conversation:
    """The same, for the champion of the two alone."""
    mine = Conversation.objects.of(user).filter(pairing__champion__user=user).with_people()
    return get_object_or_404(mine, pk=conversation_id)


def conversation_for_lead(user: User, pairing_id: UUID) -> Conversation:
    """The conversation of a pairing the lead runs, for its plan and its numbers: never for its words."""
    pairing = pairing_for_lead(user, pairing_id)
    found = Conversation.objects.with_people().filter(pairing=pairing).first()
    if found is None:
        raise Http404
    return found


def plan_of(conversation: Conversation) -> CheckInPlan | None:
    """Its plan, with `conversation` and its people at hand."""
    plan = CheckInPlan.objects.filter(conversation=conversation).first()
    if plan:
        plan.conversation = conversation
    return plan


def message_of(conversation: Conversation, message_id: UUID) -> Message | None:
    return Message.objects.whole().filter(conversation=conversation, pk=message_id).first()
