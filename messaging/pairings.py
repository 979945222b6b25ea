"""What messaging does when a pairing is offered, starts and ends."""

from django.utils import timezone

from core.live import announce
from core.sealing import new_data_key
from mentors.models import Pairing
from messaging import lines, texting, wording
from messaging.models import CheckInPlan, Conversation
from messaging.texting import MESSAGE_GOOD_FOR
from sms import actions as sms_actions


def ask_participant(pairing: Pairing) -> None:
    """Ask the participant by text: 1 for yes, 2 for no."""
    participant = pairing.participant
    body = texting.say(participant, wording.OFFER, champion=pairing.champion.name)
    texting.text(participant, key=f"offer:{pairing.id}", body=body, good_for=7 * MESSAGE_GOOD_FOR)


def forget_offer(pairing: Pairing) -> None:
    """Take back the question if it has not left yet: it was answered another way."""
    sms_actions.cancel(f"offer:{pairing.id}")


def open_conversation(pairing: Pairing) -> None:
    """Give the pair a conversation with a key of its own, and tell the participant."""
    forget_offer(pairing)
    Conversation.objects.create(pairing=pairing, data_key=new_data_key(), last_at=timezone.now())
    participant = pairing.participant
    body = texting.say(
        participant, wording.STARTED, champion=pairing.champion.name, emergency=lines.emergency(participant)
    )
    texting.text(participant, key=f"started:{pairing.id}", body=body, good_for=MESSAGE_GOOD_FOR)


def close_conversation(pairing: Pairing) -> None:
    """Stop the check-ins and close what is open on screens. What was written stays."""
    conversation = Conversation.objects.filter(pairing=pairing).first()
    if conversation is None:
        return
    CheckInPlan.objects.filter(conversation=conversation).update(is_on=False, next_at=None)
    announce(conversation.group, "closed")
