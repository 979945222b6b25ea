"""Conversations and check-ins. Words and answers are sealed under the conversation's own data key."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import DataKey
from core.sealing import Unreadable, seal, shown, unseal
from mentors.models import Pairing
from messaging.planned import Appointment, LaterMessage  # noqa: F401  (here Django finds them)
from messaging.querysets import CheckInQuerySet, ConversationQuerySet, MessageQuerySet
from sms.models import OutboundText


class Side(models.TextChoices):
    """Who wrote something: one of the two, or Handrail itself."""

    CHAMPION = "champion"
    PARTICIPANT = "participant"
    HANDRAIL = "handrail"


class Conversation(models.Model):
    """What one pair write to each other. Its messages are numbered from 1 without a gap, so a reader
    who knows the last number it has seen can catch up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.OneToOneField(Pairing, on_delete=models.PROTECT, related_name="conversation")
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT)
    last_number = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    # The newest message, kept here so that an inbox costs one query (docs/architecture.md).
    last_message = models.ForeignKey(
        "Message", on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    # How far each side's screens got, and how far each side has read.
    champion_received = models.PositiveIntegerField(default=0)
    champion_read = models.PositiveIntegerField(default=0)
    champion_unread = models.PositiveIntegerField(default=0)
    participant_received = models.PositiveIntegerField(default=0)
    participant_read = models.PositiveIntegerField(default=0)
    participant_unread = models.PositiveIntegerField(default=0)

    objects = ConversationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"conversation {self.id}"

    def side_of(self, user: User) -> Side:
        """Which of the two `user` is. Whoever is neither must not have got this far."""
        return Side.CHAMPION if self.pairing.champion.user_id == user.pk else Side.PARTICIPANT

    def user_on(self, side: Side) -> User:
        pairing = self.pairing
        return pairing.champion.user if side == Side.CHAMPION else pairing.participant.user

    @property
    def group(self) -> str:
        """Its name on the channel layer."""
        return f"conversation.{self.id}"


class Message(models.Model):
    """One entry of a conversation: words, a story, a check-in, or a notice from Handrail."""

    class Kind(models.TextChoices):
        WORDS = "words"
        STORY = "story"
        CHECK_IN = "check-in"
        NOTICE = "notice"

    class Delivery(models.TextChoices):
        """Web: it is on the other's screen once they fetched it. Text: what the outbox says."""

        WEB = "web"
        WAITS = "waits"
        SENT = "sent"
        DELIVERED = "delivered"
        UNKNOWN = "unknown"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    author = models.CharField(max_length=11, choices=Side.choices)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.WORDS)
    sealed_body = models.BinaryField()
    story_id = models.PositiveIntegerField(null=True)
    check_in = models.OneToOneField("CheckIn", on_delete=models.PROTECT, null=True, related_name="message")
    # Made up by the sender's browser: the same one again is the same message.
    client_id = models.UUIDField(null=True)
    came_as_text = models.BooleanField(default=False)
    # A notice that only one of the two should see; blank: both.
    only_for = models.CharField(max_length=11, choices=Side.choices, blank=True)
    delivery = models.CharField(max_length=9, choices=Delivery.choices, default=Delivery.WEB)
    # Why it did not arrive, or when it will go: a key of sms.explain.REASONS.
    reason = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="message_number_once"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_id_once"),
        ]

    def __str__(self) -> str:
        return f"message {self.id}"

    @property
    def body(self) -> str:
        """What it says, for a page."""
        return shown(self.conversation.data_key, self.sealed_body, bond=self._bond)

    def set_body(self, words: str) -> None:
        """Seal `words` into this row; it is saved by the caller."""
        self.sealed_body = seal(self.conversation.data_key, words, bond=self._bond)

    @property
    def _bond(self) -> str:
        return f"message|{self.conversation_id}|{self.id}|{self.author}"


