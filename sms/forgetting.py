"""The provider keeps what was written for as long as its account does, so it is asked to forget the words.

Its record stays, without them (https://www.twilio.com/docs/messaging/api/message-resource, "Redact a Message").
"""

import asyncio
import logging
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.db.models import Model
from django.utils import timezone

from sms.gateways import gateway
from sms.gateways.base import NotSent
from sms.models import InboundText, SendAttempt

logger = logging.getLogger(__name__)

BATCH = 20
# It is asked again until it has.
ASK_AGAIN_AFTER = timedelta(hours=1)


async def forget_words() -> int:
    """Have the provider delete the words of texts whose end is known, theirs and ours; of how many it did."""
    rows = await sync_to_async(_due)()
    return sum(await asyncio.gather(*(_forget(row) for row in rows)))


def _due() -> list[SendAttempt | InboundText]:
    now = timezone.now()
    ours = SendAttempt.objects.filter(forget_at__lte=now).exclude(sid=None).order_by("forget_at")[:BATCH]
    theirs = InboundText.objects.filter(forget_at__lte=now).exclude(handled_at=None).order_by("forget_at")[:BATCH]
    rows: list[SendAttempt | InboundText] = [*ours, *theirs]
    for row in rows:
        _set(row, forget_at=now + ASK_AGAIN_AFTER)
    return rows


async def _forget(row: SendAttempt | InboundText) -> int:
    try:
        await gateway().forget(str(row.sid))
    except NotSent as error:
        logger.warning("the provider did not forget the words of %s: %s", row, error)
        return 0
    await sync_to_async(_set)(row, forget_at=None)
    return 1


def _set(row: Model, **values: object) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**values)
