"""Rows that know nothing of the field: keys, the audit trail, counters, the dispatcher's pulse."""

import uuid

from django.db import models


class DataKey(models.Model):
    """A data key, wrapped by the key ring. Destroying `wrapped` erases all that was sealed under it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"data key {self.id}"


class AuditEvent(models.Model):
    """One thing that somebody did. Appended by core.audit alone; never changed, never deleted."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80, db_index=True)
    action = models.CharField(max_length=80, db_index=True)
    subject = models.CharField(max_length=120, db_index=True)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class AuditHead(models.Model):
    """Where the trail ends: kept apart from it, so that cutting its end is seen. One row. `seal` is an
    HMAC of its own: what is left of a cut trail does not tell what an earlier head looked like.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")
    seal = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"head {self.number}"


class RateCount(models.Model):
    """How often something was tried within a window of time. See core.limits."""

    policy = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "subject", "window"], name="rate_count_once")]
        indexes = [models.Index(fields=["window"])]

    def __str__(self) -> str:
        return f"{self.policy} {self.count}"


class Pulse(models.Model):
    """When the dispatcher last went round. /readyz reads it. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"pulse {self.at:%H:%M:%S}"
