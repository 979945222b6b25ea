"""The words in which questions about champions, referrals and pairings are asked."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from sms.models import PhoneNumber

if TYPE_CHECKING:
    from mentors.models import Champion, ContactNumber, Pairing, Referral  # noqa: F401  (named in quotes below)

OPEN = ("offered", "active")


class ChampionQuerySet(QuerySet["Champion"]):
    def with_load(self) -> "ChampionQuerySet":
        """Each with `load`: how many pairings they are in or were offered."""
        return self.annotate(load=Count("pairings", filter=Q(pairings__status__in=OPEN)))


class ReferralQuerySet(QuerySet["Referral"]):
    def waiting(self) -> "ReferralQuerySet":
        """Without a champion, the longest waiting first."""
        return self.filter(status="waiting").order_by("made_at")


class PairingQuerySet(QuerySet["Pairing"]):
    def open(self) -> "PairingQuerySet":
        return self.filter(status__in=OPEN)

    def active(self) -> "PairingQuerySet":
        return self.filter(status="active")

    def of_champion(self, user: User) -> "PairingQuerySet":
        return self.filter(champion__user=user)

    def with_people(self) -> "PairingQuerySet":
        """With both people at hand: no query for each row."""
        return self.select_related(
            "champion__user", "participant__user__phone__data_key", "participant__programme", "participant__office"
        )


class ContactNumberQuerySet(QuerySet["ContactNumber"]):
    def current(self) -> "ContactNumberQuerySet":
        """Those that were not taken away."""
        return self.filter(removed_at=None)

    def whole(self) -> "ContactNumberQuerySet":
        """With the number, its key and the person at hand."""
        return self.select_related(
            "number__data_key", "participant__user__phone__data_key", "participant__programme", "added_by"
        )

    def unsure(self) -> "ContactNumberQuerySet":
        """Those of which it is not known whether they are theirs (`PhoneNumber.is_sure`), and that may be asked."""
        long_ago = timezone.now() - PhoneNumber.IDLE_AFTER
        silent = Q(number__heard_at=None) | Q(number__heard_at__lt=long_ago)
        unsure = Q(number__verified_at=None) | Q(silent, number__verified_at__lt=long_ago)
        return self.current().filter(unsure, number__flaw="", number__stopped_at=None, participant__texts_are_safe=True)

    def not_asked_since(self, moment: datetime) -> "ContactNumberQuerySet":
        """Those about which no question is open, or only an older one."""
        return self.filter(Q(asked_at=None) | Q(asked_at__lt=moment) | Q(asked_at__lte=F("number__verified_at")))

    def to_chase(self, now: datetime) -> "ContactNumberQuerySet":
        """Those whose question has waited long enough to come back to it."""
        return self.current().filter(chase_at__lte=now)
