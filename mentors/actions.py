"""Every change to referrals and pairings. Each is atomic, audited, and told to the rooms above."""

from datetime import time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.live import announce
from mentors import hooks, matching
from mentors.models import Champion, ContactNumber, KeepApart, Pairing, Participant, Referral
from partners.models import Office, Programme
from sms.models import PhoneNumber


class CannotPair(Exception):
    """This pairing cannot be; `reasons` says why, in words for the lead."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class AlreadyKnown(Exception):
    """Somebody else has this number already."""


class NothingToAnswer(Exception):
    """The offer was answered, or is gone."""


@transaction.atomic
def register_referral(
    *,
    by: User,
    programme: Programme,
    name: str,
    phone: PhoneNumber,
    language: str,
    time_zone: str,
    office: Office | None = None,
    reads: str = Participant.Reads.TEXT,
    texts_are_safe: bool = True,
    texts_from: time = time(9),
    texts_until: time = time(20),
    asked_for: str = "",
) -> Referral:
    """Put somebody forward for a champion. Times are the participant's wall time.

    Raises AlreadyKnown when the number is somebody's already.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_participant(
                phone=phone, name=name, language=language, time_zone=time_zone, country=programme.country
            )
            participant = Participant.objects.create(
                user=user,
                programme=programme,
                office=office,
                reads=reads,
                texts_are_safe=texts_are_safe,
                texts_from=texts_from,
                texts_until=texts_until,
                asked_for=asked_for,
            )
            ContactNumber.objects.create(participant=participant, number=phone, added_by=by)
    except IntegrityError as error:
        raise AlreadyKnown from error
    referral = Referral.objects.create(participant=participant, made_by=by)
    announce(f"programme.{programme.id}", "referrals")
    audit.record(actor=by.actor, action="referral registered", subject=f"referral:{referral.id}")
    return referral


@transaction.atomic
def note_known_number(*, by: User, phone: PhoneNumber) -> None:
    """Write down that somebody put a number forward that is known: it tells them that its owner takes part."""
    audit.record(actor=by.actor, action="known number tried", subject=phone.actor)


@transaction.atomic
def refer_again(*, by: User, participant: Participant) -> Referral:
    """Put somebody forward once more, after a pairing has ended. While a referral of theirs is open, that
    one is returned and nothing changes.
    """
    held = Participant.objects.select_for_update().get(pk=participant.pk)
    known = Referral.objects.filter(participant=held).exclude(status=Referral.Status.CLOSED).first()
    if known:
        return known
    referral = Referral.objects.create(participant=held, made_by=by)
    announce(f"programme.{held.programme_id}", "referrals")
    audit.record(actor=by.actor, action="referred again", subject=f"referral:{referral.id}")
    return referral


@transaction.atomic
def keep_apart(*, by: User, champion: Champion, participant: Participant) -> None:
    """Forbid this pairing from now on."""
    KeepApart.objects.get_or_create(champion=champion, participant=participant, defaults={"set_by": by})
    audit.record(
        actor=by.actor, action="kept apart", subject=f"participant:{participant.id}", champion=str(champion.id)
    )


@transaction.atomic
def offer_pairing(*, by: User, referral: Referral, champion: Champion) -> Pairing:
    """Offer `champion` to the person referred: both are asked, either may say no.

    Capacity and keep-apart rules are asked here, with the champion's row held until commit: two leads
    at once cannot overfill a champion. Raises CannotPair.
    """
    held = Champion.objects.select_for_update().get(pk=champion.pk)
    waiting = Referral.objects.select_for_update().get(pk=referral.pk)
    if waiting.status != Referral.Status.WAITING:
        raise CannotPair([_("They have been offered a champion already.")])
    participant = waiting.participant
    if held.programme_id != participant.programme_id:
        raise CannotPair([_("This champion is not in the same programme.")])
    load = Pairing.objects.filter(champion=held).open().count()
    is_apart = KeepApart.objects.filter(champion=held, participant=participant).exists()
    if reasons := matching.blocks(held, load, is_apart):
        raise CannotPair(reasons)
    pairing = Pairing.objects.create(champion=held, participant=participant, referral=waiting, offered_by=by)
    _set_referral(pairing, Referral.Status.OFFERED)
    hooks.pairing_offered.tell(pairing)
    _tell(pairing)
    audit.record(actor=by.actor, action="pairing offered", subject=f"pairing:{pairing.id}", champion=str(held.id))
    return pairing


@transaction.atomic
def agree_as_champion(*, by: User, pairing: Pairing) -> Pairing:
    """The champion says yes. Raises NothingToAnswer."""
    held = _held_offer(pairing)
    if held.champion_agreed_at:
        raise NothingToAnswer
    held.champion_agreed_at = timezone.now()
    return _agreed(held, by.actor)


@transaction.atomic
def agree_as_participant(*, by: User | PhoneNumber, pairing: Pairing) -> Pairing:
    """The participant says yes, by text or on the web. Raises NothingToAnswer."""
    held = _held_offer(pairing)
    if held.participant_agreed_at:
        raise NothingToAnswer
    held.participant_agreed_at = timezone.now()
    return _agreed(held, by.actor)


def _agreed(pairing: Pairing, actor: str) -> Pairing:
    both = pairing.champion_agreed_at and pairing.participant_agreed_at
    if both:
        pairing.status = Pairing.Status.ACTIVE
        pairing.started_at = timezone.now()
        _set_referral(pairing, Referral.Status.PAIRED)
    pairing.save()
    if both:
        hooks.pairing_started.tell(pairing)
    _tell(pairing)
    audit.record(actor=actor, action="pairing started" if both else "pairing agreed", subject=f"pairing:{pairing.id}")
    return pairing


@transaction.atomic
def decline(*, actor: str, pairing: Pairing) -> Pairing:
    """One of them says no: nobody has to say why. The referral waits again. Raises NothingToAnswer."""
    held = _held_offer(pairing)
    held.status = Pairing.Status.DECLINED
    held.ended_at = timezone.now()
    held.save()
    _set_referral(held, Referral.Status.WAITING)
    hooks.pairing_declined.tell(held)
    _tell(held)
    audit.record(actor=actor, action="pairing declined", subject=f"pairing:{held.id}")
    return held


@transaction.atomic
def end_pairing(*, by: User, pairing: Pairing) -> Pairing:
    """End an active pairing. Ending one that has ended changes nothing."""
    held = Pairing.objects.select_for_update().get(pk=pairing.pk)
    if held.status != Pairing.Status.ACTIVE:
        return held
    held.status = Pairing.Status.ENDED
    held.ended_at = timezone.now()
    held.save()
    _set_referral(held, Referral.Status.CLOSED)
    hooks.pairing_ended.tell(held)
    _tell(held)
    audit.record(actor=by.actor, action="pairing ended", subject=f"pairing:{held.id}")
    return held


def _held_offer(pairing: Pairing) -> Pairing:
    held = Pairing.objects.select_for_update(of=("self",)).with_people().get(pk=pairing.pk)
    if held.status != Pairing.Status.OFFERED:
        raise NothingToAnswer
    return held


def _set_referral(pairing: Pairing, status: Referral.Status) -> None:
    Referral.objects.filter(pk=pairing.referral_id).update(status=status)


def _tell(pairing: Pairing) -> None:
    """The lead's desk and the champion's inbox show it at once."""
    announce(f"programme.{pairing.participant.programme_id}", "pairings")
    announce(f"user.{pairing.champion.user_id}", "inbox")
