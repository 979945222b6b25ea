"""Pages around appointments: the same for the champion of a pairing and for its lead, each on their own ground."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.policies import Audience, open_to
from messaging import access, appointments
from messaging.models import Conversation
from messaging.planned import Appointment
from messaging.upcoming import reminder_words
from messaging.wall_forms import AppointmentForm
from partners.access import member


@dataclass(frozen=True)
class Ground:
    """Where somebody deals with appointments: how they get at the conversation, and the pages around."""

    find: Callable[[User, UUID], Conversation]
    home: str
    cancel: str
    template: str


CHAMPIONS = Ground(
    access.conversation_for_champion,
    home="messaging:person",
    cancel="messaging:cancel-appointment",
    template="messaging/appointment.html",
)
LEADS = Ground(
    access.conversation_for_lead,
    home="messaging:pairing",
    cancel="messaging:pairing-cancel-appointment",
    template="lead/appointment.html",
)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The champion notes an appointment."""
    return _add(request, CHAMPIONS, conversation_id)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, conversation_id: UUID, appointment_id: UUID) -> HttpResponse:
    """The champion moves an appointment."""
    return _change(request, CHAMPIONS, conversation_id, appointment_id)


@open_to(Audience.STAFF)
@require_POST
def cancel(request: HttpRequest, conversation_id: UUID, appointment_id: UUID) -> HttpResponse:
    """The champion cancels an appointment."""
    return _cancel(request, CHAMPIONS, conversation_id, appointment_id)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def lead_add(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The lead notes an appointment."""
    return _add(request, LEADS, pairing_id)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def lead_change(request: HttpRequest, pairing_id: UUID, appointment_id: UUID) -> HttpResponse:
    """The lead moves an appointment."""
    return _change(request, LEADS, pairing_id, appointment_id)


@open_to(Audience.STAFF)
@require_POST
def lead_cancel(request: HttpRequest, pairing_id: UUID, appointment_id: UUID) -> HttpResponse:
    """The lead cancels an appointment."""
    return _cancel(request, LEADS, pairing_id, appointment_id)


def _add(request: HttpRequest, ground: Ground, place: UUID) -> HttpResponse:
    conversation = ground.find(member(request), place)
    participant = conversation.pairing.participant
    form = AppointmentForm(request.POST or None, participant=participant)
    if request.method == "POST" and form.is_valid() and _planned(request, conversation, form):
        return redirect(ground.home, place)
    return _page(request, ground, place, conversation, form)


def _planned(request: HttpRequest, conversation: Conversation, form: AppointmentForm) -> bool:
    participant = conversation.pairing.participant
    try:
        made = appointments.plan_appointment(
            by=member(request), participant=participant, starts_at=form.moment, conversation=conversation
        )
    except (appointments.NotAtThatTime, appointments.AppointmentOver) as wrong:
        _explain(form, wrong)
        return False
    messages.success(request, _("The appointment is saved.") + " " + reminder_words(made))
    return True


def _change(request: HttpRequest, ground: Ground, place: UUID, appointment_id: UUID) -> HttpResponse:
    conversation = ground.find(member(request), place)
    known = _appointment(conversation, appointment_id)
    form = AppointmentForm(request.POST or None, participant=known.participant, moment=known.starts_at)
    if request.method == "POST" and form.is_valid() and _moved(request, known, form):
        return redirect(ground.home, place)
    return _page(request, ground, place, conversation, form, known)


def _moved(request: HttpRequest, known: Appointment, form: AppointmentForm) -> bool:
    try:
        moved = appointments.move_appointment(by=member(request), appointment=known, starts_at=form.moment)
    except (appointments.NotAtThatTime, appointments.AppointmentOver, appointments.Taken) as wrong:
        _explain(form, wrong)
        return False
    messages.success(request, _("The appointment is saved.") + " " + reminder_words(moved))
    _say_reminded(request, known)
    return True


def _cancel(request: HttpRequest, ground: Ground, place: UUID, appointment_id: UUID) -> HttpResponse:
    conversation = ground.find(member(request), place)
    known = _appointment(conversation, appointment_id)
    appointments.cancel_appointment(by=member(request), appointment=known)
    messages.success(request, _("The appointment is cancelled."))
    _say_reminded(request, known)
    return redirect(ground.home, place)


def _say_reminded(request: HttpRequest, before: Appointment) -> None:
    """A text that has left cannot be taken back: somebody has to tell them."""
    if appointments.was_reminded(before):
        words = _("%(name)s got a text about the old time already. Tell %(name)s yourself.")
        messages.warning(request, words % {"name": before.participant.name})


def _appointment(conversation: Conversation, appointment_id: UUID) -> Appointment:
    theirs = Appointment.objects.filter(conversation=conversation).select_related(
        "conversation", "participant__user__phone"
    )
    return get_object_or_404(theirs, pk=appointment_id)


def _explain(form: AppointmentForm, wrong: Exception) -> None:
    if isinstance(wrong, appointments.Taken):
        form.add_error("at", _("There is an appointment at that time already."))
    elif isinstance(wrong, appointments.NotAtThatTime):
        form.add_error("at", _("That time has passed. Choose a later one."))
    else:
        form.add_error(None, _("This appointment was cancelled or is over, or the pairing has ended."))


def _page(
    request: HttpRequest,
    ground: Ground,
    place: UUID,
    conversation: Conversation,
    form: AppointmentForm,
    known: Appointment | None = None,
) -> HttpResponse:
    participant = conversation.pairing.participant
    context: dict[str, Any] = {
        "participant": participant,
        "form": form,
        "known": known,
        "home": reverse(ground.home, args=[place]),
        "cancel_url": reverse(ground.cancel, args=[place, known.id]) if known else "",
    }
    return render(request, ground.template, context, status=422 if form.errors else 200)
