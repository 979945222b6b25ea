"""The words in which questions about champions, referrals and pairings are asked."""

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from accounts.models import User

if TYPE_CHECKING:
    from mentors.models import Champion, Pairing, Referral  # noqa: F401  (named in quotes below)

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