class CheckInPlan(models.Model):
    """When a pair's check-in text goes out and what it asks. Days and times are the participant's own; which moments
    they come to is messaging.schedules' to say.
    """

    class OnHolidays(models.TextChoices):
        """What happens on a public holiday. Those are hard days for many, so it is sent unless somebody said no."""

        SEND = "send"
        SKIP = "skip"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="plan")
    # Monday is 0.
    weekdays = models.JSONField(default=list)
    at = models.TimeField()
    # Counted in weeks from Monday to Sunday; the first is the one that `starts_on` is in.
    every_weeks = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    # The last day on which one may go; null: no end.
    ends_on = models.DateField(null=True)
    # The last day on which none goes. It is left standing when it is over.
    paused_until = models.DateField(null=True)
    on_holidays = models.CharField(max_length=4, choices=OnHolidays.choices, default=OnHolidays.SEND)
    questions = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    # UTC: when the dispatcher looks at it next. Null while it is off or has ended.
    next_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(every_weeks__gte=1), name="plan_weeks_from_one")]
        indexes = [models.Index(fields=["next_at"], condition=Q(is_on=True), name="plan_due")]

    def __str__(self) -> str:
        return f"plan {self.id}"


class CheckIn(models.Model):
    """One check-in: asked, question by question, and answered or not."""

    class State(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"
        # They wrote, but not what was asked: the words stand in the thread.
        IN_WORDS = "in words"
        MISSED = "missed"
        # The question never got to them: no silence of theirs.
        NOT_REACHED = "not reached"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="check_ins")
    # The participant's local date when it was due; null when somebody pressed "Send one now".
    local_date = models.DateField(null=True)
    questions = models.JSONField()
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=11, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    # The text with the first question: what became of it says whether they were asked at all.
    first_text = models.ForeignKey(OutboundText, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # An unclear answer was met with a question already.
    asked_again = models.BooleanField(default=False)
    # The clocks of silence, each null once it is of no use: remind them, tell the champion, tell the lead.
    # `miss_at` is also when it is over, answered or not.
    remind_at = models.DateTimeField(null=True)
    miss_at = models.DateTimeField(null=True)
    lead_at = models.DateTimeField(null=True)
    # Their first word of any kind since: whoever writes is not silent.
    heard_at = models.DateTimeField(null=True)
    # The one-time link: a keyed fingerprint of its token, and what became of it (messaging.links).
    link_index = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (unique, yet may be missing)
    link_opened_at = models.DateTimeField(null=True)
    link_used_at = models.DateTimeField(null=True)
    # The form that was sent, made up for one visit: the same again is the second tap on Send.
    link_form = models.UUIDField(null=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "local_date"], name="check_in_once_a_day"),
            models.UniqueConstraint(fields=["conversation"], condition=Q(state="asked"), name="one_open_check_in"),
        ]
        indexes = [
            models.Index(fields=["conversation", "-asked_at"], name="check_in_newest"),
            models.Index(fields=["remind_at"], condition=Q(state="asked"), name="check_in_remind"),
            models.Index(fields=["miss_at"], condition=Q(state="asked"), name="check_in_miss"),
            models.Index(fields=["lead_at"], condition=Q(lead_at__isnull=False), name="check_in_lead"),
        ]

    def __str__(self) -> str:
        return f"check-in {self.id}"

    @property
    def question(self) -> str:
        """The question that waits for an answer."""
        return str(self.questions[self.position])

    @property
    def is_late(self) -> bool:
        """Whether the first answer came when it was over already."""
        return bool(self.answered_at and self.miss_at and self.answered_at >= self.miss_at)

    @property
    def answers(self) -> dict[str, int]:
        """What they answered, by question; what can no longer be read is not there."""
        found = {answer.question: answer.value for answer in self.answer_rows.all()}
        return {question: value for question, value in found.items() if value is not None}


class CheckInAnswer(models.Model):
    """One answer, sealed: a number from the question's scale."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="answer_rows")
    question = models.CharField(max_length=12)
    sealed_value = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["check_in", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def value(self) -> int | None:
        """The number; None when it can no longer be read."""
        try:
            return int(unseal(self.check_in.conversation.data_key, self.sealed_value, bond=self._bond))
        except Unreadable:
            return None

    def set_value(self, value: int) -> None:
        self.sealed_value = seal(self.check_in.conversation.data_key, str(value), bond=self._bond)

    @property
    def _bond(self) -> str:
        return f"answer|{self.check_in_id}|{self.question}"
