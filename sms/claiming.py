"""From queued to about to be posted: claim what is due, ask again whether it may go, put back what did not leave.

Each function is one short transaction; the POST that follows is in none.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from sms import hooks, pausing, spending
from sms.gateways.base import Sms
from sms.models import OutboundText, SendAttempt
from sms.numbers import e164
from sms.outbox import State, body_of, move

logger = logging.getLogger(__name__)

BATCH = 100
# Longer than the gateway's time-out with all its stages: a row whose lease ran out was left by a dead
# dispatcher, and nobody knows whether it was posted.
LEASE = timedelta(seconds=60)
# A claim that waited this long for a free line has its lease made new before it is posted.
RENEW_AFTER = LEASE / 3
# Twilio's longest (docs/sms.md): the carrier's queue holds ten hours.
LONGEST_VALIDITY = 36000
# What the daily limit holds back is looked at again so often.
LIMIT_WAIT = timedelta(minutes=15)
# Moments that sending does not ask about: reading one costs as much as opening a seal.
NOT_NEEDED = [
    *("created_at", "sent_at", "delivered_at", "lease_until", "look_up_at", "settled_at"),
    *("number__created_at", "number__data_key__created_at"),
]


@dataclass(frozen=True)
class Claimed:
    """A text this dispatcher alone may send now, and the attempt it is sent as."""

    text_id: UUID
    attempt_id: UUID
    sms: Sms
    at: datetime


class PerhapsClaimed(Exception):
    """The database went away while the claim was committed: it may or may not have been."""

    def __init__(self, claims: list[Claimed]) -> None:
        super().__init__(f"{len(claims)} claims")
        self.claims = claims


def claim(most: int = BATCH) -> list[Claimed]:
    """Take up to `most` due texts, vital ones first: ask again whether each may go, commit `sending` with an attempt
    id. Rows another dispatcher holds are passed over (SKIP LOCKED on PostgreSQL; SQLite has one writer).
    Raises PerhapsClaimed.
    """
    now = timezone.now()
    claims: list[Claimed] = []
    try:
        with transaction.atomic():
            due = _due(now, most)
            claims = _take(due, now) if due else []
            if due and not claims:
                pausing.give_back_try()
    except (OperationalError, InterfaceError) as error:
        raise PerhapsClaimed(claims) from error
    return claims


def _due(now: datetime, most: int) -> list[OutboundText]:
    pauses = pausing.in_force()
    rows = skip_locked(OutboundText.objects.select_related("number__data_key")).defer(*NOT_NEEDED)
    rows = rows.filter(state=State.QUEUED, due_at__lte=now).order_by("-is_vital", "due_at")
    if pauses.lanes:
        rows = rows.filter(Q(is_vital=True) | ~Q(lane__in=pauses.lanes))
    due = list(rows[: 1 if pauses.is_account_refused else most])
    return [] if due and pauses.is_account_refused and not pausing.take_try() else due


def skip_locked(rows: "QuerySet[OutboundText]") -> "QuerySet[OutboundText]":
    """Hold these rows, without those that another dispatcher holds."""
    if not connection.features.has_select_for_update_skip_locked:
        return rows
    return rows.select_for_update(skip_locked=True, of=("self",))


def _take(due: list[OutboundText], now: datetime) -> list[Claimed]:
    move([text for text in due if text.expires_at <= now], State.EXPIRED, reason="expired")
    fresh = [text for text in due if text.expires_at > now]
    free = _allowed(fresh, now)
    status_url = _status_url()
    claimed = list(filter(None, (_made(text, status_url, now) for text in _affordable(free, now))))
    SendAttempt.objects.bulk_create([SendAttempt(id=one.attempt_id, text_id=one.text_id) for one in claimed])
    ids = [one.text_id for one in claimed]
    # To the rooms above it waits as before, so nobody is told.
    OutboundText.objects.filter(pk__in=ids).update(
        state=State.SENDING, lease_until=now + LEASE, tries=F("tries") + 1, reason=""
    )
    _tell_of_lost(due)
    return claimed


def _tell_of_lost(texts: list[OutboundText]) -> None:
    """A vital text that will not go any more needs a person. Last, for who is told may write to the audit trail."""
    for text in texts:
        if text.is_vital and text.state in {State.EXPIRED, State.FAILED}:
            hooks.person_needed.tell(text)


def _allowed(texts: list[OutboundText], now: datetime) -> list[OutboundText]:
    """Those that may go; the rest is suppressed, or waits. Asked at the moment of sending, whatever was true when the
    rows were made.
    """
    verdicts: dict[UUID, hooks.Hold | hooks.Wait] = {
        text.id: verdict for text in texts if (verdict := _own_verdict(text))
    }
    verdicts |= _verdicts_above([text for text in texts if text.id not in verdicts])
    for text in texts:
        match verdicts.get(text.id):
            case hooks.Hold(reason=reason):
                move([text], State.SUPPRESSED, reason=reason)
            case hooks.Wait(reason=reason, until=until):
                move([text], State.QUEUED, reason=reason, due_at=max(until, now + timedelta(seconds=1)))
    return [text for text in texts if text.id not in verdicts]


def _own_verdict(text: OutboundText) -> hooks.Hold | None:
    if text.number.is_stopped:
        return hooks.Hold("stopped")
    if text.number.country not in settings.SMS_ALLOWED_COUNTRIES:
        return hooks.Hold("country")
    return None


def _verdicts_above(texts: list[OutboundText]) -> dict[UUID, hooks.Hold | hooks.Wait]:
    """What the rooms above say. One text they stumble over must not stop the others, so each is then asked for by
    itself.
    """
    try:
        return _ask(texts) if texts else {}
    except Exception:
        if len(texts) == 1:
            logger.exception("text %s cannot be sent", texts[0].id)
            return {texts[0].id: hooks.Hold("unreadable")}
    return {text_id: verdict for text in texts for text_id, verdict in _verdicts_above([text]).items()}


def _ask(texts: list[OutboundText]) -> dict[UUID, hooks.Hold | hooks.Wait]:
    """What all rooms together say: what must not go must not wait either."""
    with transaction.atomic():
        answers = [dict(answer) for answer in hooks.may_it_go.tell(texts)]
    said = [item for answer in answers for item in answer.items()]
    waits = {text_id: verdict for text_id, verdict in reversed(said) if isinstance(verdict, hooks.Wait)}
    return waits | {text_id: verdict for text_id, verdict in said if isinstance(verdict, hooks.Hold)}


def _affordable(texts: list[OutboundText], now: datetime) -> list[OutboundText]:
    """Those that the daily limit leaves room for, vital ones always; the rest waits."""
    vital, rest = [text for text in texts if text.is_vital], [text for text in texts if not text.is_vital]
    room = spending.reserve(always=len(vital), at_most=len(rest), now=now)
    if rest[room:]:
        move(rest[room:], State.QUEUED, due_at=now + LIMIT_WAIT, reason="limit")
        hooks.sending_stopped.tell("limit")
    return vital + rest[:room]


def _made(text: OutboundText, status_url: str, now: datetime) -> Claimed | None:
    """The claim with all that is posted; None for a text that can't be read: it fails, and stops no other."""
    attempt_id = uuid4()
    try:
        sms = Sms(
            to=e164(text.number),
            sender=text.sender,
            body=body_of(text),
            status_url=status_url.format(attempt_id),
            valid_for=max(1, min(int((text.expires_at - now).total_seconds()), LONGEST_VALIDITY)),
        )
    except Exception:
        logger.exception("text %s cannot be sent", text.id)
        move([text], State.FAILED, reason="unreadable")
        return None
    return Claimed(text.id, attempt_id, sms, now)


