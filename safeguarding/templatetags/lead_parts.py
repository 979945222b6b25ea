"""Template tags of the lead's desk: its menu, and how an alert is said in words."""

from datetime import datetime
from math import ceil
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.access import waiting_for_lead
from partners.access import programmes_guarded_by
from safeguarding.access import open_alerts_for
from safeguarding.models import Alert

register = template.Library()
Kind = Alert.Kind


# Which word of the menu a page belongs to, by the name of its address.
PLACES = {
    "desk": "desk",
    "alerts": "alerts",
    "alert": "alerts",
    "referrals": "referrals",
    "new-referral": "referrals",
    "referral": "referrals",
    "people": "people",
    "person": "people",
    "add-number": "people",
    "pairing": "people",
    "end-pairing": "people",
}


@register.inclusion_tag("lead/menu.html", takes_context=True)
def lead_menu(context: template.Context, page: str) -> dict[str, Any]:
    """The menu with its counts, for the page of that name. Two queries, and the reader's rights."""
    user = context["request"].user
    return {
        "here": PLACES.get(page, ""),
        "alerts": open_alerts_for(user).count(),
        "waiting": waiting_for_lead(user),
        "may_edit": user.has_perm("wagtailadmin.access_admin"),
    }


@register.simple_tag(takes_context=True)
def programmes_here(context: template.Context) -> str:
    """The programmes whose desk this is, by name."""
    return ", ".join(programme.name for programme in programmes_guarded_by(context["request"].user))


@register.filter
def heading(alert: Alert) -> str:
    """What is the matter, as the alert's heading."""
    return _head(alert) % {"name": alert.participant.name}


def _head(alert: Alert) -> str:
    if alert.closed_at:
        return _("%(name)s’s alert is closed")
    if alert.kind == Kind.SILENCE:
        return _("%(name)s has gone quiet")
    if alert.kind == Kind.STOPPED:
        return _("%(name)s has stopped texts")
    if alert.kind == Kind.STUCK:
        return _("A text from %(name)s could not be filed")
    if alert.kind == Kind.NOT_THEM:
        return _("Is %(name)s’s number still theirs?")
    if alert.kind == Kind.WRONG_NUMBER:
        return _("A number we have for %(name)s is wrong")
    if alert.kind == Kind.UNCONFIRMED:
        return _("%(name)s’s number is not confirmed")
    return _("%(name)s may be in danger") if alert.is_red else _("%(name)s wrote something to look at")


@register.filter
def why(alert: Alert) -> str:
    """The same in a row of a list, without the name."""
    if alert.kind == Kind.SILENCE:
        return _("No answer to their check-ins, and no other word.")
    if alert.kind == Kind.STOPPED:
        return _("Texts to them have stopped.")
    if alert.kind == Kind.STUCK:
        stuck = _("A text from them could not be filed.")
        return stuck if alert.closed_at else f"{stuck} {_('Ring them and ask.')}"
    if alert.kind == Kind.NOT_THEM:
        return _("Somebody who got their check-in said: this is not me.")
    if alert.kind == Kind.WRONG_NUMBER:
        return _("Somebody on that phone says it is not theirs. No more texts go there.")
    if alert.kind == Kind.UNCONFIRMED:
        return _("We asked twice if it is their number. Nobody said yes, so texts wait.")
    if alert.closed_at:
        return _("For what they wrote.")
    return _("What they wrote needs a person now.") if alert.is_red else _("What they wrote needs a person today.")


@register.filter
def is_late(due_at: datetime) -> bool:
    return due_at <= timezone.now()


@register.filter
def span(moment: datetime) -> str:
    """How long until `moment`, or since it: "8 min", "1 h 46 min", "2 d 3 h"."""
    minutes = abs(ceil((moment - timezone.now()).total_seconds() / 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [(days, _("%(n)d d")), (hours, _("%(n)d h")), (0 if days else minutes % 60, _("%(n)d min"))]
    return " ".join(words % {"n": count} for count, words in parts if count) or _("0 min")


@register.filter
def share_left(alert: Alert) -> int:
    """How much of the time to take it is left, of 100: for the line under the clock."""
    left, whole = alert.due_at - timezone.now(), alert.due_at - alert.raised_at
    return max(0, min(100, round(100 * left / whole)))
