"""The daily limit: how many texts may still be handed over. Shared by all dispatchers, exact among them.

Counted by the hour (UTC): the last 24 hours mean this hour and the 23 before it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from sms.models import SentInHour

DAY = timedelta(days=1)


def reserve(*, always: int, at_most: int, now: datetime) -> int:
    """Count `always` texts (vital ones) and up to `at_most` more; how many more there was room for. Holds the count
    until the caller's transaction ends: two dispatchers cannot spend the same text.
    """
    if not always and not at_most:
        return 0
    hour = _hour(now)
    SentInHour.objects.bulk_create([SentInHour(hour=hour)], ignore_conflicts=True)
    counts = SentInHour.objects.select_for_update().filter(hour__gt=now - DAY).order_by("hour")
    left = int(settings.SMS_DAILY_LIMIT) - sum(count.texts for count in counts)
    room = max(0, min(at_most, left - always))
    SentInHour.objects.filter(hour=hour).update(texts=F("texts") + always + room)
    return room


def refund(texts: int) -> None:
    """Take off texts that surely were not taken."""
    if texts:
        hour = _hour(timezone.now())
        SentInHour.objects.bulk_create([SentInHour(hour=hour)], ignore_conflicts=True)
        SentInHour.objects.filter(hour=hour).update(texts=F("texts") - texts)


def forget_old_hours() -> int:
    """Delete counts from more than two days ago; how many."""
    return SentInHour.objects.filter(hour__lt=timezone.now() - 2 * DAY).delete()[0]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
