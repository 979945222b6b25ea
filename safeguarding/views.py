"""Alerts: read one, say that you have it, close it with what was done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.policies import Audience, open_to
from mentors.access import champion_beside
from mentors.models import Champion, Participant
from partners.access import member, programmes_led_by, staff_with
from partners.models import Membership
from safeguarding import access, actions
from safeguarding.forms import CloseForm
from safeguarding.models import Alert
from sms.access import for_reading
from sms.models import PhoneNumber

SHOW_CLOSED_FOR = timedelta(days=30)


@open_to(Audience.STAFF)
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The open ones, and those closed lately. `?part=1`: the lists alone, for a live page."""
    user = member(request)
    access.require_guard(user)
    context = {
        "alerts": access.open_alerts_for(user),
        "closed": access.closed_alerts_for(user, timezone.now() - SHOW_CLOSED_FOR),
    }
    template = "lead/alerts_parts.html" if "part" in request.GET else "lead/alerts.html"
    return render(request, template, context)


@open_to(Audience.STAFF)
@require_safe
def alert(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """One alert, loud at the top and calm below. `?part=1`: the band alone, without what they wrote."""
    found = access.alert_for(member(request), alert_id)
    if "part" in request.GET:
        return render(request, "lead/alert_band.html", {"alert": found})
    return _page(request, found, CloseForm())


def _page(request: HttpRequest, alert: Alert, form: CloseForm, status: int = 200) -> HttpResponse:
    """The page; that it was read is written down."""
    actions.note_read(by=member(request), alert=alert)
    participant = alert.participant
    champion = champion_beside(participant) if participant else None
    context = {
        "alert": alert,
        "to_tell": _to_tell(alert, champion, member(request)),
        "form": form,
        "is_lead": programmes_led_by(member(request)).filter(pk=alert.programme_id).exists(),
    }
    if participant:
        context |= _about(participant) | {"champion": champion, "text": access.text_behind(alert)}
    return render(request, "lead/alert.html", context, status=status)


def _about(participant: Participant) -> dict[str, Any]:
    """What helps whoever rings a participant."""
    phone = participant.user.phone
    return {
        "participant": participant,
        "phone": _phone(participant.user),
        "is_stopped": phone is not None and phone.is_stopped,
        "now": timezone.now(),
    }


def _phone(user: User) -> dict[str, str]:
    """Their number, to ring: as people write it and as a phone dials it. Never one that is somebody else's."""
    if user.phone is None or user.phone.flaw == PhoneNumber.Flaw.WRONG:
        return {}
    read = for_reading(user.phone)
    return {"read": read, "dial": read.replace(" ", "")}


def _to_tell(alert: Alert, champion: Champion | None, reader: User) -> list[dict[str, str]]:
    """Who else must know: their champion, and the programme's safeguarding leads."""
    people = [(user, _("safeguarding lead")) for user in staff_with(alert.programme, Membership.Role.SAFEGUARDING)]
    if champion:
        people.append((champion.user, _("their champion")))
    return [{"name": user.name, "role": role, **_phone(user)} for user, role in people if user != reader]


@open_to(Audience.STAFF)
@require_POST
def take(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """I have it."""
    user = member(request)
    taken = actions.take(by=user, alert=access.alert_for(user, alert_id))
    if taken.closed_at:
        messages.warning(request, _("Somebody closed this alert before you."))
    elif taken.taken_by == user:
        messages.success(request, _("You have this. The others can see that."))
    else:
        messages.warning(request, _("%(name)s has this already.") % {"name": taken.taken_by})
    return redirect("safeguarding:alert", alert_id)


@open_to(Audience.STAFF)
@require_POST
def close(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Close it with a note. A note that cannot be kept stays in its box."""
    user = member(request)
    found = access.alert_for(user, alert_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        actions.close(by=user, alert=found, note=form.cleaned_data["note"])
    except actions.AlreadyClosed:
        form.add_error("note", _("Somebody closed this alert before you. Your note was not kept: copy it from here."))
        return _page(request, access.alert_for(user, alert_id), form, status=409)
    messages.success(request, _("The alert is closed. Your note is kept with it."))
    return redirect("safeguarding:alerts")
