"""Appointments, and the one text a day ahead. Where somebody is expected, and by whom, is not known here.

1. Planned or moved: the moment for the text is worked out (messaging.ahead).
2. Due: the dispatcher words the text and queues it, by the number, language and safe hours they have then.
3. Leaving: the outbox asks once more whether the appointment is still on, at that time (`may_it_go`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit, dispatch
from mentors.models import Pairing, Participant
from messaging import ahead, spoken, texting, threads, wording
from messaging.models import Conversation
from messaging.planned import Appointment
from messaging.texting import kind_of
from sms import actions as sms_actions
from sms.hooks import Hold
from sms.models import OutboundText

Reminder = Appointment.Reminder
KIND = "reminder-appointment"
FURTHEST = timedelta(days=366)
BATCH = 50
State = OutboundText.State
MAY_HAVE_LEFT = [State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED]


class AppointmentOver(Exception):
    """The appointment was cancelled or is over, or the pairing has ended: it cannot be planned or moved."""


class NotAtThatTime(Exception):
    """The time has passed, or is more than a year ahead."""


class Taken(Exception):
    """They have another appointment at that very time."""


@transaction.atomic
def plan_appointment(
    *, by: User, participant: Participant, starts_at: datetime, conversation: Conversation | None = None
) -> Appointment:
    """Note that somebody is expected at `starts_at` (aware), and plan the text of the day before. Planning the same
    again changes nothing. Raises NotAtThatTime, or AppointmentOver when the conversation's pairing has ended.
    """
    starts_at = _checked(starts_at)
    _hold(conversation)
    planned = {"conversation": conversation, "made_by": by, **_reminder(participant, starts_at)}
    appointment, is_new = Appointment.objects.get_or_create(
        participant=participant, starts_at=starts_at, cancelled_at=None, defaults=planned
    )
    if is_new:
        audit.record(actor=by.actor, action="appointment planned", subject=f"appointment:{appointment.id}")
    return appointment


@transaction.atomic
def move_appointment(*, by: User, appointment: Appointment, starts_at: datetime) -> Appointment:
    """Move it to `starts_at` (aware): the text for the old time is taken back if it has not left, and the new time gets
    one of its own. Raises NotAtThatTime, Taken, AppointmentOver.
    """
    starts_at = _checked(starts_at)
    held = _held(appointment)
    if held.starts_at == starts_at:
        return held
    others = Appointment.objects.filter(participant=held.participant, starts_at=starts_at, cancelled_at=None)
    if others.exists():
        raise Taken
    sms_actions.cancel(outbox_key(held))
    held.starts_at, held.moves = starts_at, held.moves + 1
    for name, value in _reminder(held.participant, starts_at).items():
        setattr(held, name, value)
    held.save()
    audit.record(actor=by.actor, action="appointment moved", subject=f"appointment:{held.id}")
    return held


@transaction.atomic
def cancel_appointment(*, by: User, appointment: Appointment) -> Appointment:
    """It does not take place: no text goes out any more. Cancelling twice changes nothing."""
    try:
        held = _held(appointment)
    except AppointmentOver:
        return appointment
    _cancel(held)
    audit.record(actor=by.actor, action="appointment cancelled", subject=f"appointment:{held.id}")
    return held


def _checked(starts_at: datetime) -> datetime:
    """To the minute. Raises NotAtThatTime."""
    now = timezone.now()
    if not now < starts_at <= now + FURTHEST:
        raise NotAtThatTime
    return starts_at.replace(second=0, microsecond=0)


def _reminder(participant: Participant, starts_at: datetime) -> dict[str, object]:
    """What is to become of the reminder, as fields."""
    at = ahead.reminder_time(participant, starts_at, timezone.now())
    return {"reminder": Reminder.PLANNED if at else Reminder.TOO_SOON, "remind_at": at}


def _hold(conversation: Conversation | None) -> None:
    """The conversation is held before its rows. Raises AppointmentOver once its pairing has ended."""
    if conversation is not None and not threads.held(conversation).pairing.is_active:
        raise AppointmentOver


def _held(appointment: Appointment) -> Appointment:
    """The appointment with its row held until commit. Raises AppointmentOver when it is cancelled or over."""
    _hold(appointment.conversation)
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "participant__user__phone__data_key", "participant__programme", "conversation__pairing"
    )
    held = rows.get(pk=appointment.pk)
    if held.cancelled_at or held.starts_at <= timezone.now():
        raise AppointmentOver
    return held


def _cancel(appointment: Appointment) -> None:
    sms_actions.cancel(outbox_key(appointment))
    appointment.cancelled_at = timezone.now()
    appointment.save(update_fields=["cancelled_at"])


def outbox_key(appointment: Appointment) -> str:
    """The outbox key of the reminder for the time it has now: another one after each move."""
    return f"{KIND}:{appointment.id}:{appointment.moves}"


def call_off(pairing: Pairing) -> None:
    """The pairing is over: what its two planned is cancelled, and nobody is reminded of it."""
    theirs = Appointment.objects.filter(conversation__pairing=pairing, cancelled_at=None)
    for appointment in theirs.filter(starts_at__gt=timezone.now()):
        _cancel(appointment)


def remind_due() -> int:
    """Queue the reminders that are due; how many were dealt with."""
    due = Appointment.objects.filter(reminder=Reminder.PLANNED, cancelled_at=None, remind_at__lte=timezone.now())
    ids = list(due.order_by("remind_at").values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.remind_of_appointments", ids, _remind)


@transaction.atomic
def _remind(appointment_id: UUID) -> None:
    rows = Appointment.objects.select_related("conversation")
    try:
        held = _held(rows.get(pk=appointment_id))
    except AppointmentOver:
        Appointment.objects.filter(pk=appointment_id).update(reminder=Reminder.MISSED)
        return
    now = timezone.now()
    if held.reminder != Reminder.PLANNED or held.remind_at is None or held.remind_at > now:
        return  # another dispatcher was here first, or somebody moved it
    held.reminder = Reminder.QUEUED if _queue(held, held.remind_at, now) else Reminder.MISSED
    held.save(update_fields=["reminder"])


def _queue(appointment: Appointment, planned: datetime, now: datetime) -> bool:
    """Queue the text, if it can still leave on the day it was planned for and before the appointment."""
    participant = appointment.participant
    at, zone = participant.civil(now), participant.zone
    end = min(ahead.good_until(participant, at), appointment.starts_at)
    if at.astimezone(zone).date() != planned.astimezone(zone).date() or at >= end:
        return False
    texting.text(participant, key=outbox_key(appointment), body=_words(appointment, at), at=at, good_for=end - at)
    return True


def _words(appointment: Appointment, at: datetime) -> str:
    participant = appointment.participant
    user, zone = participant.user, participant.zone
    starts = appointment.starts_at.astimezone(zone)
    is_today = starts.date() == at.astimezone(zone).date()
    return texting.say(
        participant,
        wording.APPOINTMENT_TODAY if is_today else wording.APPOINTMENT_TOMORROW,
        day=spoken.day(starts.date(), user.language),
        time=spoken.clock(starts.time(), user.country),
    )


def may_it_go(texts: Sequence[OutboundText]) -> Mapping[UUID, Hold]:
    """Asked at the moment of sending: is the appointment still on, at that time, and may they be texted?"""
    reminders = [text for text in texts if kind_of(text.key) == KIND]
    return {text.id: Hold(reason) for text in reminders if (reason := _reason_to_hold(text))}


def _reason_to_hold(due: OutboundText) -> str:
    _, row_id, moves, *_again = due.key.split(":")
    rows = Appointment.objects.select_related("participant", "conversation__pairing")
    appointment = rows.filter(pk=UUID(row_id), moves=int(moves), cancelled_at=None).first()
    if appointment is None or appointment.starts_at <= timezone.now():
        return "changed"
    if appointment.conversation and not appointment.conversation.pairing.is_active:
        return "ended"
    return "" if appointment.participant.texts_are_safe else "unsafe"


def was_reminded(appointment: Appointment) -> bool:
    """Whether the text for the time it has now has left, or may have."""
    return OutboundText.objects.filter(key=outbox_key(appointment), state__in=MAY_HAVE_LEFT).exists()
