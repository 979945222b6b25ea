"""Between the conversation and the outbox: what goes as a text, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from core.live import announce
from core.wording import Texts
from mentors.models import Pairing, Participant
from messaging.models import CheckIn, Conversation, Message
from sms import actions as sms_actions
from sms.models import OutboundText, PhoneNumber

State = OutboundText.State
Delivery = Message.Delivery
DELIVERY = {
    State.QUEUED: Delivery.WAITS,
    State.SENDING: Delivery.WAITS,
    State.UNKNOWN: Delivery.UNKNOWN,
    State.SENT: Delivery.SENT,
    State.DELIVERED: Delivery.DELIVERED,
}
# A message that waited this long has lost its moment; the champion is told it did not go.
MESSAGE_GOOD_FOR = timedelta(hours=24)
# What somebody asked for with the text they just sent goes at any hour: the phone is in their hand.
ANSWER_GOOD_FOR = timedelta(hours=1)


def phone_of(participant: Participant) -> PhoneNumber:
    """The number that the participant's texts go to. Every participant is registered with one."""
    phone = participant.user.phone
    if phone is None:
        raise ValueError("a participant without a phone number")
    return phone


def text(
    participant: Participant,
    *,
    key: str,
    body: str,
    at: datetime | None = None,
    good_for: timedelta,
    to: PhoneNumber | None = None,
) -> OutboundText:
    """Queue a text to a participant at the next civil moment from `at` (now, unless said), to the number their
    texts go to, or to another of theirs.
    """
    due = participant.civil(at or timezone.now())
    return _queue(participant, to, key, body, due, due + good_for)


def answer(
    participant: Participant, *, key: str, body: str, is_vital: bool = False, to: PhoneNumber | None = None
) -> OutboundText:
    """Queue an answer to a text they just sent: it goes at once, whatever the hour."""
    now = timezone.now()
    return _queue(participant, to, key, body, now, now + ANSWER_GOOD_FOR, is_answer=True, is_vital=is_vital)


def _queue(
    participant: Participant,
    to: PhoneNumber | None,
    key: str,
    body: str,
    due: datetime,
    end: datetime,
    **kind: bool,
) -> OutboundText:
    return sms_actions.queue(
        key=key,
        number=to or phone_of(participant),
        body=body,
        sender=participant.programme.text_number,
        lane=lane(participant.programme_id),
        due_at=due,
        expires_at=end,
        **kind,
    )


def lane(programme_id: UUID) -> str:
    """The outbox lane of a programme's texts: what its lead may pause."""
    return str(programme_id)


def say(participant: Participant, texts: Texts, **values: str | int) -> str:
    """A text in the participant's language, with their first name."""
    return texts.say(participant.user.language, name=participant.name, **values)


def follow(changed: Sequence[OutboundText]) -> None:
    """The outbox says something new of texts: show it at their messages, live. One query for all, where nothing is
    new.
    """
    texts = {id_in(text.key): text for text in changed if kind_of(text.key) == "message"}
    for message in Message.objects.select_related("conversation").filter(pk__in=texts) if texts else ():
        _follow(message, texts[message.pk])


def _follow(message: Message, text: OutboundText) -> None:
    delivery = DELIVERY.get(State(text.state), Delivery.FAILED)
    if (message.delivery, message.reason) == (delivery, text.reason):
        return
    Message.objects.filter(pk=message.pk).update(delivery=delivery, reason=text.reason)
    if delivery in {Delivery.FAILED, Delivery.UNKNOWN}:
        _tell_desk(message)
    announce(message.conversation.group, "changed", message=str(message.id))


def kind_of(key: str) -> str:
    """What a text is, from its outbox key: the part before the first colon."""
    return key.partition(":")[0]


def id_in(key: str) -> UUID:
    """The row that a text is about, from its outbox key: `<kind>:<id>` or `<kind>:<id>:<what>`."""
    return UUID(key.split(":")[1])


def _tell_desk(message: Message) -> None:
    pairing = Pairing.objects.select_related("participant").get(conversation=message.conversation_id)
    announce(f"programme.{pairing.participant.programme_id}", "texts")


def message_body(conversation: Conversation, words: str) -> str:
    """A champion's words as the text that carries them."""
    return f"{conversation.pairing.champion.name}: {words}"


def check_in_key(check_in: CheckIn, what: str) -> str:
    """The outbox key of one text of a check-in, such as "check-in:<id>:feeling"."""
    return f"check-in:{check_in.id}:{what}"
