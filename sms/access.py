"""The door to sms for the rooms above it: what they may read."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from sms.explain import FOR_A_PERSON, in_words, state_in_words
from sms.gateways import gateway
from sms.inbox import shown_body as inbound_body
from sms.keywords import MAY_BE_DISTRESS, RESERVED
from sms.models import InboundText, OptChange, PhoneNumber, SendingPause
from sms.numbers import find, for_reading
from sms.outbox import shown_body as outbound_body
from sms.segments import Fit, fit, plain
from sms.settling import AGAIN, MAY_GO_AGAIN

__all__ = [
    "AGAIN",
    "FOR_A_PERSON",
    "MAY_BE_DISTRESS",
    "MAY_GO_AGAIN",
    "RESERVED",
    "Fit",
    "default_sender",
    "find",
    "fit",
    "for_reading",
    "in_words",
    "inbound_body",
    "last_opt_change",
    "outbound_body",
    "pauses",
    "plain",
    "state_in_words",
    "unknown_texts",
]

KEEP_UNKNOWN_FOR = timedelta(days=30)


def default_sender() -> str:
    """The number that texts go out through where a programme has none of its own."""
    return gateway().sender


def unknown_texts(recipients: list[str]) -> QuerySet[InboundText]:
    """What unknown numbers wrote to any of our numbers `recipients`, not yet looked at, newest first."""
    since = timezone.now() - KEEP_UNKNOWN_FOR
    return (
        InboundText.objects.filter(is_unknown=True, looked_at=None, recipient__in=recipients, received_at__gte=since)
        .select_related("number__data_key")
        .order_by("-received_at")
    )


def last_opt_change(number: PhoneNumber) -> OptChange | None:
    """Their last STOP or START."""
    return number.opt_changes.order_by("-at").first()


def pauses() -> list[SendingPause]:
    """What holds sending up just now, the oldest first: lanes that a person paused, and the refusal of our account,
    which stops everything. One query.
    """
    return list(SendingPause.objects.select_related("by").order_by("since"))
