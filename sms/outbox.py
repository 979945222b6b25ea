"""The outbox: what is to be sent, and the ranks its states climb.

A state only ever moves up the ranks, so callbacks that come late, twice or out of order never move a row back. Only
what surely was not taken is queued again (sms.outcomes).
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from core.sealing import seal, shown, unseal
from sms import hooks
from sms.gateways import gateway
from sms.models import OutboundText, PhoneNumber
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
KEEP_TRYING_FOR = timedelta(hours=8)


def queue(
    *,
    key: str,
    number: PhoneNumber,
    body: str,
    sender: str = "",
    lane: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    is_vital: bool = False,
    is_answer: bool = False,
) -> OutboundText:
    """Put a text into the outbox, in the caller's transaction. The same `key` again changes nothing
    and returns the row that is there. Times are aware; due now and for eight hours unless said. A vital text
    (crisis lines, a sign-in code) goes before all others, past the daily limit and past a lead's pause. An answer to a
    text that just came in goes at any hour. Typographic characters that would double the cost are made plain.
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
        lane=lane,
        segments=fit(body).segments,
        due_at=due_at,
        expires_at=expires_at or due_at + KEEP_TRYING_FOR,
        is_vital=is_vital,
        is_answer=is_answer,
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


@transaction.atomic
def cancel(key: str) -> bool:
    """Take back the text with this key, if it has not left: True if it had not."""
    held = OutboundText.objects.select_for_update().filter(key=key, state=State.QUEUED).first()
    if held is None:
        return False
    move([held], State.CANCELED)
    return True


def climb(texts: Iterable[OutboundText], state: OutboundText.State, **changes: Any) -> None:
    """Move those of `texts` to `state` that stand below it; change nothing of the others."""
    move([text for text in texts if RANK[State(text.state)] < RANK[state]], state, **changes)


def move(texts: list[OutboundText], state: OutboundText.State, **changes: Any) -> None:
    """Move all of `texts`, whose rows are held, to `state`, and tell the rooms above. One statement."""
    if not texts:
        return
    OutboundText.objects.filter(pk__in=[text.pk for text in texts]).update(state=state, **changes)
    for text in texts:
        for name, value in {"state": state, **changes}.items():
            setattr(text, name, value)
    _tell(texts)


def _tell(texts: list[OutboundText]) -> None:
    """Tell the rooms above. What they stumble over is logged: the outbox is the truth, and goes on with all texts."""
    try:
        with transaction.atomic():
            hooks.texts_changed.tell(texts)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(texts) == 1:
            logger.exception("text %s changed, and the rooms above could not be told", texts[0].id)
            return
        for text in texts:
            _tell([text])
