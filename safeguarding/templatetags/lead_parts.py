"""Template tags of the lead's desk: its menu, and how an alert is said in words."""

from datetime import datetime
from math import ceil
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.access import waiting_for_lead
from partners.access import programmes_guarded_by
from safeguarding.access import MOST_COUNTED, open_alerts_for, waiting_for_room
from safeguarding.models import Alert
from sms.access import in_words, pauses, state_in_words
from sms.models import OutboundText, SendingPause

register = template.Library()
Kind = Alert.Kind
OF_A_TEXT = {Kind.DOUBT, Kind.NOT_ARRIVED}


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
    "texts": "texts",
    "pause-texts": "texts",
    "text": "texts",
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


@register.filter
def standing(text: OutboundText) -> str:
    """How a text of ours stands just now, in words, with why."""
    return " ".join(filter(None, [f"{state_in_words(text.state)}.", in_words(text.reason)]))


@register.simple_tag(takes_context=True)
def programmes_here(context: template.Context) -> str:
    """The programmes whose desk this is, by name."""
    return ", ".join(programme.name for programme in programmes_guarded_by(context["request"].user))


@register.filter
def whose(alert: Alert) -> str:
    """Whom an alert is about: a participant, or all texts of a programme."""
    return alert.participant.name if alert.participant else _("All texts, %(name)s") % {"name": alert.programme.name}


@register.filter
def heading(alert: Alert) -> str:
    """What is the matter, as the alert's heading."""
    if alert.participant is None:
        return _("This alert is closed") if alert.closed_at else _head_of_all(alert)
    return _head(alert) % {"name": alert.participant.name}


def _head_of_all(alert: Alert) -> str:
    if alert.kind == Kind.ACCOUNT:
        return _("No texts go out")
    return _("The limit for texts in a day is reached")


def _head(alert: Alert) -> str:
    if alert.closed_at:
        return _("%(name)s’s alert is closed")
    if alert.kind in OF_A_TEXT:
        return _head_of_text(alert)
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


def _head_of_text(alert: Alert) -> str:
    if alert.is_red:
        return _("Crisis lines may not have reached %(name)s")
    return _("Did a text reach %(name)s?") if alert.kind == Kind.DOUBT else _("A text did not reach %(name)s")


@register.filter
def why(alert: Alert) -> str:
    """The same in a row of a list, without the name."""
    if alert.participant is None:
        return _why_of_all(alert)
    if alert.kind in OF_A_TEXT:
        return _why_of_text(alert)
    if alert.kind == Kind.SILENCE:
        return _("No answer to their check-ins, and no other word.")
    if alert.kind == Kind.STOPPED:
        return _("Texts to them have stopped.")
    if alert.kind == Kind.STUCK:
        stuck = _("A text from them could not be filed.")
        return stuck if alert.closed_at else f"{stuck} {_('Ring them and ask.')}"
    if alert.kind == Kind.NOT_THEM:
        return _("Somebody who got their check-in said: this is not me. No more texts go there.")
    if alert.kind == Kind.WRONG_NUMBER:
        return _("Somebody on that phone says it is not theirs. No more texts go there.")
    if alert.kind == Kind.UNCONFIRMED:
        return _("We asked twice if it is their number. Nobody said yes, so texts wait.")
    if alert.closed_at:
        return _("For what they wrote.")
    return _("What they wrote needs a person now.") if alert.is_red else _("What they wrote needs a person today.")


def _why_of_all(alert: Alert) -> str:
    if alert.kind == Kind.ACCOUNT:
        return _("The text service did not know our account.") if alert.closed_at else _why_account()
    return _("The limit for texts in a day was reached.") if alert.closed_at else _why_limit(alert)


def _why_account() -> str:
    """As it is now: a query, for one alert of each programme at most."""
    if any(pause.reason == SendingPause.Reason.ACCOUNT for pause in pauses()):
        return _("The text service does not know our account. Nothing is sent, crisis lines included. Ring people.")
    return _("The text service did not know our account. It does again, and texts go out.")


def _why_limit(alert: Alert) -> str:
    """With how many wait: a query, for one alert of each programme at most."""
    waiting = waiting_for_room(alert.programme)
    if not waiting:
        return _("The limit for texts in a day was reached. No text waits for it now.")
    count = f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else waiting
    words = ngettext(
        "The limit for texts in a day is reached: %(count)s text waits.",
        "The limit for texts in a day is reached: %(count)s texts wait.",
        waiting,
    )
    return words % {"count": count}


def _why_of_text(alert: Alert) -> str:
    if alert.is_red:
        return _("Crisis lines may not have arrived.") + ("" if alert.closed_at else f" {_('Ring them.')}")
    if alert.kind == Kind.DOUBT:
        return _("The text service did not say if a text went.")
    return _("A text did not arrive, and it will not go by itself.")


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
