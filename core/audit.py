"""The audit trail: append-only, each event chained to the one before by HMAC.

Whoever edits, deletes, reorders or cuts events without the ring's `audit` key is found out by
`manage.py verify_audit`. Details hold ids and states, never a name, a number or words.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from core.keyring import key_ring
from core.models import AuditEvent, AuditHead

SYSTEM = "system"
Detail = str | int | bool | None


def record(*, actor: str, action: str, subject: str, **details: Detail) -> AuditEvent:
    """Append an event. Call it last in an action's transaction: it holds the head's row until commit.

    `actor` is "user:<id>", "number:<id>" or `SYSTEM`; `subject` is "<kind>:<id>".
    Raises TransactionManagementError outside a transaction: an event without its change is a lie.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("an audit event belongs into the transaction of its change")
    head = _locked_head()
    event = AuditEvent(
        number=head.number + 1,
        at=timezone.now(),
        actor=actor,
        action=action,
        subject=subject,
        details=details,
        previous=head.mac,
    )
    event.mac = _mac(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(number=event.number, mac=event.mac, seal=_seal(event.number, event.mac))
    return event


def _locked_head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        with transaction.atomic():
            AuditHead.objects.get_or_create(pk=1, defaults={"seal": _seal(0, "")})
        head = AuditHead.objects.select_for_update().get(pk=1)
    return head


def _mac(event: AuditEvent) -> str:
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [event.number, at, event.actor, event.action, event.subject, event.details, event.previous]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hmac.new(key_ring().audit, text.encode(), hashlib.sha256).hexdigest()


def _seal(number: int, mac: str) -> str:
    return hmac.new(key_ring().audit, f"head|{number}|{mac}".encode(), hashlib.sha256).hexdigest()


def faults() -> Iterator[str]:
    """What is wrong with the trail, in words; nothing when it is whole. Reads it from end to end, up to where it
    ended when the reading began: somebody may be writing on.
    """
    head = AuditHead.objects.filter(pk=1).first() or AuditHead(seal=_seal(0, ""))
    if not hmac.compare_digest(head.seal, _seal(head.number, head.mac)):
        yield "the head of the trail was altered"
    number, mac = 0, ""
    for event in AuditEvent.objects.filter(number__lte=head.number).order_by("number").iterator():
        yield from _event_faults(event, number, mac)
        number, mac = event.number, event.mac
    if (head.number, head.mac) != (number, mac):
        yield f"the trail ends at event {number}, its head says {head.number}: events were cut or changed"
    if AuditEvent.objects.filter(number__gt=_number_now()).exists():
        yield "there are events beyond the head of the trail: they were added, or the head was set back"


def _number_now() -> int:
    head = AuditHead.objects.filter(pk=1).first()
    # Read after the events: whatever was written meanwhile is at or below it.
    return head.number if head else 0


def _event_faults(event: AuditEvent, last_number: int, last_mac: str) -> Iterator[str]:
    if event.number != last_number + 1:
        yield f"event {event.number} follows {last_number}: events are missing"
    if event.previous != last_mac:
        yield f"event {event.number} does not follow the one before it"
    if not hmac.compare_digest(event.mac, _mac(event)):
        yield f"event {event.number} was altered"
