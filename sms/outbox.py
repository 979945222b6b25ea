"""The outbox: queue a text, claim what is due, store what became of it.

A state only ever moves up the ranks, so callbacks that come late, twice or out of order never move a
row back. Each function is one short transaction; the POST between `claim` and `store_*` is in none.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from core.sealing import seal, shown, unseal
from sms import explain, hooks
from sms.gateways import gateway
from sms.gateways.base import Failure, NotSent, Receipt, Sms
from sms.models import OutboundText, PhoneNumber, SendAttempt
from sms.numbers import e164, note_error
from sms.segments import fit, plain

logger = logging.getLogger(__name__)

State = OutboundText.State
RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.SENT: 3,
    State.FAILED: 4,
    State.SUPPRESSED: 4,
    State.EXPIRED: 4,
    State.CANCELED: 4,
    State.UNDELIVERED: 4,
    State.DELIVERED: 5,
}
BATCH = 100
# Longer than the gateway's time-out with all its stages: a row whose lease ran out was left by a dead
# dispatcher, and nobody knows whether it was posted.
LEASE = timedelta(seconds=60)
MOST_TRIES = 6
# Twilio's longest (docs/sms.md): the carrier's queue holds ten hours.
LONGEST_VALIDITY = 36000
KEEP_TRYING_FOR = timedelta(hours=8)


@dataclass(frozen=True)
class Claimed:
    """A text this dispatcher alone may send now, and the attempt it is sent as."""

    attempt_id: UUID
    sms: Sms


def queue(
    *,
    key: str,
    number: PhoneNumber,
    body: str,
    sender: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    is_vital: bool = False,
) -> OutboundText:
    """Put a text into the outbox, in the caller's transaction. The same `key` again changes nothing
    and returns the row that is there. Times are aware; due now and for eight hours unless said. A vital text
    (crisis lines, a sign-in code) goes before all others and past the daily limit. Typographic
    characters that would double the cost are made plain.
    """
    known = OutboundText.objects.filter(key=key).first()
    if known:
        return known
    body = plain(body)
    due_at = due_at or timezone.now()
    text = OutboundText(
        key=key,
        number=number,
        sender=sender or gateway().sender,
        segments=fit(body).segments,
        due_at=due_at,
        expires_at=expires_at or due_at + KEEP_TRYING_FOR,
        is_vital=is_vital,
    )
    text.sealed_body = seal(number.data_key, body, bond=f"outbound|{text.id}")
    # Two callers at once: one row. The caller's transaction must not break on the second.
    OutboundText.objects.bulk_create([text], ignore_conflicts=True)
    return OutboundText.objects.get(key=key)


def body_of(text: OutboundText) -> str:
    """What the text says. Raises core.sealing.Unreadable."""
    return unseal(text.number.data_key, text.sealed_body, bond=f"outbound|{text.id}")


def shown_body(text: OutboundText) -> str:
    """What the text says, for a page."""
    return shown(text.number.data_key, text.sealed_body, bond=f"outbound|{text.id}")


def claim(most: int = BATCH) -> list[Claimed]:
    """Take up to `most` due texts: ask again whether each may go, commit `sending` with an attempt id.

    Rows another dispatcher holds are passed over (SKIP LOCKED on PostgreSQL; SQLite has one writer). A row that
    cannot be claimed is marked as failed: it must not stop the others.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = OutboundText.objects.select_related("number__data_key")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        due = rows.filter(state=State.QUEUED, due_at__lte=now).order_by("-is_vital", "due_at")[:most]
        left_today = settings.SMS_DAILY_LIMIT - _sent_today(now) if due else 0
        return [claimed for nth, text in enumerate(due) if (claimed := _claim_or_fail(text, now, nth < left_today))]


def _claim_or_fail(text: OutboundText, now: datetime, may_spend: bool) -> Claimed | None:
    try:
        with transaction.atomic():
            return _claim_one(text, now, may_spend or text.is_vital)
    except Exception:
        logger.exception("text %s cannot be sent", text.id)
        _move(text, State.FAILED, reason="unreadable")
        return None


def _claim_one(text: OutboundText, now: datetime, may_spend: bool) -> Claimed | None:
    if text.expires_at <= now:
        _move(text, State.EXPIRED, reason="expired")
        return None
    if not may_spend:
        _move(text, State.QUEUED, due_at=now + timedelta(minutes=15), reason="limit")
        return None
    if reason := _reason_to_hold(text):
        _move(text, State.SUPPRESSED, reason=reason)
        return None
    if reason := next(filter(None, hooks.reason_to_wait.tell(text)), ""):
        _move(text, State.QUEUED, due_at=now + timedelta(minutes=5), reason=reason)
        return None
    attempt = SendAttempt.objects.create(text=text)
    sms = _sms(text, attempt, now)
    _move(text, State.SENDING, lease_until=now + LEASE, tries=text.tries + 1, reason="")
    return Claimed(attempt.id, sms)


def _reason_to_hold(text: OutboundText) -> str:
    """Asked at the moment of sending, whatever was true when the row was made."""
    if text.number.is_stopped:
        return "stopped"
    if text.number.country not in settings.SMS_ALLOWED_COUNTRIES:
        return "country"
    return next(filter(None, hooks.reason_to_hold.tell(text)), "")


