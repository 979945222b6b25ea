"""Phone numbers: parsed by phonenumbers, sealed, found by a keyed blind index; and how far each can be trusted."""

from datetime import datetime, timedelta

import phonenumbers
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.keyring import blind_index
from core.sealing import new_data_key, seal, shown, unseal
from sms.models import OutboundText, PhoneNumber

Flaw = PhoneNumber.Flaw
# Twilio's codes that say something about the number and not about the text (docs/sms.md).
FLAW_BY_CODE = {
    "21614": Flaw.LANDLINE,
    "21635": Flaw.LANDLINE,
    "21211": Flaw.DEAD,
    "21265": Flaw.DEAD,
    "30005": Flaw.DEAD,
    "30006": Flaw.DEAD,
}
# Often enough to count days of silence, and no write for every text of a lively talk.
HEARD_TO = timedelta(hours=1)


class WrongNumber(ValueError):
    """Not a mobile number that can be texted; the message says why, in plain words."""


def parse(typed: str, country: str) -> str:
    """The E.164 form of what a person typed, read as a number of `country` (ISO 3166, two letters)
    where it has no country code. Raises WrongNumber.
    """
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as error:
        raise WrongNumber(_("This is not a phone number. Write it like 07700 900123.")) from error
    # "Possible" and not "valid": numbers set aside for stories (07700 900xxx) must work in a demo.
    kind = phonenumbers.PhoneNumberType.MOBILE
    if phonenumbers.is_possible_number_for_type_with_reason(number, kind) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise WrongNumber(_("This number is too short or too long. Check each digit."))
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise WrongNumber(_("This is a landline. It cannot get texts. Write a mobile number."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find(e164: str) -> PhoneNumber | None:
    """The row for this number, if we know it."""
    return PhoneNumber.objects.select_related("data_key").filter(index=blind_index("number", e164)).first()


def find_or_add(e164: str) -> PhoneNumber:
    """The row for this number, made when it is new. Two callers at once get the same row."""
    known = find(e164)
    if known:
        return known if known.data_key.wrapped is not None else _with_new_key(known, e164)
    try:
        with transaction.atomic():
            return _add(e164)
    except IntegrityError:
        return PhoneNumber.objects.get(index=blind_index("number", e164))


def _add(e164: str) -> PhoneNumber:
    number = PhoneNumber(data_key=new_data_key(), index=blind_index("number", e164))
    number.sealed_number = seal(number.data_key, e164, bond=f"number|{number.id}")
    number.country = _country(e164)
    number.save()
    return number


def _with_new_key(number: PhoneNumber, e164: str) -> PhoneNumber:
    """Somebody whose key was destroyed is here again: what was sealed stays unreadable, what comes is kept."""
    number.data_key = new_data_key()
    number.sealed_number = seal(number.data_key, e164, bond=f"number|{number.id}")
    number.save(update_fields=["data_key", "sealed_number"])
    return number


def _country(e164: str) -> str:
    """Two letters; "" for a short code or a sender's name, which can be kept but never answered."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    # Numbers set aside for stories are in no region's plan; their country code still tells.
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return phonenumbers.region_code_for_number(number) or ("" if main == "ZZ" else main)


def e164(number: PhoneNumber) -> str:
    """The number itself, for the gateway. It goes into no log, address or title."""
    return unseal(number.data_key, number.sealed_number, bond=f"number|{number.id}")


def for_reading(number: PhoneNumber) -> str:
    """The number as people write it down, such as "+44 7700 900112"."""
    return format_e164(shown(number.data_key, number.sealed_number, bond=f"number|{number.id}"))


def format_e164(number: str) -> str:
    """An E.164 number with the spaces people expect; a short code or a name as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def note_heard(number: PhoneNumber, at: datetime) -> None:
    """A text came from it at `at`: it lives, and can take texts. Whose it is the text does not say, so one that
    comes after a long silence is no word from its owner.
    """
    if number.flaw in {Flaw.DEAD, Flaw.LANDLINE}:
        unflag(number, actor=audit.SYSTEM)
    if not number.is_idle and (number.heard_at is None or number.heard_at < at - HEARD_TO):
        number.heard_at = at
        number.save(update_fields=["heard_at"])


@transaction.atomic
def verify(number: PhoneNumber, *, actor: str) -> None:
    """Its holder has said that it is theirs: what waited for that goes now. Written down where it was in doubt."""
    was_sure = number.is_sure and number.flaw != Flaw.WRONG
    number.verified_at = timezone.now()
    if number.flaw == Flaw.WRONG:
        number.flaw, number.flaw_at = "", None
    number.save(update_fields=["verified_at", "flaw", "flaw_at"])
    if not was_sure:
        hurry(number)
        audit.record(actor=actor, action="number verified", subject=number.actor)


def hurry(number: PhoneNumber) -> int:
    """Let the texts that wait for word about this number be looked at now; how many. Call it in a transaction."""
    queued = OutboundText.objects.filter(number=number, state=OutboundText.State.QUEUED, reason="unverified")
    return queued.update(due_at=timezone.now())


@transaction.atomic
def flag(number: PhoneNumber, flaw: PhoneNumber.Flaw, *, actor: str = audit.SYSTEM) -> None:
    """Nothing is sent there any more. Written down once."""
    if number.flaw != flaw:
        number.flaw, number.flaw_at = flaw, timezone.now()
        if flaw == Flaw.WRONG:
            number.verified_at = None
        number.save(update_fields=["flaw", "flaw_at", "verified_at"])
        audit.record(actor=actor, action="number flagged", subject=number.actor, flaw=str(flaw))


@transaction.atomic
def unflag(number: PhoneNumber, *, actor: str) -> None:
    """It may be sent to again."""
    if number.flaw:
        was, number.flaw, number.flaw_at = number.flaw, "", None
        number.save(update_fields=["flaw", "flaw_at"])
        audit.record(actor=actor, action="number unflagged", subject=number.actor, flaw=was)


def note_error(number: PhoneNumber, code: str) -> None:
    """The provider said `code` of a text to it: flag the number if that is about the number. What a person said of
    it stands.
    """
    flaw = FLAW_BY_CODE.get(code)
    if flaw is not None and not number.flaw:
        flag(number, flaw)


def let_go(number: PhoneNumber) -> None:
    """It is nobody's now. Whoever has it next is asked afresh; that it takes no texts stays true."""
    number.verified_at = number.heard_at = None
    if number.flaw == Flaw.WRONG:
        number.flaw, number.flaw_at = "", None
    number.save(update_fields=["verified_at", "heard_at", "flaw", "flaw_at"])
