"""Alerts: something a person must look at, and who did."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import DataKey
from core.sealing import seal, shown
from mentors.models import Participant
from partners.models import Programme


class Alert(models.Model):
    """Words or a silence that need a person. Raised by the system; only a person takes or closes one."""

    class Level(models.TextChoices):
        RED = "red"
        AMBER = "amber"

    class Kind(models.TextChoices):
        WORDS = "words"
        SILENCE = "silence"
        STOPPED = "stopped texts"
        STUCK = "text not filed"
        NOT_THEM = "not them"
        WRONG_NUMBER = "wrong number"
        UNCONFIRMED = "number unsure"
        # Nobody knows whether a text of ours went; or it needs a person, for it will not arrive.
        DOUBT = "text in doubt"
        NOT_ARRIVED = "text not arrived"
        # About all texts of a programme, and no participant.
        ACCOUNT = "account refused"
        LIMIT = "daily limit"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What raised it, once: "message:<id>", "silence:<check-in>".
    source = models.CharField(max_length=120, unique=True)
    level = models.CharField(max_length=5, choices=Level.choices)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="alerts")
    # Nobody, where all sending is meant.
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="alerts")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT)
    sealed_excerpt = models.BinaryField(null=True)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_note = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "raised_at"], condition=Q(closed_at=None), name="alert_open")]

    def __str__(self) -> str:
        return f"alert {self.id}"

    @property
    def is_red(self) -> bool:
        return self.level == self.Level.RED

    @property
    def excerpt(self) -> str:
        """What they wrote that raised it; "" for a silence."""
        return self._unsealed(self.sealed_excerpt, "excerpt")

    @property
    def note(self) -> str:
        """What was done, in the words of whoever closed it."""
        return self._unsealed(self.sealed_note, "note")

    def sealed(self, words: str, column: str) -> bytes | None:
        """`words` sealed for this row's `column`."""
        return seal(self.data_key, words, bond=f"alert|{self.id}|{column}") if words else None

    def _unsealed(self, sealed: bytes | memoryview | None, column: str) -> str:
        return shown(self.data_key, sealed, bond=f"alert|{self.id}|{column}") if sealed else ""
