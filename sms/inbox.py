"""What comes in: stored first, then acted on, once.

Storing is one transaction and acting is another. If acting fails, the row waits and the dispatcher
tries it again: a text is never lost because something else was broken.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import audit
from core.sealing import seal, shown, unseal
from sms import hooks, keywords, numbers, outbox
from sms.models import InboundText, OptChange, PhoneNumber
from sms.wording import UNKNOWN_SENDER

logger = logging.getLogger(__name__)

Kind = InboundText.Kind
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
TELL_AFTER = 3
# How long the words stay with the provider: until then our own copy has been read back, or a person told.
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Incoming:
    """An inbound text as the provider tells it. Numbers in E.164; `sid` is unique for ever."""

    sid: str
    sender: str
    recipient: str
    body: str
    media_count: int


def store(incoming: Incoming) -> tuple[InboundText, bool]:
    """Keep the text. (the row, whether it is new): the same SID again gives the row that is there."""
    number = numbers.find_or_add(incoming.sender)
    now = timezone.now()
    text = InboundText(
        sid=incoming.sid,
        number=number,
        recipient=incoming.recipient,
        media_count=incoming.media_count,
        kind=keywords.kind(keywords.keyword(incoming.body)),
        received_at=now,
        # Whoever stored it acts at once; the dispatcher only where that did not come to be.
        try_at=now + FIRST_WAIT,
        forget_at=now + FORGET_AFTER,
    )
    text.sealed_body = seal(number.data_key, incoming.body, bond=f"inbound|{text.id}")
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError:
        return InboundText.objects.get(sid=incoming.sid), False
    # The text is kept by now. Should this fail, the dispatcher acts on it all the same.
    numbers.note_heard(number, now)
    return text, True


def body_of(text: InboundText) -> str:
    """What they wrote. Raises core.sealing.Unreadable."""
    return unseal(text.number.data_key, text.sealed_body, bond=f"inbound|{text.id}")


def handle(text: InboundText) -> None:
    """Act on a stored text, once: two callers at once, and only one acts. Danger is heeded first, and stays heeded
    when filing fails.
    """
    if text.kind == Kind.STOP:
        # Committed by itself and before anything else is held: whatever fails then, nothing more goes to them.
        fresh = PhoneNumber.objects.filter(pk=text.number_id, inbound__pk=text.pk, inbound__handled_at=None)
        fresh.update(stopped_at=timezone.now())
    else:
        hooks.words_arrived.tell(text, body_of(text))
    with transaction.atomic():
        held = InboundText.objects.select_for_update(of=("self",)).select_related("number__data_key").get(pk=text.pk)
        if held.handled_at is not None:
            return
        _act(held)
        held.handled_at = timezone.now()
        held.save(update_fields=["handled_at", "is_unknown"])


def handle_or_leave(text: InboundText) -> bool:
    """Act on a text: True when that was done. If it fails it is tried again, for ever, ever less often; the third
    time a person is told.
    """
    try:
        handle(text)
    except Exception:
        logger.exception("inbound text %s was stored but not handled; it is tried again", text.id)
        _leave(text)
        return False
    return True


def _leave(text: InboundText) -> None:
    text.tries += 1
    text.try_at = timezone.now() + min(FIRST_WAIT * 2**text.tries, LONGEST_WAIT)
    InboundText.objects.filter(pk=text.pk).update(tries=text.tries, try_at=text.try_at)
    if text.tries == TELL_AFTER:
        hooks.words_stuck.tell(text)


def handle_left_over() -> int:
    """Act on texts that were stored but not handled; how many were handled now."""
    left = InboundText.objects.filter(handled_at=None, try_at__lte=timezone.now()).order_by("try_at")
    return sum(handle_or_leave(text) for text in left.select_related("number__data_key")[:20])


def _act(text: InboundText) -> None:
    # START from somebody who has not stopped changes nothing: it is their "yes", and is filed as words.
    if text.kind == Kind.STOP or (text.kind == Kind.START and text.number.is_stopped):
        _opt(text)
    elif not any(hooks.words_received.tell(text, body_of(text))):
        _keep_unknown(text)


def _opt(text: InboundText) -> None:
    """STOP or START: recorded, and told. The carrier answers by itself, so we send nothing."""
    stopped = text.kind == Kind.STOP
    now = timezone.now()
    if not stopped:
        PhoneNumber.objects.filter(pk=text.number_id).update(stopped_at=None)
    change = OptChange.objects.create(
        number=text.number, stopped=stopped, keyword=keywords.keyword(body_of(text)), at=now, inbound=text
    )
    change.number.stopped_at = now if stopped else None
    hooks.opt_changed.tell(change)
    audit.record(
        actor=text.number.actor,
        action="texts stopped" if stopped else "texts started",
        subject=text.number.actor,
        keyword=change.keyword,
    )


def _keep_unknown(text: InboundText) -> None:
    """Nobody we know: kept for a lead, and one polite answer a day, whatever they write. HELP the carrier answers."""
    text.is_unknown = True
    hooks.unknown_kept.tell(text)
    if text.kind == Kind.HELP:
        return
    day = _utc_day(text.received_at)
    outbox.queue(
        key=f"unknown:{text.number_id}:{day}",
        number=text.number,
        sender=text.recipient,
        is_answer=True,
        body=UNKNOWN_SENDER.say("en-gb"),
    )


def _utc_day(at: datetime) -> str:
    return at.date().isoformat()


def mark_looked_at(text: InboundText, *, by: AbstractBaseUser, actor: str) -> None:
    """A lead has looked at what an unknown number wrote."""
    with transaction.atomic():
        InboundText.objects.filter(pk=text.pk).update(looked_at=timezone.now(), looked_at_by=by.pk)
        audit.record(actor=actor, action="unknown text looked at", subject=f"inbound:{text.id}")


def shown_body(text: InboundText) -> str:
    """What they wrote, for a page."""
    return shown(text.number.data_key, text.sealed_body, bond=f"inbound|{text.id}")