def _status_url() -> str:
    """Where callbacks come to, with a place for the attempt's id."""
    nobody = UUID(int=0)
    return str(settings.PUBLIC_URL + reverse("sms:status", args=[nobody])).replace(str(nobody), "{}")


def confirm(claims: Sequence[Claimed]) -> list[Claimed]:
    """Those of `claims` that may still be posted, asked just before that is done: nobody has texted STOP since, nobody
    has paused, and the row is still ours. What may not is taken back. Two queries, where all may.
    """
    now = timezone.now()
    ids = _still_good([one.text_id for one in claims])
    if len(ids) < len(claims):
        _take_back([one for one in claims if one.text_id not in ids])
    good = [one for one in claims if one.text_id in ids]
    if any(now - one.at > RENEW_AFTER for one in good):
        OutboundText.objects.filter(pk__in=ids, state=State.SENDING).update(lease_until=now + LEASE)
    return good


def _still_good(text_ids: list[UUID]) -> set[UUID]:
    # By key alone, and sorted out here: asked for by state too, PostgreSQL goes through all that is being sent.
    lanes = pausing.in_force().lanes
    rows = OutboundText.objects.filter(pk__in=text_ids)
    return {
        text_id
        for text_id, state, is_vital, lane, stopped_at in rows.values_list(
            "pk", "state", "is_vital", "lane", "number__stopped_at"
        )
        if state == State.SENDING and stopped_at is None and (is_vital or lane not in lanes)
    }


@transaction.atomic
def _take_back(claims: Sequence[Claimed]) -> None:
    """Queue them again; those of whoever stopped are suppressed at once."""
    put_back(claims)
    rows = OutboundText.objects.select_for_update(of=("self",)).filter(pk__in=[one.text_id for one in claims])
    move(list(rows.filter(state=State.QUEUED, number__stopped_at__isnull=False)), State.SUPPRESSED, reason="stopped")


@transaction.atomic
def put_back(claims: Sequence[Claimed]) -> None:
    """Queue claims again that were surely never posted, as if they had not been made."""
    unposted = SendAttempt.objects.filter(pk__in=[one.attempt_id for one in claims], sid=None, outcome="")
    ids = list(unposted.filter(text__state=State.SENDING).values_list("text_id", flat=True))
    OutboundText.objects.filter(pk__in=ids, state=State.SENDING).update(
        state=State.QUEUED, lease_until=None, tries=F("tries") - 1
    )
    unposted.filter(text_id__in=ids).delete()
    spending.refund(len(ids))
