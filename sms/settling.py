"""A person settles what the provider would not tell, and may have a text sent again: only ever a person does that."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from core import audit
from sms.models import OutboundText
from sms.outbox import State, body_of, climb, queue

# What did not arrive, as far as anybody can tell.
MAY_GO_AGAIN = frozenset({State.FAILED, State.UNDELIVERED, State.EXPIRED})
# What the second one's key ends with.
AGAIN = ":again"
# So often and no more: what did not arrive a dozen times needs another way.
LONGEST_KEY = OutboundText._meta.get_field("key").max_length or 0


class AlreadyKnown(Exception):
    """Meanwhile it is known what became of the text: nothing is left to settle."""


class CannotGoAgain(Exception):
    """It may have arrived, it is on its way, or it was sent again already."""


@transaction.atomic
def settle(text: OutboundText, *, arrived: bool, by: AbstractBaseUser, actor: str) -> None:
    """A person found out whether an unknown text arrived. Raises AlreadyKnown."""
    held = OutboundText.objects.select_for_update().get(pk=text.pk)
    if held.state != State.UNKNOWN:
        raise AlreadyKnown
    state = State.DELIVERED if arrived else State.FAILED
    reason = "" if arrived else "settled"
    climb([held], state, reason=reason, look_up_at=None, settled_at=timezone.now(), settled_by_id=by.pk)
    audit.record(actor=actor, action="unknown text settled", subject=f"text:{held.id}", arrived=arrived)


@transaction.atomic
def send_again(text: OutboundText, *, actor: str, due_at: datetime | None = None) -> OutboundText:
    """Send a text that did not arrive once more, as a text of its own: `<key>:again`; now, or at `due_at` (aware).
    Raises CannotGoAgain, and core.sealing.Unreadable.
    """
    rows = OutboundText.objects.select_for_update(of=("self",)).select_related("number__data_key")
    held = rows.get(pk=text.pk)
    key = held.key + AGAIN
    if held.state not in MAY_GO_AGAIN or len(key) > LONGEST_KEY or OutboundText.objects.filter(key=key).exists():
        raise CannotGoAgain
    again = queue(
        key=key,
        number=held.number,
        body=body_of(held),
        sender=held.sender,
        lane=held.lane,
        due_at=due_at,
        is_vital=held.is_vital,
    )
    audit.record(actor=actor, action="text sent again", subject=f"text:{held.id}")
    return again
