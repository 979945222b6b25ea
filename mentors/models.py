"""Champions, participants, referrals and pairings."""

import uuid
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import next_within
from mentors.querysets import ChampionQuerySet, ContactNumberQuerySet, PairingQuerySet, ReferralQuerySet
from partners.models import Office, Programme
from sms.models import PhoneNumber


class Participant(models.Model):
    """A person on probation who takes part. First name only; no offence, no history."""

    class Reads(models.TextChoices):
        TEXT = "text"
        WEB = "web"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="participant")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="participants")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True)
    # A text-only phone gets messages as texts; a smartphone reads them on the web.
    reads = models.CharField(max_length=4, choices=Reads.choices, default=Reads.TEXT)
    texts_are_safe = models.BooleanField(default=True)
    # Their own wall time; equal times mean all day.
    texts_from = models.TimeField(default=time(9))
    texts_until = models.TimeField(default=time(20))
    asked_for = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)

    def civil(self, at: datetime) -> datetime:
        """`at`, or the next moment when texts are welcome (their wall time)."""
        return next_within(at, self.texts_from, self.texts_until, self.zone)


class ContactNumber(models.Model):
    """A number of a participant's. A text from any of them reaches their thread; texts to them go to one alone,
    `accounts.User.phone`. Taken away it stays as a record, and the number is free for somebody else.
    """

    class Label(models.TextChoices):
        OWN = "own", _("Own phone")
        NEW = "new", _("New phone")
        WORK = "work", _("Phone at work")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="contact_numbers")
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, related_name="contacts")
    label = models.CharField(max_length=4, choices=Label.choices, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    # "Is this your number?": when it was last asked, and when to come back to it if nobody answers.
    asked_at = models.DateTimeField(null=True)
    chase_at = models.DateTimeField(null=True)
    was_reminded = models.BooleanField(default=False)
    # An unclear answer was met with the question once more.
    asked_again = models.BooleanField(default=False)

    objects = ContactNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(removed_at=None), name="number_of_one_person")
        ]
        indexes = [
            models.Index(fields=["chase_at"], condition=Q(chase_at__isnull=False), name="number_chase"),
        ]

    def __str__(self) -> str:
        return f"contact number {self.id}"

    @property
    def is_asked(self) -> bool:
        """The question is open: nobody has said yes or no since it was asked."""
        if self.asked_at is None or self.number.flaw == PhoneNumber.Flaw.WRONG:
            return False
        return self.number.verified_at is None or self.number.verified_at < self.asked_at

    @property
    def takes_texts(self) -> bool:
        """Texts to the participant go here."""
        return self.participant.user.phone_id == self.number_id


class Champion(models.Model):
    """A recovery champion: a mentor who has been through it."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="champion")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="champions")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    # A volunteer walks beside one to three people (docs/domain.md).
    capacity = models.PositiveSmallIntegerField(default=3)
    about = models.CharField(max_length=200, blank=True)

    objects = ChampionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name


class KeepApart(models.Model):
    """A non-association: these two must not be paired. Why is not stored: no register of convictions."""

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="kept_apart")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="kept_apart")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["champion", "participant"], name="keep_apart_once")]

    def __str__(self) -> str:
        return f"keep apart {self.pk}"


class Referral(models.Model):
    """Somebody was put forward for a champion."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        PAIRED = "paired"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="referrals")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant"], condition=~Q(status="closed"), name="one_open_referral")
        ]

    def __str__(self) -> str:
        return f"referral {self.id}"


class Pairing(models.Model):
    """A champion and a participant. Offered, until both have said yes; then active, until it ends."""

    class Status(models.TextChoices):
        OFFERED = "offered"
        ACTIVE = "active"
        DECLINED = "declined"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    champion = models.ForeignKey(Champion, on_delete=models.PROTECT, related_name="pairings")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="pairings")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="pairings")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OFFERED)
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT)
    offered_at = models.DateTimeField(auto_now_add=True)
    champion_agreed_at = models.DateTimeField(null=True)
    participant_agreed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant"], condition=Q(status__in=["offered", "active"]), name="one_open_pairing"
            )
        ]
        indexes = [models.Index(fields=["champion", "status"])]

    def __str__(self) -> str:
        return f"pairing {self.id}"

    @property
    def programme(self) -> Programme:
        return self.participant.programme

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE
