"""A viewer and an id become an alert, or a 404. Only leads and safeguarding leads see alerts."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from mentors.models import Participant
from partners.access import programmes_guarded_by
from safeguarding.models import Alert
from safeguarding.words import level_of

__all__ = ["alert_for", "alerts_for", "has_open_alert", "level_of", "open_alerts_for"]


def require_guard(user: User) -> None:
    """404 unless this person guards a programme: leads and safeguarding leads do."""
    if not programmes_guarded_by(user).exists():
        raise Http404


def alerts_for(user: User) -> QuerySet[Alert]:
    """The alerts of the programmes this person guards."""
    mine = Alert.objects.filter(programme__in=programmes_guarded_by(user))
    return mine.select_related("participant__user", "taken_by", "closed_by", "data_key")


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
