"""Due work: send what is due, heal what was left, act on what was not handled.

Sending one text: 1. claim it, committing `sending` with an attempt id; 2. POST outside any
transaction; 3. store the outcome. A crash between 1 and 3 leaves `sending`, healed as `unknown`.
"""

import asyncio
import logging
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.conf import settings

from core import dispatch
from sms import inbox, outbox
from sms.gateways import gateway, simulator
from sms.gateways.base import Failure, NotSent

logger = logging.getLogger(__name__)


async def send_due() -> int:
    """Send a batch of due texts; how many were tried."""
    claimed = await sync_to_async(outbox.claim)()
    await asyncio.gather(*(_send(one) for one in claimed))
    return len(claimed)


async def let_go() -> None:
    """Close the gateway's connections: they belong to this event loop."""
    await gateway().close()


async def _send(claimed: outbox.Claimed) -> None:
    try:
        receipt = await gateway().send(claimed.sms)
    except NotSent as error:
        await sync_to_async(outbox.store_failure)(claimed.attempt_id, error)
    except Exception:
        # A fault of ours or the package's: whether it was posted is not known, so it is not posted again.
        logger.exception("attempt %s ended in an error nobody foresaw", claimed.attempt_id)
        await sync_to_async(outbox.store_failure)(claimed.attempt_id, NotSent(Failure.UNCLEAR))
    else:
        await sync_to_async(outbox.store_receipt)(claimed.attempt_id, receipt)


dispatch.register_async("sms.send_due", send_due, close=let_go)
dispatch.register("sms.heal_left_behind", outbox.heal_left_behind, timedelta(seconds=5))
dispatch.register("sms.handle_left_over", inbox.handle_left_over, timedelta(seconds=5))
if settings.PHONES:
    dispatch.register("sms.report_deliveries", simulator.report_deliveries)
