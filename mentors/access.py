"""A viewer and an id become an object of mentors, or a 404. Queries start from the viewer's own scope."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from mentors.models import Champion, ContactNumber, Pairing, Participant, Referral
from mentors.querysets import ChampionQuerySet, ContactNumberQuerySet, PairingQuerySet, ReferralQuerySet
from partners.access import programmes_led_by
from sms.models import OutboundText, PhoneNumber

# From a text to whose number it goes to, as a query writes it.
CONTACT = "number__contacts"


def participant_with(number: PhoneNumber) -> Participant | None:
    """The participant to whom this number belongs, whichever of theirs it is."""
    contact = contact_with(number)
    return contact.participant if contact else None


def contact_with(number: PhoneNumber) -> ContactNumber | None:
    """This number as one of a participant's."""
    return ContactNumber.objects.current().whole().filter(number=number).first()


def numbers_in_doubt(waiting: QuerySet[OutboundText], *, asked_before: datetime) -> ContactNumberQuerySet:
    """The numbers that one of the texts `waiting` is for, of which it is not known whether they are theirs, and about
    which nobody was asked since then.
    """
    theirs = Exists(waiting.filter(number=OuterRef("number")))
    return ContactNumber.objects.unsure().not_asked_since(asked_before).filter(theirs)


def participants_for_lead(user: User) -> QuerySet[Participant]:
    """The participants of the programmes this person leads."""
    mine = Participant.objects.filter(programme__in=programmes_led_by(user))
    return mine.select_related("user__phone", "programme", "office")


def participant_for_lead(user: User, participant_id: UUID) -> Participant:
    return get_object_or_404(participants_for_lead(user), pk=participant_id)


def numbers_of(participant: Participant) -> ContactNumberQuerySet:
    """Their numbers, the oldest first."""
    return ContactNumber.objects.current().whole().filter(participant=participant).order_by("added_at")


def number_for_lead(user: User, participant_id: UUID, contact_id: UUID) -> ContactNumber:
    """One of a participant's numbers, for a lead of theirs."""
    return get_object_or_404(numbers_of(participant_for_lead(user, participant_id)), pk=contact_id)


def require_lead(user: User) -> None:
    """404 unless this person leads a programme."""
    if not programmes_led_by(user).exists():
        raise Http404


def referrals_for_lead(user: User) -> ReferralQuerySet:
    """The referrals of the programmes this person leads."""
    mine = Referral.objects.filter(participant__programme__in=programmes_led_by(user))
    return mine.select_related("participant__user", "participant__office", "participant__programme", "made_by")


def referral_for_lead(user: User, referral_id: UUID) -> Referral:
    return get_object_or_404(referrals_for_lead(user), pk=referral_id)


def open_referrals_for_lead(user: User) -> ReferralQuerySet:
    """Those that wait or were offered, the longest waiting first, each with `offers` (none or one)."""
    offers = Prefetch("pairings", Pairing.objects.open().with_people(), to_attr="offers")
    open_ones = referrals_for_lead(user).filter(status__in=["waiting", "offered"])
    return open_ones.prefetch_related(offers).order_by("made_at")


def open_pairing_of(referral: Referral) -> Pairing | None:
    """What came of the referral: the pairing that was offered or is active."""
    return Pairing.objects.open().filter(referral=referral).with_people().first()


def waiting_for_lead(user: User) -> int | None:
    """How many referrals wait for this lead; None for somebody who leads nothing. One query."""
    waits = Q(participants__referrals__status="waiting")
    found = programmes_led_by(user).aggregate(
        led=Count("pk", distinct=True), waiting=Count("participants__referrals", filter=waits, distinct=True)
    )
    return found["waiting"] if found["led"] else None


def texts_for_lead(user: User) -> QuerySet[OutboundText]:
    """The texts to participants of the programmes this person leads, to any number that is theirs now: what became of
    them, not what they say.
    """
    mine = {f"{CONTACT}__participant__programme__in": programmes_led_by(user), f"{CONTACT}__removed_at": None}
    return OutboundText.objects.filter(**mine)


def pairings_for_lead(user: User) -> PairingQuerySet:
    """The pairings of the programmes this person leads: who with whom, not a word they wrote."""
    return Pairing.objects.filter(participant__programme__in=programmes_led_by(user)).with_people()


def listed_pairings_for_lead(user: User) -> PairingQuerySet:
    """The same, in the order of a list: offered, active, over; the newest first in each."""
    ranks = [When(status="offered", then=Value(0)), When(status="active", then=Value(1))]
    return pairings_for_lead(user).order_by(Case(*ranks, default=Value(2), output_field=IntegerField()), "-offered_at")


def pairing_for_lead(user: User, pairing_id: UUID) -> Pairing:
    return get_object_or_404(pairings_for_lead(user), pk=pairing_id)


def offers_for_champion(user: User) -> PairingQuerySet:
    """What this champion was offered and has not answered."""
    return Pairing.objects.of_champion(user).filter(status="offered", champion_agreed_at=None).with_people()


def offer_of(user: User, pairing_id: UUID) -> Pairing:
    """A pairing that this person is, or was, asked about: as the champion or as the participant."""
    asked = Q(champion__user=user) | Q(participant__user=user)
    return get_object_or_404(Pairing.objects.filter(asked).with_people(), pk=pairing_id)


def offer_to(user: User) -> Pairing | None:
    """What this participant was offered and has not answered."""
    offers = Pairing.objects.filter(participant__user=user, status="offered", participant_agreed_at=None)
    return offers.with_people().first()


def offer_for(participant: Participant) -> Pairing | None:
    """What this participant was offered: until it starts they may say yes, and take it back."""
    offers = Pairing.objects.filter(participant=participant, status="offered")
    return offers.with_people().first()


def champions_for(referral: Referral) -> ChampionQuerySet:
    """The champions of the referral's programme, with how many people each walks beside."""
    champions = Champion.objects.filter(programme=referral.participant.programme)
    return champions.exclude(status=Champion.Status.ENDED).with_load().select_related("user", "office")


def champions_for_lead(user: User) -> QuerySet[Champion]:
    """The champions of the programmes this person leads."""
    mine = Champion.objects.filter(programme__in=programmes_led_by(user))
    return mine.with_load().select_related("user", "office", "programme").order_by("user__name")


def champion_beside(participant: Participant) -> Champion | None:
    """Who walks beside this participant now."""
    pairing = Pairing.objects.active().filter(participant=participant).select_related("champion__user").first()
    return pairing.champion if pairing else None
