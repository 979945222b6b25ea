"""What is set for later: a champion's message that waits for its time, and an appointment to be reminded of.

Django finds these through messaging.models.
"""

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.sealing import Unreadable, seal, shown, unseal
from mentors.models import Participant


class LaterMessage(models.Model):
    """Words that a champion wrote now and that go at a time they chose. Once sent, it is a Message with the same
    `client_id`, and no words are left here.
    """

    class State(models.TextChoices):
        WAITS = "waits"
        SENT = "sent"
        # It could not go; the words are here for the champion, and `reason` says why.
        NOT_SENT = "not sent"
        # The words are on their way back into the write box.
        TAKEN_BACK = "taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("messaging.Conversation", on_delete=models.CASCADE, related_name="later_messages")
    # Made up by the writer's browser: the same one again is the same message, here and in the thread.
    client_id = models.UUIDField(default=uuid.uuid4)
    sealed_body = models.BinaryField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITS)
    # Why it was not sent, as a key of messaging.later.REASONS.
    reason = models.CharField(max_length=12, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_id"], name="later_client_id_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waits"), name="later_due"),
            models.Index(fields=["changed_at"], condition=Q(state__in=["sent", "taken back"]), name="later_done"),
        ]

    def __str__(self) -> str:
        return f"later message {self.id}"

    @property
    def body(self) -> str:
        """What it says, for a page."""
        return shown(self.conversation.data_key, self.sealed_body, bond=self._bond)

    @property
    def draft(self) -> str:
        """What it says, for a box to write in: nothing where it cannot be read any more."""
        try:
            return self.read()
        except Unreadable:
            return ""

    def read(self) -> str:
        """What it says, for sending. Raises core.sealing.Unreadable."""
        return unseal(self.conversation.data_key, self.sealed_body, bond=self._bond)

    def set_body(self, words: str) -> None:
        """Seal `words` into this row; it is saved by the caller."""
        self.sealed_body = seal(self.conversation.data_key, words, bond=self._bond)

    @property
    def _bond(self) -> str:
        return f"later|{self.conversation_id}|{self.id}"


class Appointment(models.Model):
    """When somebody is expected somewhere. Where, with whom and what for is not stored: the text names none of it."""

    class Reminder(models.TextChoices):
        """What becomes of the one text a day ahead."""

        PLANNED = "planned"
        # It is in the outbox, which knows the rest.
        QUEUED = "queued"
        # There was no civil hour left for it when the appointment was made or moved.
        TOO_SOON = "too soon"
        # Its day passed while Handrail could not send.
        MISSED = "missed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="appointments")
    # Whose two may see and change it; none: another room's.
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.CASCADE, null=True, related_name="appointments"
    )
    starts_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT)
    made_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)
    # How often it was moved. Each time wants a reminder of its own.
    moves = models.PositiveIntegerField(default=0)
    reminder = models.CharField(max_length=8, choices=Reminder.choices)
    # UTC; null when there is none to send any more.
    remind_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "starts_at"], condition=Q(cancelled_at=None), name="appointment_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["remind_at"], condition=Q(reminder="planned", cancelled_at=None), name="appointment_remind"
            ),
            models.Index(fields=["conversation", "starts_at"], name="appointment_next"),
        ]

    def __str__(self) -> str:
        return f"appointment {self.id}"
