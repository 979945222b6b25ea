"""Phone numbers: parsed by phonenumbers, sealed, found by a keyed blind index."""

import phonenumbers
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.keyring import blind_index
from core.sealing import new_data_key, seal, shown, unseal
from sms.models import PhoneNumber


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


def note_error(number: PhoneNumber, code: str) -> None:
    """What a provider's error says of the number itself."""
