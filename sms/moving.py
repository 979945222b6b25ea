"""When somebody's texts go to another number: what waits for the old one goes along."""

import logging

from django.db import transaction

from core.sealing import Unreadable, seal
from sms.models import OutboundText, PhoneNumber
from sms.outbox import body_of

logger = logging.getLogger(__name__)


@transaction.atomic
def redirect(old: PhoneNumber, new: PhoneNumber, *, but_not: frozenset[str]) -> int:
    """Send the texts that still wait for `old` to `new` instead, sealed under its key; how many. Those of the kinds
    `but_not` (the first part of their key) stay, and so does one that has left, or cannot be read.
    """
    waiting = OutboundText.objects.select_for_update(of=("self",)).select_related("number__data_key")
    rows = waiting.filter(number=old, state=OutboundText.State.QUEUED)
    return sum(_moved(text, new) for text in rows if text.key.partition(":")[0] not in but_not)


def _moved(text: OutboundText, new: PhoneNumber) -> bool:
    try:
        body = body_of(text)
    except Unreadable:
        logger.warning("text %s cannot be read, so it does not move to another number", text.id)
        return False
    text.number = new
    text.sealed_body = seal(new.data_key, body, bond=f"outbound|{text.id}")
    text.save(update_fields=["number", "sealed_body"])
    return True
