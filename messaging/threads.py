"""Adding to a conversation, and how far each side has got. The conversation's row is held while its
next number is given out, so numbers have no gap and are committed in order.
"""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.live import announce
from mentors.models import Participant
from messaging import texting, wording
from messaging.models import Conversation, Message, Side
from messaging.texting import MESSAGE_GOOD_FOR

Kind = Message.Kind


def held(conversation: Conversation) -> Conversation:
    """The conversation with its row held until commit."""
    return Conversation.objects.select_for_update(of=("self",)).with_people().get(pk=conversation.pk)


def already_posted(conversation: Conversation, client_id: UUID | None) -> Message | None:
    """The message that this client id was used for."""
    if client_id is None:
        return None
    return Message.objects.filter(conversation=conversation, client_id=client_id).first()


def add(conversation: Conversation, message: Message, words: str) -> Message:
    """Number, seal, store and announce `message`. The conversation must be `held`."""
    message.conversation = conversation
    message.number = conversation.last_number + 1
    message.at = timezone.now()
    message.set_body(words)
    message.save(force_insert=True)
    bump(conversation, message)
    return message


def bump(conversation: Conversation, message: Message) -> None:
    """Make `message` the newest: the inbox and open screens show it."""
    conversation.last_number = message.number
    conversation.last_at = message.at
    conversation.last_message = message
    fields = ["last_number", "last_at", "last_message"]
    for side in (Side.CHAMPION, Side.PARTICIPANT):
        if message.author != side and message.only_for in {"", side}:
            name = f"{side}_unread"
            setattr(conversation, name, getattr(conversation, name) + 1)
            fields.append(name)
    conversation.save(update_fields=fields)
    announce(conversation.group, "message", number=message.number)
    tell_inboxes(conversation)


def tell_inboxes(conversation: Conversation) -> None:
    for side in (Side.CHAMPION, Side.PARTICIPANT):
        announce(f"user.{conversation.user_on(side).pk}", "inbox", conversation=str(conversation.id))


def add_notice(conversation: Conversation, words: str, *, only_for: str = Side.CHAMPION) -> Message:
    """Something Handrail has to say, such as "Ben has stopped texts". The conversation must be `held`."""
    return add(conversation, Message(author=Side.HANDRAIL, kind=Kind.NOTICE, only_for=only_for), words)


def pass_on(message: Message, words: str) -> None:
    """Get a champion's message to a participant who is not looking at it on the web."""
    conversation = message.conversation
    participant = conversation.pairing.participant
    if participant.reads == Participant.Reads.WEB:
        _say_there_is_something(conversation, participant)
    else:
        texting.text(participant, key=f"message:{message.id}", body=words, good_for=MESSAGE_GOOD_FOR)
        Message.objects.filter(pk=message.pk).update(delivery=Message.Delivery.WAITS)
        message.delivery = Message.Delivery.WAITS


def _say_there_is_something(conversation: Conversation, participant: Participant) -> None:
    """One neutral text for what waits unread on the web; the next only once they have read."""
    texting.text(
        participant,
        key=f"new-message:{conversation.id}:{conversation.participant_read}",
        body=texting.say(participant, wording.NEW_MESSAGE, url=settings.PUBLIC_URL + reverse("accounts:sign-in")),
        good_for=MESSAGE_GOOD_FOR,
    )


def note_received(conversation: Conversation, side: Side, number: int) -> None:
    """This side's screen has everything up to `number`. Never moves back."""
    _advance(conversation, f"{side}_received", number)


@transaction.atomic
def note_read(conversation: Conversation, side: Side, number: int) -> None:
    """This side has read everything up to `number`. Never moves back."""
    _advance(conversation, f"{side}_received", number)
    if not _advance(conversation, f"{side}_read", number):
        return
    unread = Message.objects.filter(conversation=conversation).shown_to(side).after(number).exclude(author=side)
    Conversation.objects.filter(pk=conversation.pk).update(**{f"{side}_unread": unread.count()})
    announce(f"user.{conversation.user_on(side).pk}", "inbox", conversation=str(conversation.id))


def _advance(conversation: Conversation, field: str, number: int) -> bool:
    rows = Conversation.objects.filter(pk=conversation.pk, last_number__gte=number, **{f"{field}__lt": number})
    moved = bool(rows.update(**{field: number}))
    if moved:
        announce(conversation.group, "marks")
    return moved
