"""Texts of which nobody knows whether they were taken: looked up in the provider's list, then shown to a person.

A text is never sent again because it was not found: the list may lag behind, and a text too many does harm.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from core.sealing import Unreadable
from sms import hooks, outcomes
from sms.claiming import skip_locked
from sms.gateways import gateway
from sms.gateways.base import Listed, NotSent
from sms.models import OutboundText, SendAttempt
from sms.numbers import e164
from sms.outbox import State, body_of

logger = logging.getLogger(__name__)

# After the first look (sms.outcomes says when) this long until each next one. After the last a person is told.
LOOK_AGAIN = [timedelta(seconds=20), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)]
# Their clock and ours may differ by this much, and theirs counts whole seconds.
CLOCKS_DIFFER = timedelta(seconds=5)
BATCH = 20
# Of these the provider may list one whose SID we have not stored.
MAY_BE_LISTED = (State.SENDING, State.UNKNOWN)


async def look_up_unknown() -> int:
    """Look for unknown texts whose time has come; how many were looked for."""
    texts = await sync_to_async(_due)()
    ends = await asyncio.gather(*(_look_up(text) for text in texts), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(texts)


@transaction.atomic
def _due() -> list[OutboundText]:
    """Those to look for now, each with its next look put down already: two dispatchers do not both look. The last one
    too has a next look, until a person was told: whoever looks may die before that.
    """
    now = timezone.now()
    rows = OutboundText.objects.select_related("number__data_key").filter(state=State.UNKNOWN, look_up_at__lte=now)
    texts = list(skip_locked(rows.order_by("look_up_at"))[:BATCH])
    for text in texts:
        text.looks += 1
        text.look_up_at = now + LOOK_AGAIN[min(text.looks, len(LOOK_AGAIN)) - 1]
        text.save(update_fields=["looks", "look_up_at"])
    return texts


async def _look_up(text: OutboundText) -> None:
    try:
        attempt = await sync_to_async(_last_attempt)(text)
        since = attempt.started_at - CLOCKS_DIFFER
        listed = await gateway().listed(await sync_to_async(e164)(text.number), since)
        await sync_to_async(_compare)(text, attempt, listed)
    except (NotSent, Unreadable) as error:
        logger.warning("text %s could not be looked up: %s", text.id, error)
    except Exception:
        logger.exception("text %s could not be looked up", text.id)
    if text.looks > len(LOOK_AGAIN):
        await sync_to_async(_give_up)(text.id)


def _last_attempt(text: OutboundText) -> SendAttempt:
    return text.attempts.latest("started_at")


def _compare(text: OutboundText, attempt: SendAttempt, listed: Sequence[Listed]) -> None:
    """Adopt the one text in the list that can only be this one. Where it could be another, leave it to a person."""
    body = body_of(text)
    same = [one for one in listed if one.body == body]
    known = set(SendAttempt.objects.filter(sid__in=[one.sid for one in same]).values_list("sid", flat=True))
    free = [one for one in same if one.sid not in known]
    if len(free) == 1 and not _has_twin(text, body):
        outcomes.apply_status(attempt.id, free[0].sid, free[0].status, free[0].error_code)


def _has_twin(text: OutboundText, body: str) -> bool:
    """Whether another text with the same words to the same number is unknown too, or on its way just now: the one
    listed may be that one.
    """
    others = OutboundText.objects.filter(number=text.number, state__in=MAY_BE_LISTED).exclude(pk=text.pk)
    return any(body_of(other) == body for other in others.select_related("number__data_key"))


@transaction.atomic
def _give_up(text_id: UUID) -> None:
    """Looked for often enough: no further look, and a person must find out. Both or neither."""
    rows = OutboundText.objects.select_for_update().filter(state=State.UNKNOWN, look_up_at__isnull=False)
    text = rows.filter(pk=text_id).first()
    if text is not None:
        text.look_up_at = None
        text.save(update_fields=["look_up_at"])
        hooks.person_needed.tell(text)