def _sent_today(now: datetime) -> int:
    """Attempts in the last 24 hours: each may have cost money."""
    return SendAttempt.objects.filter(started_at__gte=now - timedelta(days=1)).count()


def _sms(text: OutboundText, attempt: SendAttempt, now: datetime) -> Sms:
    left = int((text.expires_at - now).total_seconds())
    return Sms(
        to=e164(text.number),
        sender=text.sender,
        body=body_of(text),
        status_url=settings.PUBLIC_URL + reverse("sms:status", args=[attempt.id]),
        valid_for=max(1, min(left, LONGEST_VALIDITY)),
    )


@transaction.atomic
def store_receipt(attempt_id: UUID, receipt: Receipt) -> None:
    """The provider took it."""
    attempt, text = _locked(attempt_id)
    SendAttempt.objects.filter(pk=attempt.pk).update(sid=receipt.sid, outcome="taken")
    _raise(text, State.SENT, sent_at=timezone.now(), lease_until=None, **_counted(receipt))


def _counted(receipt: Receipt) -> dict[str, object]:
    """The provider's own count of segments; a messaging service does not know it yet and says 0."""
    return {"segments": receipt.segments} if receipt.segments else {}


@transaction.atomic
def store_failure(attempt_id: UUID, error: NotSent) -> None:
    """The provider did not take it, or nobody knows. Queues it again only where that is safe."""
    attempt, text = _locked(attempt_id)
    SendAttempt.objects.filter(pk=attempt.pk).update(outcome=f"{error.failure.name.lower()} {error.code}".strip())
    if text.state != State.SENDING:
        return  # a status callback knew better already
    if error.failure is Failure.UNCLEAR:
        _raise(text, State.UNKNOWN, reason="unclear", error_code=error.code, lease_until=None)
    elif error.failure is Failure.AGAIN and text.tries < MOST_TRIES:
        wait = error.wait if error.wait is not None else 2.0**text.tries
        due = timezone.now() + timedelta(seconds=wait)
        _move(text, State.QUEUED, due_at=due, reason="later", error_code=error.code, lease_until=None)
    else:
        _refuse(text, error.code)


def _refuse(text: OutboundText, code: str) -> None:
    reason = explain.reason_for(code)
    state = State.SUPPRESSED if reason == "stopped" else State.FAILED
    _raise(text, state, reason=reason, error_code=code, lease_until=None)
    if code:
        note_error(text.number, code)


def _locked(attempt_id: UUID) -> tuple[SendAttempt, OutboundText]:
    attempt = SendAttempt.objects.get(pk=attempt_id)
    return attempt, OutboundText.objects.select_for_update().get(pk=attempt.text_id)


# What Twilio calls it, and what we do. Its earlier states say nothing that our own row does not know.
BY_STATUS = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
}


@transaction.atomic
def apply_status(attempt_id: UUID, sid: str, status: str, code: str) -> None:
    """A status callback: adopt its SID where the answer was lost, and move up the ranks if it says more.

    A status we do not know is kept as the attempt's outcome and moves nothing.
    Raises SendAttempt.DoesNotExist.
    """
    attempt, text = _locked(attempt_id)
    SendAttempt.objects.filter(pk=attempt.pk).update(sid=sid, outcome=status[:30])
    state = BY_STATUS.get(status)
    if state is None:
        return
    now = timezone.now()
    changes: dict[str, object] = {"sent_at": text.sent_at or now, "lease_until": None}
    if code:
        changes["error_code"] = code[:12]
    if state is State.DELIVERED:
        changes |= {"delivered_at": now, "reason": ""}
    elif code:
        changes["reason"] = explain.reason_for(code)
    elif state in {State.UNDELIVERED, State.FAILED}:
        changes["reason"] = "failed"
    elif state is State.SENT:
        changes["reason"] = ""
    _raise(text, state, **changes)
    if code:
        note_error(text.number, code)


@transaction.atomic
def cancel(key: str) -> bool:
    """Take back the text with this key, if it has not left: True if it had not."""
    held = OutboundText.objects.select_for_update().filter(key=key, state=State.QUEUED).first()
    if held is None:
        return False
    _raise(held, State.CANCELED)
    return True


def heal_left_behind() -> int:
    """Mark what a dead dispatcher left in `sending` as unknown: it may have been posted. How many."""
    with transaction.atomic():
        left = OutboundText.objects.select_for_update().filter(state=State.SENDING, lease_until__lt=timezone.now())
        for text in left:
            _raise(text, State.UNKNOWN, reason="unclear", lease_until=None)
        return len(left)


def _raise(text: OutboundText, state: OutboundText.State, **changes: object) -> None:
    """Move to `state` if it ranks higher than where the row stands; otherwise change nothing."""
    if RANK[state] > RANK[State(text.state)]:
        _move(text, state, **changes)


def _move(text: OutboundText, state: OutboundText.State, **changes: object) -> None:
    for name, value in {"state": state, **changes}.items():
        setattr(text, name, value)
    text.save(update_fields=["state", *changes])
    hooks.text_changed.tell(text)
