"""Who could walk beside whom: what blocks a pairing, and what speaks for it.

A coordinator decides. The same blocks are asked again, in the transaction that makes the offer.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from mentors.access import champions_for
from mentors.models import Champion, KeepApart, Participant, Referral


@dataclass(frozen=True)
class Candidate:
    """A champion, why they fit, and why they cannot be."""

    champion: Champion
    load: int
    reasons: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    @property
    def room(self) -> int:
        return max(0, self.champion.capacity - self.load)


def candidates(referral: Referral) -> list[Candidate]:
    """Every champion of the programme: those who can be first, the best fit on top."""
    apart = set(KeepApart.objects.filter(participant=referral.participant).values_list("champion_id", flat=True))
    people = [_candidate(champion, referral.participant, apart) for champion in champions_for(referral)]
    return sorted(people, key=lambda one: (len(one.blocks), -len(one.reasons), one.load, one.champion.name))


def _candidate(champion: Champion, participant: Participant, apart: set[UUID]) -> Candidate:
    load: int = champion.load  # type: ignore[attr-defined]  # annotated by with_load
    is_apart = champion.pk in apart
    return Candidate(champion, load, _reasons(champion, participant), blocks(champion, load, is_apart))


def _reasons(champion: Champion, participant: Participant) -> list[str]:
    reasons = []
    if champion.office_id and champion.office_id == participant.office_id:
        reasons.append(_("Same office, %(office)s") % {"office": champion.office})
    if champion.user.language == participant.user.language:
        reasons.append(_("Speaks the same language"))
    if champion.user.time_zone == participant.user.time_zone:
        reasons.append(_("Awake at the same hours"))
    return reasons


def blocks(champion: Champion, load: int, is_kept_apart: bool) -> list[str]:
    """Why this champion cannot take this person on, in words; none when they can."""
    found = []
    if champion.status != Champion.Status.ACTIVE:
        found.append(_("Is taking a break"))
    if load >= champion.capacity:
        found.append(_("Full, %(load)d of %(capacity)d") % {"load": load, "capacity": champion.capacity})
    if is_kept_apart:
        found.append(_("A keep-apart rule. Ask the safeguarding lead"))
    return found
