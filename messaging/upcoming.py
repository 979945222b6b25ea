"""Appointments to come, as their champion and their lead see them: when, and what becomes of the reminder."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import appointments, texting
from messaging.later import in_their_time
from messaging.models import Conversation
from messaging.planned import Appointment
from sms.access import in_words
from sms.models import OutboundText

State = OutboundText.State
Reminder = Appointment.Reminder


@dataclass(frozen=True)
class Upcoming:
    """One appointment to come. `local` is on the participant's clock."""

    id: UUID
    local: datetime
    reminder: str


def upcoming(conversation: Conversation) -> list[Upcoming]:
    """What is to come, the next one first. Two queries."""
    rows = Appointment.objects.filter(conversation=conversation, cancelled_at=None, starts_at__gt=timezone.now())
    found = list(rows.order_by("starts_at"))
    texts = OutboundText.objects.in_bulk([appointments.outbox_key(row) for row in found], field_name="key")
    return [_upcoming(conversation, row, texts.get(appointments.outbox_key(row))) for row in found]


def _upcoming(conversation: Conversation, appointment: Appointment, text: OutboundText | None) -> Upcoming:
    appointment.participant = conversation.pairing.participant
    local = appointment.starts_at.astimezone(appointment.participant.zone)
    return Upcoming(appointment.id, local, reminder_words(appointment, text))


def reminder_words(appointment: Appointment, text: OutboundText | None = None) -> str:
    """What becomes of its reminder, in a sentence or two. `text` is the one in the outbox."""
    name = {"name": appointment.participant.name}
    if appointment.reminder == Reminder.QUEUED:
        return _text_words(text) % name
    if _cannot_text(appointment):
        return _("No text goes to %(name)s. Tell them yourself.") % name
    if appointment.reminder == Reminder.PLANNED and appointment.remind_at:
        when = {"when": in_their_time(appointment.participant, appointment.remind_at)}
        return _("%(name)s gets a text about it on %(when)s.") % (name | when)
    if appointment.reminder == Reminder.TOO_SOON:
        return _("It is too soon for a text. Tell %(name)s yourself.") % name
    return _("The text about it could not go. Tell %(name)s yourself.") % name


def _cannot_text(appointment: Appointment) -> bool:
    participant = appointment.participant
    return texting.phone_of(participant).is_stopped or not participant.texts_are_safe


def _text_words(text: OutboundText | None) -> str:
    words = {
        State.QUEUED: _("The text about it is on its way."),
        State.SENDING: _("The text about it is on its way."),
        State.SENT: _("The text about it was sent."),
        State.DELIVERED: _("The text about it arrived."),
    }
    if text is not None and State(text.state) in words:
        return words[State(text.state)]
    why = in_words(text.reason) if text else ""
    return " ".join(filter(None, [_("The text about it did not arrive."), why]))
