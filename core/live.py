"""Live events: ids through the channel layer, announced after commit (ADR 4).

An event says only that something changed. Whoever receives it asks the database, with the reader's
own rights. An event may be lost; a reader catches up by the last number it has seen.
"""

import logging
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

EventValue = str | int


def announce(group: str, kind: str, **ids: EventValue) -> None:
    """Tell `group` (such as "conversation.<uuid>"), after commit, that `kind` happened to `ids`."""
    event = {"type": "live.event", "kind": kind, **ids}
    transaction.on_commit(lambda: announce_now_without_waiting_for_commit(group, event))


def announce_once(group: str, kind: str) -> None:
    """The same, for what may happen a thousand times in a transaction: it is told once."""
    telling = _Telling(group, kind)
    # What was undone with its savepoint has left this list, so nothing is missed.
    if all(waiting[1] != telling for waiting in transaction.get_connection().run_on_commit):
        transaction.on_commit(telling)


@dataclass(frozen=True)
class _Telling:
    group: str
    kind: str

    def __call__(self) -> None:
        announce_now_without_waiting_for_commit(self.group, {"type": "live.event", "kind": self.kind})


def announce_now_without_waiting_for_commit(group: str, event: dict[str, EventValue]) -> None:
    """Send `event` at once. Only for what has no row, such as typing: a row may still be rolled back.

    A channel layer that is down is logged and forgiven: the row is the truth and readers catch up.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, event)
    except (OSError, RedisError):
        logger.warning("live event %s lost: the channel layer does not answer", event["kind"])
