"""Raising, taking and closing alerts. Nothing is dismissed, and no agency told, by itself."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit
from core.live import announce
from core.models import DataKey
from core.sealing import Unreadable, new_data_key
from mentors.models import Participant
from safeguarding import access
from safeguarding.models import Alert

# docs/safeguarding.md: red within fifteen minutes, amber the same day.
DUE = {Alert.Level.RED: timedelta(minutes=15), Alert.Level.AMBER: timedelta(hours=8)}


class AlreadyClosed(Exception):
    """Somebody closed this alert before."""


def raise_alert(
    *,
    source: str,
    level: Alert.Level,
    kind: Alert.Kind,
    participant: Participant,
    data_key: DataKey,
    excerpt: str = "",
) -> Alert:
    """Put an alert on the lead's screen, at once. The same `source` again changes nothing.

    Its words are sealed under `data_key`, so that erasing the person erases them too.
    Call it in the transaction of what caused it.
    """
    programme = participant.programme
    alert = Alert(
        source=source, level=level, kind=kind, programme=programme, participant=participant, data_key=data_key
    )
    return Alert.objects.filter(source=source).first() or _raised(alert, excerpt)


def raise_for_all_texts(*, source: str, level: Alert.Level, kind: Alert.Kind, again_after: timedelta) -> None:
    """Put an alert about all sending on the lead's screen in every programme, in the caller's transaction: where none
    of this kind is open, and none was raised within `again_after`. One query where there is nothing to raise. The
    alert's source is `source` with the programme's id.
    """
    now = timezone.now()
    for programme in access.programmes_without(kind, now - again_after):
        key = new_data_key()
        _raised(Alert(source=f"{source}:{programme.id}", level=level, kind=kind, programme=programme, data_key=key), "")


def _raised(alert: Alert, excerpt: str) -> Alert:
    alert.raised_at = timezone.now()
    alert.due_at = alert.raised_at + DUE[Alert.Level(alert.level)]
    try:
        alert.sealed_excerpt = alert.sealed(excerpt, "excerpt")
    except Unreadable:
        # An alert must not be lost because a key was.
        alert.data_key = new_data_key()
        alert.sealed_excerpt = alert.sealed(excerpt, "excerpt")
    alert.save()
    _tell(alert)
    audit.record(
        actor=audit.SYSTEM, action="alert raised", subject=f"alert:{alert.id}", level=alert.level, kind=alert.kind
    )
    return alert


@transaction.atomic
def note_read(*, by: User, alert: Alert) -> None:
    """Write down that somebody opened an alert: it holds what a person wrote."""
    audit.record(actor=by.actor, action="alert read", subject=f"alert:{alert.id}")


@transaction.atomic
def take(*, by: User, alert: Alert) -> Alert:
    """Say "I have it". Taking one that somebody has taken changes nothing."""
    held = Alert.objects.select_for_update().get(pk=alert.pk)
    if held.taken_at or held.closed_at:
        return held
    held.taken_at, held.taken_by = timezone.now(), by
    held.save(update_fields=["taken_at", "taken_by"])
    _tell(held)
    audit.record(actor=by.actor, action="alert taken", subject=f"alert:{held.id}")
    return held


@transaction.atomic
def close(*, by: User, alert: Alert, note: str) -> Alert:
    """Close an alert with what was done. Raises AlreadyClosed: two notes would hide one."""
    held = Alert.objects.select_for_update().get(pk=alert.pk)
    if held.closed_at:
        raise AlreadyClosed
    now = timezone.now()
    if held.taken_at is None:
        held.taken_at, held.taken_by = now, by
    held.closed_at, held.closed_by = now, by
    held.sealed_note = held.sealed(note, "note")
    held.save()
    _tell(held)
    audit.record(actor=by.actor, action="alert closed", subject=f"alert:{held.id}")
    return held


def _tell(alert: Alert) -> None:
    announce(f"programme.{alert.programme_id}", "alerts")
