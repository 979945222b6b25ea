"""Between the conversation and the outbox: what goes as a text, and what became of it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from core.live import announce
from core.wording import Texts
from mentors.models import Pairing, Participant
from messaging.models import CheckIn, Conversation, Message
from messaging.questions import QUESTIONS
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
    return _queue(participant, to, key, body, now, now + ANSWER_GOOD_FOR, is_vital)


def is_answer(due: OutboundText) -> bool:
    """Whether this text answers one they just sent: nothing else is worth so little after an hour."""
    return due.expires_at - due.created_at <= ANSWER_GOOD_FOR


def _queue(
    participant: Participant,
    to: PhoneNumber | None,
    key: str,
    body: str,
    due: datetime,
    end: datetime,
    is_vital: bool = False,
) -> OutboundText:
    return sms_actions.queue(
        key=key,
        number=to or phone_of(participant),
        body=body,
        sender=participant.programme.text_number,
        due_at=due,
        expires_at=end,
        is_vital=is_vital,
    )


def say(participant: Participant, texts: Texts, **values: str | int) -> str:
    """A text in the participant's language, with their first name."""
    return texts.say(participant.user.language, name=participant.name, **values)


def follow(changed: OutboundText) -> None:
    """The outbox says something new of a text: show it at the message, live."""
    kind, _, rest = changed.key.partition(":")
    if kind != "message":
        return
    message = Message.objects.select_related("conversation").filter(pk=UUID(rest)).first()
    if message is None:
        return
    delivery = DELIVERY.get(State(changed.state), Delivery.FAILED)
    if (message.delivery, message.reason) == (delivery, changed.reason):
        return
    Message.objects.filter(pk=message.pk).update(delivery=delivery, reason=changed.reason)
    if delivery in {Delivery.FAILED, Delivery.UNKNOWN}:
        _tell_desk(message)
    announce(message.conversation.group, "changed", message=str(message.id))


def _tell_desk(message: Message) -> None:
    pairing = Pairing.objects.select_related("participant").get(conversation=message.conversation_id)
    announce(f"programme.{pairing.participant.programme_id}", "texts")


def reason_to_hold(due: OutboundText) -> str:
    """Asked at the moment of sending: does what this text belongs to still stand?"""
    kind, _, rest = due.key.partition(":")
    # To somebody in danger the lines go, whoever it is: they wrote from that phone just now.
    if due.number.flaw and kind != "crisis":
        return "number"
    pairing = _pairing_behind(kind, rest.partition(":")[0])
    if pairing is None:
        return ""
    wanted = Pairing.Status.OFFERED if kind == "offer" else Pairing.Status.ACTIVE
    if pairing.status != wanted:
        return "ended"
    if not pairing.participant.texts_are_safe:
        return "unsafe"
    return "answered" if _was_answered(kind, rest) else ""


def _was_answered(kind: str, rest: str) -> bool:
    """Whether a question or a reminder asks for what was answered, or overtaken by danger, since."""
    row_id, _, what = rest.partition(":")
    if kind == "reminder" or (kind == "check-in" and what.removesuffix("-again") in QUESTIONS):
        return not CheckIn.objects.open().filter(pk=UUID(row_id)).exists()
    return False


def _pairing_behind(kind: str, row_id: str) -> Pairing | None:
    pairings = Pairing.objects.select_related("participant")
    if kind in {"offer", "started"}:
        return pairings.filter(pk=UUID(row_id)).first()
    if kind == "message":
        return pairings.filter(conversation__messages=UUID(row_id)).first()
    if kind in {"check-in", "reminder"}:
        return pairings.filter(conversation__check_ins=UUID(row_id)).first()
    if kind == "new-message":
        return pairings.filter(conversation=UUID(row_id)).first()
    return None


def message_body(conversation: Conversation, words: str) -> str:
    """A champion's words as the text that carries them."""
    return f"{conversation.pairing.champion.name}: {words}"


def check_in_key(check_in: CheckIn, what: str) -> str:
    """The outbox key of one text of a check-in, such as "check-in:<id>:feeling"."""
    return f"check-in:{check_in.id}:{what}"
