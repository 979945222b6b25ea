"""What became of a text: the answer to the POST, the status callbacks, and what a dead dispatcher left behind.

Outcomes are stored in batches, each in one short transaction with its rows held in the order of their ids, so that
two of them never wait for each other.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import UUIDField
from django.utils import timezone

from sms import explain, hooks, numbers, pausing, spending
from sms.claiming import skip_locked
from sms.gateways.base import Failure, NotSent, Receipt
from sms.models import OutboundText, PhoneNumber, SendAttempt
from sms.outbox import RANK, State, climb, move

logger = logging.getLogger(__name__)

# The longest rest between two tries of what was surely not taken.
LONGEST_WAIT = 300.0
# Not reached now, perhaps later (30001, 30003, 30008): one more try, so much later, inside the text's own window.
TRY_LATER_AFTER = timedelta(minutes=30)
OUR_QUEUE = "30001"
TRY_LATER_CODES = frozenset({OUR_QUEUE, "30003", "30008"})
# The first look into the provider's list: by then it has listed what it took.
FIRST_LOOK = timedelta(seconds=10)
# How long the words stay with the provider once the end is known.
FORGET_AFTER = timedelta(hours=1)
# A text of which nothing more was heard: the provider's own window for it is long over.
FORGET_SENT_AFTER = timedelta(days=2)
HEAL_BATCH = 500


Result = Receipt | NotSent


@dataclass(frozen=True)
class Outcome:
    """What one POST came to."""

    attempt_id: UUID
    result: Result


def store(outcomes: Sequence[Outcome]) -> None:
    """Write down what the provider said, or that nobody knows. Storing the same again changes nothing. An outcome
    that cannot be stored stops no other: it is logged, and its text will be unknown. Raises what a database that went
    away raises; then nothing was stored, or all.
    """
    try:
        _store(outcomes)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(outcomes) == 1:
            logger.exception("the outcome of attempt %s could not be stored", outcomes[0].attempt_id)
            return
        for outcome in outcomes:
            store([outcome])


@transaction.atomic
def _store(outcomes: Sequence[Outcome]) -> None:
    results = {outcome.attempt_id: outcome.result for outcome in outcomes}
    # Held before the attempts are read: a status callback may be changing both.
    texts = _held(attempts__in=results)
    attempts = SendAttempt.objects.filter(pk__in=results).values_list("pk", "text_id", "is_over")
    taken: list[tuple[UUID, Receipt]] = []
    sent: list[tuple[OutboundText, Receipt]] = []
    for attempt_id, text_id, is_over in attempts:
        result, text = results[attempt_id], texts[text_id]
        if isinstance(result, NotSent):
            _store_failure(attempt_id, text, result)
            continue
        taken.append((attempt_id, result))
        # Where a status callback came first and another try is to follow, the text waits for that.
        if not is_over:
            sent.append((text, result))
    if taken:
        _store_sids(taken)
        _store_sent(sent)
        pausing.account_works()


def _held(**which: Any) -> dict[UUID, OutboundText]:
    # Not the words and the number: most outcomes don't need them, and a batch has a hundred.
    rows = OutboundText.objects.select_for_update(of=("self",))
    rows = rows.defer("sealed_body", "due_at", "created_at", "settled_at")
    return {text.pk: text for text in rows.filter(**which).order_by("pk")}


def _store_sent(sent: list[tuple[OutboundText, Receipt]]) -> None:
    by_segments: dict[int, list[OutboundText]] = defaultdict(list)
    for text, receipt in sent:
        # A messaging service has not counted yet and says 0.
        by_segments[receipt.segments or text.segments].append(text)
    for segments, texts in by_segments.items():
        climb(texts, State.SENT, segments=segments, **_told(timezone.now()), reason="")


def _store_sids(taken: list[tuple[UUID, Receipt]]) -> None:
    """What the provider calls each attempt; one that a status callback has told us about stays as it is. Prepared once
    for all: an UPDATE that the ORM builds for a hundred rows costs ten times as much as this.
    """
    forget_at = connection.ops.adapt_datetimefield_value(timezone.now() + FORGET_SENT_AFTER)
    pk = UUIDField().get_db_prep_value
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE sms_sendattempt SET sid = %s, outcome = %s, forget_at = %s WHERE id = %s AND sid IS NULL",
            [(receipt.sid, "taken", forget_at, pk(attempt_id, connection)) for attempt_id, receipt in taken],
        )


def _told(now: datetime) -> dict[str, Any]:
    """What is true of a row once the provider has said something about it."""
    return {"sent_at": now, "lease_until": None, "look_up_at": None}


def _store_failure(attempt_id: UUID, text: OutboundText, error: NotSent) -> None:
    outcome = f"{error.failure.name.lower()} {error.code}".strip()
    SendAttempt.objects.filter(pk=attempt_id, outcome="").update(outcome=outcome)
    if text.state != State.SENDING:
        return  # a status callback knew better already
    now = timezone.now()
    done: dict[str, Any] = {"lease_until": None, "error_code": error.code}
    match error.failure:
        case Failure.UNCLEAR:
            move([text], State.UNKNOWN, reason="unclear", look_up_at=now + FIRST_LOOK, **done)
        case Failure.AGAIN:
            spending.refund(1)
            reason = explain.BY_CODE.get(error.code, "later")
            move([text], State.QUEUED, due_at=now + _wait(text, error), reason=reason, **done)
        case Failure.ACCOUNT:
            spending.refund(1)
            move([text], State.QUEUED, due_at=now, reason="account", **done)
            pausing.stop_everything()
        case Failure.FINAL:
            spending.refund(1)
            _end(text, State.FAILED, error.code, lease_until=None)


def _wait(text: OutboundText, error: NotSent) -> timedelta:
    """As long as the provider says, else longer each time; and a bit, so that not all come back at once."""
    wait = error.wait if error.wait is not None else min(2.0 ** min(text.tries, 10), LONGEST_WAIT)
    return timedelta(seconds=wait * random.uniform(1, 1.25))  # noqa: S311  (no secret)


def _end(text: OutboundText, state: OutboundText.State, code: str, **changes: Any) -> None:
    """It ended badly: say why, remember what that says about the number, and call a person where one must look."""
    reason = explain.reason_for(code) if code else "failed"
    if reason == "stopped":
        state = State.SUPPRESSED
    if RANK[State(text.state)] >= RANK[state]:
        return
    move([text], state, reason=reason, error_code=code[:12], **changes)
    numbers.note_error(text.number, code)
    if reason in explain.FOR_A_PERSON or text.is_vital or (reason == "stopped" and _was_missed(text)):
        hooks.person_needed.tell(text)


def _was_missed(text: OutboundText) -> bool:
    """The provider knows of a STOP that never reached us: remembered until START, and whether it is news."""
    rows = PhoneNumber.objects.filter(pk=text.number_id, stopped_at=None)
    return bool(rows.update(stopped_at=timezone.now()))


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
    """What the provider says of an attempt, by callback or in its list: adopt the SID where the answer was lost, and
    move up the ranks if it says more. A status we do not know is kept as the attempt's outcome and moves nothing.
    Raises SendAttempt.DoesNotExist.
    """
    text_id = SendAttempt.objects.values_list("text_id", flat=True).get(pk=attempt_id)
    text = _held(pk=text_id)[text_id]
    attempt = SendAttempt.objects.get(pk=attempt_id)
    now = timezone.now()
    state = BY_STATUS.get(status)
    attempt.sid, attempt.outcome = sid, status[:30]
    is_end = state is not None and state is not State.SENT
    forget_at = now + (FORGET_AFTER if is_end else FORGET_SENT_AFTER)
    attempt.forget_at = min(attempt.forget_at or forget_at, forget_at)
    if attempt.is_over and state is not State.DELIVERED:
        pass  # another try is on its way; that this one failed is known
    elif _may_try_later(text, state, code, now):
        _try_later(attempt, text, code, now)
    else:
        # Whatever it says, it says that the text was taken.
        _rise(text, state or State.SENT, code, now)
    attempt.save(update_fields=["sid", "outcome", "forget_at", "is_over"])


def _rise(text: OutboundText, state: OutboundText.State, code: str, now: datetime) -> None:
    told = _told(now) | {"sent_at": text.sent_at or now}
    match state:
        case State.DELIVERED:
            climb([text], state, **told, delivered_at=now, reason="", error_code="")
        case State.SENT | State.CANCELED:
            climb([text], state, **told, reason="")
        case _:
            _end(text, state, code, **told)


def _may_try_later(text: OutboundText, state: OutboundText.State | None, code: str, now: datetime) -> bool:
    is_open = not text.was_tried_later and RANK[State(text.state)] <= RANK[State.SENT]
    has_failed = state in {State.UNDELIVERED, State.FAILED} and code in TRY_LATER_CODES
    return has_failed and is_open and text.state != State.QUEUED and now + TRY_LATER_AFTER < text.expires_at


def _try_later(attempt: SendAttempt, text: OutboundText, code: str, now: datetime) -> None:
    """The phone could not be reached just then, so this surely did not arrive: once more, later."""
    attempt.is_over = True
    move(
        [text],
        State.QUEUED,
        due_at=now + TRY_LATER_AFTER,
        was_tried_later=True,
        lease_until=None,
        look_up_at=None,
        reason="full" if code == OUR_QUEUE else "unreached",
        error_code=code,
    )


def heal_left_behind() -> int:
    """Mark what a dead dispatcher left in `sending` as unknown: it may have been posted. How many."""
    now = timezone.now()
    with transaction.atomic():
        left = skip_locked(
            OutboundText.objects.filter(state=State.SENDING, lease_until__lt=now).order_by("lease_until")
        )
        texts = list(left[:HEAL_BATCH])
        move(texts, State.UNKNOWN, reason="unclear", lease_until=None, look_up_at=now)
    return len(texts)
