"""What a lead does about a participant's numbers. Each change is atomic and audited; no number is in the trail."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from core import audit
from core.live import announce
from mentors import hooks
from mentors.actions import AlreadyKnown
from mentors.models import ContactNumber, Participant
from sms import actions as sms_actions
from sms.models import PhoneNumber


class AlreadyTheirs(Exception):
    """The participant has this number already."""


class NotYetSure(Exception):
    """Nobody who holds the number has said that it is theirs, or it takes no texts."""


class TextsGoHere(Exception):
    """Their texts go to this number: first they must go to another."""


@transaction.atomic
def add_number(*, by: User, participant: Participant, phone: PhoneNumber, label: str = "") -> ContactNumber:
    """One more number of theirs; whoever holds it is asked whether it is.

    Raises AlreadyTheirs, and AlreadyKnown when it is somebody else's: a text from it could not be told apart.
    """
    if ContactNumber.objects.current().filter(participant=participant, number=phone).exists():
        raise AlreadyTheirs
    if User.objects.filter(phone=phone).exists():
        raise AlreadyKnown
    try:
        with transaction.atomic():
            contact = ContactNumber.objects.create(participant=participant, number=phone, label=label, added_by=by)
    except IntegrityError as error:
        raise AlreadyKnown from error
    _note(by, contact, "number added")
    hooks.number_to_check.tell(contact)
    return contact


@transaction.atomic
def check_number(*, by: User, contact: ContactNumber) -> None:
    """Have whoever holds it asked, though somebody said no, or nobody was reached, before."""
    sms_actions.unflag(contact.number, actor=by.actor)
    hooks.number_to_check.tell(contact)
    _note(by, contact, "number asked about")


@transaction.atomic
def send_texts_here(*, by: User, contact: ContactNumber) -> None:
    """Texts and sign-in codes go to this number of theirs from now on. Raises NotYetSure."""
    held = _held(contact)
    if held.takes_texts:
        return
    if held.removed_at or held.number.verified_at is None or held.number.flaw:
        raise NotYetSure
    user = held.participant.user
    before = ContactNumber.objects.current().whole().filter(number=user.phone_id).first()
    if before is not None:
        hooks.texts_moved.tell(before, held)
    accounts_actions.change_phone(by=by, user=user, phone=held.number)
    _note(by, held, "texts moved")


@transaction.atomic
def take_number_away(*, by: User, contact: ContactNumber) -> None:
    """The number is not theirs any more: a text from it reaches nobody's thread. Taking it away twice changes
    nothing. Raises TextsGoHere.
    """
    held = _held(contact)
    if held.takes_texts:
        raise TextsGoHere
    if held.removed_at is None:
        held.removed_at, held.chase_at = timezone.now(), None
        held.save(update_fields=["removed_at", "chase_at"])
        sms_actions.let_go(held.number)
        _note(by, held, "number taken away")


def _held(contact: ContactNumber) -> ContactNumber:
    # The person is held too: which of the numbers takes texts is theirs to say.
    Participant.objects.select_for_update().get(pk=contact.participant_id)
    return ContactNumber.objects.select_for_update(of=("self",)).whole().get(pk=contact.pk)


def _note(by: User, contact: ContactNumber, action: str) -> None:
    announce(f"programme.{contact.participant.programme_id}", "numbers")
    audit.record(actor=by.actor, action=action, subject=contact.number.actor, participant=str(contact.participant_id))
