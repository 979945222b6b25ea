"""What the holder of a check-in's one-time link does: open it, send it once, or say that it is not for them."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from messaging import cards, checkins, danger, silence, texting, threads
from messaging.models import CheckIn, Conversation, Message, Side
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms import actions as sms_actions
from sms.models import PhoneNumber

State = CheckIn.State
# Long enough to read "It is sent" twice.
SENT_SHOWS_FOR = timedelta(minutes=10)


class LinkOver(Exception):
    """The link was used, or its check-in is over. Nothing was stored."""


def may_start(check_in: CheckIn) -> bool:
    """Whether the link still leads to questions: unused, unanswered, and an answer would count."""
    now = timezone.now()
    waits = check_in.state == State.ASKED or checkins.takes_late(check_in, now)
    return waits and _may_send(check_in) and bool(checkins.left_of(check_in))


def was_just_sent(check_in: CheckIn) -> bool:
    """Whether its form was sent within the last minutes: whoever sent it may read that it is sent."""
    used = check_in.link_used_at
    return bool(used and check_in.link_form and timezone.now() < used + SENT_SHOWS_FOR)


def needs_lines(check_in: CheckIn) -> bool:
    """Whether what was sent raised a red alert: then the crisis lines come first."""
    participant = check_in.conversation.pairing.participant
    red = Alert.objects.filter(participant=participant, level=Alert.Level.RED, raised_at__gte=check_in.link_used_at)
    return red.exists()


def open_link(check_in: CheckIn) -> None:
    """They pressed Start: the question reached them."""
    CheckIn.objects.filter(pk=check_in.pk, link_opened_at=None).update(link_opened_at=timezone.now())


@transaction.atomic
def send(check_in: CheckIn, *, form: UUID, values: dict[str, int], words: str) -> None:
    """Store all that was answered and written, and use the link up. The same `form` again changes nothing. What was
    answered by text meanwhile stays; nothing more is asked. Raises LinkOver.
    """
    held = _held(check_in)
    if held.link_form == form:
        return
    if not _may_send(held):
        raise LinkOver
    silence.heard(held.conversation)
    _use_up(held, form)
    if values:
        checkins.store(held, values)
    silence.close(held, State.ANSWERED if held.answered_at else State.IN_WORDS)
    if not values:
        cards.show(held)
    if words:
        _write(held, form, words)
    checkins.record(held, by="link")


def _write(check_in: CheckIn, form: UUID, words: str) -> None:
    """Their words, as a message; heeded for danger as any other."""
    conversation = check_in.conversation
    message = threads.add(conversation, Message(author=Side.PARTICIPANT, client_id=form), words)
    danger.heed(conversation.pairing.participant, words, source=f"message:{message.id}", by_text=False)
    danger.note(conversation, words, by_text=False)


@transaction.atomic
def not_them(check_in: CheckIn) -> None:
    """Somebody says the link came to the wrong person: as when they say so by text, nothing more goes to that number
    until a person has looked. Raises LinkOver.
    """
    held = _held(check_in)
    if not _may_send(held):
        raise LinkOver
    _use_up(held, None)
    conversation = held.conversation
    silence.close(held, State.ANSWERED if held.answered_at else State.NOT_REACHED)
    pairing = conversation.pairing
    with override(pairing.champion.user.language):
        said = _("Somebody who got the check-in for %(name)s said it is not for them. Your lead looks at the number.")
        threads.add_notice(conversation, said % {"name": pairing.participant.name})
    number = texting.phone_of(pairing.participant)
    sms_actions.hurry(number)
    sms_actions.flag(number, PhoneNumber.Flaw.WRONG, actor=number.actor)
    safeguarding_actions.raise_alert(
        source=f"not-them:{held.id}",
        level=Alert.Level.AMBER,
        kind=Alert.Kind.NOT_THEM,
        participant=pairing.participant,
        data_key=conversation.data_key,
    )
    checkins.record(held, "check-in link refused")


def _held(check_in: CheckIn) -> CheckIn:
    """The row as it stands, with its conversation held until commit."""
    conversation = threads.held(Conversation(pk=check_in.conversation_id))
    held = CheckIn.objects.whole().get(pk=check_in.pk)
    held.conversation = conversation
    return held


def _may_send(check_in: CheckIn) -> bool:
    """Whether what the form holds may still be stored: unused, in time, and no newer check-in came."""
    if check_in.link_used_at or timezone.now() >= check_in.asked_at + checkins.COUNTS_FOR:
        return False
    newer = CheckIn.objects.filter(conversation=check_in.conversation_id, asked_at__gt=check_in.asked_at)
    return check_in.conversation.pairing.is_active and not newer.exists()


def _use_up(check_in: CheckIn, form: UUID | None) -> None:
    check_in.link_used_at, check_in.link_form = timezone.now(), form
    check_in.save(update_fields=["link_used_at", "link_form"])
