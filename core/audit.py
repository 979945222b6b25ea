"""The audit trail: append-only, each event chained to the one before by HMAC.

Whoever edits, deletes, reorders or cuts events without the ring's `audit` key is found out by
`manage.py verify_audit`. Details hold ids and states, never a name, a number or words.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC

from django.db import transaction
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
            AuditHead.objects.get_or_create(pk=1)
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
    """What is wrong with the trail, in words; nothing when it is whole. Reads it from end to end."""
    number, mac = 0, ""
    for event in AuditEvent.objects.order_by("number").iterator():
        yield from _event_faults(event, number, mac)
        number, mac = event.number, event.mac
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        yield "the head of the trail is gone"
        return
    if head.number and not hmac.compare_digest(head.seal, _seal(head.number, head.mac)):
        yield "the head of the trail was altered"
    if (head.number, head.mac) != (number, mac):
        yield f"the trail ends at event {number}, its head says {head.number}: events were cut or added"


def _event_faults(event: AuditEvent, last_number: int, last_mac: str) -> Iterator[str]:
    if event.number != last_number + 1:
        yield f"event {event.number} follows {last_number}: events are missing"
    if event.previous != last_mac:
        yield f"event {event.number} does not follow the one before it"
    if not hmac.compare_digest(event.mac, _mac(event)):
        yield f"event {event.number} was altered"
