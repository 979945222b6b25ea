"""A viewer and an id become an alert, or a 404. Only leads and safeguarding leads see alerts."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from mentors.access import CONTACT
from mentors.models import Participant
from partners.access import programmes_guarded_by
from partners.models import Programme
from safeguarding.models import Alert
from safeguarding.words import level_of
from sms.models import OutboundText

__all__ = ["alert_for", "alerts_for", "has_open_alert", "level_of", "open_alerts_for"]

# An alert about one text of ours is known by this source and the text's id.
ABOUT_TEXT = "text:"
# Nobody needs to know how many more.
MOST_COUNTED = 500


def require_guard(user: User) -> None:
    """404 unless this person guards a programme: leads and safeguarding leads do."""
    if not programmes_guarded_by(user).exists():
        raise Http404


def alerts_for(user: User) -> QuerySet[Alert]:
    """The alerts of the programmes this person guards."""
    mine = Alert.objects.filter(programme__in=programmes_guarded_by(user))
    return mine.select_related("participant__user", "programme", "taken_by", "closed_by", "data_key")


def open_alerts_for(user: User) -> QuerySet[Alert]:
    """Those that nobody has closed: red first, then what is due first."""
    rank = Case(When(level=Alert.Level.RED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return alerts_for(user).filter(closed_at=None).order_by(rank, "due_at")


def closed_alerts_for(user: User, since: datetime) -> QuerySet[Alert]:
    """Those closed since then, the newest first."""
    return alerts_for(user).filter(closed_at__gte=since).order_by("-closed_at")


def alert_for(user: User, alert_id: UUID) -> Alert:
    return get_object_or_404(alerts_for(user), pk=alert_id)


def has_open_alert(participant: Participant) -> bool:
    """Whether somebody is asked to look after this person just now."""
    return Alert.objects.filter(participant=participant, closed_at=None).exists()


def programmes_without(kind: Alert.Kind, since: datetime) -> QuerySet[Programme]:
    """The programmes with no open alert of this kind, and none that was raised since then."""
    standing = Q(closed_at=None) | Q(raised_at__gt=since)
    return Programme.objects.filter(~Exists(Alert.objects.filter(standing, kind=kind, programme=OuterRef("pk"))))


def text_behind(alert: Alert) -> OutboundText | None:
    """The text that an alert is about, as it stands now; None if it is about something else."""
    kind, _, text_id = alert.source.partition(":")
    texts = OutboundText.objects.defer("sealed_body")
    return texts.filter(pk=text_id).first() if f"{kind}:" == ABOUT_TEXT else None


def alert_about(text: OutboundText) -> Alert | None:
    """The alert that was raised about this text. Whoever asks has access to the text."""
    return Alert.objects.filter(source=f"{ABOUT_TEXT}{text.id}").first()


def waiting_for_room(programme: Programme) -> int:
    """How many texts of a programme wait for the daily limit: at most one more than MOST_COUNTED."""
    waiting = OutboundText.objects.filter(state=OutboundText.State.QUEUED, reason="limit")
    theirs = {f"{CONTACT}__participant__programme": programme, f"{CONTACT}__removed_at": None}
    return waiting.filter(**theirs)[: MOST_COUNTED + 1].count()
