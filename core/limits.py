"""Rate limits as named policies, counted in the database so that all processes share them.

Where the count cannot be made (the database is down) the caller fails too: limits fail closed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.keyring import blind_index
from core.models import RateCount


@dataclass(frozen=True)
class Limit:
    """At most `most` times in each window of `per`, for each subject. `why` explains the number."""

    name: str
    most: int
    per: timedelta
    why: str


class TooMany(Exception):
    """The limit is reached. `wait` is how long until the window ends."""

    def __init__(self, limit: Limit, wait: timedelta) -> None:
        super().__init__(f"limit {limit.name} reached")
        self.limit = limit
        self.wait = wait


def count(limit: Limit, subject: str) -> None:
    """Count one try by `subject` (an address, a number; only its fingerprint is stored).

    Raises TooMany when it was one too many. The try is counted whether or not what follows succeeds,
    so call it outside the transaction of what it guards.
    """
    seconds = int(limit.per.total_seconds())
    window, gone = divmod(int(timezone.now().timestamp()), seconds)
    row: dict[str, Any] = {"policy": limit.name, "subject": blind_index("limit", subject), "window": window * seconds}
    with transaction.atomic():
        RateCount.objects.get_or_create(**row)
        RateCount.objects.filter(**row).update(count=F("count") + 1)
        tries = RateCount.objects.get(**row).count
    if tries > limit.most:
        raise TooMany(limit, timedelta(seconds=seconds - gone))


def forget_old_counts() -> int:
    """Delete the counts of windows that began over two days ago; how many."""
    edge = int((timezone.now() - timedelta(days=2)).timestamp())
    return RateCount.objects.filter(window__lt=edge).delete()[0]
