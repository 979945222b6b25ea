"""Organisations, the programmes they run, their offices, and who works there as what."""

import uuid

from django.db import models

from accounts.models import User


class Organisation(models.Model):
    """An agency, trust or charity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """One programme of mentoring. Nobody of one programme sees anything of another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes")
    # Shown to staff alone; participants and texts never see it.
    name = models.CharField(max_length=60)
    country = models.CharField(max_length=2, default="GB")
    language = models.CharField(max_length=8, default="en-gb")
    time_zone = models.CharField(max_length=40, default="Europe/London")
    # The number its texts go out through, E.164; blank: the one in TWILIO_FROM.
    text_number = models.CharField(max_length=20, blank=True)
    # Whose public holidays count beside the country's own: an ISO 3166-2 code such as ENG, SCT or AUK. Blank: only
    # those that the whole country keeps.
    holiday_region = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """A place where people meet their officer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="offices")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="office_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a programme. An ended one grants nothing."""

    class Role(models.TextChoices):
        LEAD = "lead"
        SAFEGUARDING = "safeguarding lead"
        CHAMPION = "champion"
        OFFICER = "supervising officer"
        KEY_WORKER = "key worker"
        POLICE = "police"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "programme", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"
