"""Phone numbers, the outbox, what came in, and who asked us to stop. No idea what a champion is."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import DataKey


class PhoneNumber(models.Model):
    """A number that texted us or that we may text. Sealed; found by a keyed blind index."""

    class Flaw(models.TextChoices):
        """Why nothing may be sent there: it takes no texts, nobody is reached, or it is somebody else's."""

        LANDLINE = "landline"
        DEAD = "dead"
        WRONG = "wrong"

    # Pay-as-you-go numbers are given to somebody else after months; a month is well before that.
    IDLE_AFTER = timedelta(days=30)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT)
    index = models.CharField(max_length=64, unique=True)
    sealed_number = models.BinaryField()
    country = models.CharField(max_length=2)
    # Set by STOP, lifted by START. While it is set nothing is sent, crisis text included.
    stopped_at = models.DateTimeField(null=True)
    # Whoever holds it has said that it is theirs: by text, or with a texted code.
    verified_at = models.DateTimeField(null=True)
    # Their last text, to the hour. One that comes after IDLE_AFTER does not count: a stranger may hold it by then.
    heard_at = models.DateTimeField(null=True)
    flaw = models.CharField(max_length=8, choices=Flaw.choices, blank=True)
    flaw_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"number {self.id}"

    @property
    def actor(self) -> str:
        """How the audit trail names somebody who acted by text."""
        return f"number:{self.id}"

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def is_idle(self) -> bool:
        """Theirs once, and silent for so long that it may be somebody else's by now."""
        last = max(filter(None, (self.verified_at, self.heard_at)), default=None)
        return self.verified_at is not None and last is not None and last < timezone.now() - self.IDLE_AFTER

    @property
    def is_sure(self) -> bool:
        """Theirs, as far as anybody can know: they said so, and are heard from."""
        return self.verified_at is not None and not self.is_idle


class OutboundText(models.Model):
    """The outbox: one row per thing to send. The row is the truth; sending it is a side effect."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        UNKNOWN = "unknown"
        SENT = "sent"
        DELIVERED = "delivered"
        UNDELIVERED = "undelivered"
        FAILED = "failed"
        SUPPRESSED = "suppressed"
        EXPIRED = "expired"
        CANCELED = "canceled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What it is for, once: "check-in:<id>:feeling", "message:<id>" (docs/architecture.md lists the kinds). A second row
    # for it cannot be made.
    key = models.CharField(max_length=120, unique=True)
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="outbound")
    # Our own number that it goes out through, E.164.
    sender = models.CharField(max_length=20)
    # Whose sending it is part of, as the room above names it. A lane can be paused by itself.
    lane = models.CharField(max_length=40, blank=True)
    sealed_body = models.BinaryField()
    segments = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Crisis lines and sign-in codes go before all else, past the daily limit and past a lead's pause.
    is_vital = models.BooleanField(default=False)
    # It answers a text that just came in, so the phone is in their hand: no quiet hours.
    is_answer = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=12, blank=True)
    # Why it was not sent, or waits, as a key of sms.explain.REASONS.
    reason = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    # The network could not reach the phone just then; it was tried once more, and that is enough.
    was_tried_later = models.BooleanField(default=False)
    # While it is unknown: when the provider's list is looked through next; null once we have given up.
    look_up_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    # A person said what became of it, where the provider would not.
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["-is_vital", "due_at"], name="outbox_due", condition=models.Q(state="queued")),
            models.Index(fields=["look_up_at"], name="outbox_unknown", condition=models.Q(state="unknown")),
            models.Index(fields=["lease_until"], name="outbox_leased", condition=models.Q(state="sending")),
            models.Index(fields=["sent_at"], name="outbox_sent"),
            # What has something to say for itself; a healthy text never enters it, nor one that waits for the morning.
            models.Index(fields=["due_at"], name="outbox_trouble", condition=~models.Q(reason__in=["", "quiet"])),
            models.Index(fields=["number", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"text {self.id} {self.state}"


class SendAttempt(models.Model):
    """One try to hand a text to the provider. Its id stands in the status callback's address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.ForeignKey(OutboundText, on_delete=models.CASCADE, related_name="attempts")
    sid = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001  (unique, yet may be missing)
    started_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=30, blank=True)
    # The provider gave this one up and another was made: of this one only `delivered` is still news.
    is_over = models.BooleanField(default=False)
    # When the provider is asked to forget the words; null once it has, or before the end is known.
    forget_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["forget_at"], name="attempt_forget", condition=models.Q(forget_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"attempt {self.id}"


class InboundText(models.Model):
    """A text that came in. Stored before anything is done about it; its SID makes it once."""

    class Kind(models.TextChoices):
        WORDS = "words"
        STOP = "stop"
        START = "start"
        HELP = "help"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sid = models.CharField(max_length=40, unique=True)
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="inbound")
    # Our own number that it was sent to, E.164.
    recipient = models.CharField(max_length=20)
    sealed_body = models.BinaryField()
    media_count = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField()
    # A known number belongs to somebody; what an unknown one wrote is kept for a lead to look at.
    is_unknown = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True)
    # When the provider is asked to forget the words; null once it has.
    forget_at = models.DateTimeField(null=True)
    looked_at_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["try_at"], name="inbound_to_do", condition=models.Q(handled_at=None)),
            models.Index(
                fields=["recipient", "received_at"], condition=models.Q(is_unknown=True), name="inbound_unknown"
            ),
            models.Index(fields=["number", "received_at"]),
            models.Index(fields=["forget_at"], name="inbound_forget", condition=models.Q(forget_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"inbound {self.id}"


class OptChange(models.Model):
    """Somebody texted STOP or START. Kept for ever: it is their word."""

    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="opt_changes")
    stopped = models.BooleanField()
    keyword = models.CharField(max_length=12)
    at = models.DateTimeField()
    inbound = models.OneToOneField(InboundText, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"{self.keyword} at {self.at:%Y-%m-%d %H:%M}"


class SendingPause(models.Model):
    """Nothing of this lane is sent just now, or nothing at all (a blank lane)."""

    class Reason(models.TextChoices):
        PERSON = "person"
        # The provider does not know our account: one text tries it again from time to time.
        ACCOUNT = "account"

    lane = models.CharField(max_length=40, unique=True, blank=True)
    reason = models.CharField(max_length=7, choices=Reason.choices)
    since = models.DateTimeField()
    try_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"pause of {self.lane or 'everything'}"


class SentInHour(models.Model):
    """How many texts were handed over in an hour (UTC): what the daily limit is counted by."""

    hour = models.DateTimeField(unique=True)
    # What turns out to have cost nothing is taken off again, perhaps in a later hour: it may be negative.
    texts = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.texts} in {self.hour:%Y-%m-%d %H}"
