"""What a simulated handset says of the person who holds it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.access import participant_with
from mentors.models import Pairing, Participant
from partners.models import Membership
from sms.models import PhoneNumber

Role = Membership.Role
ROLES = {
    Role.LEAD: gettext_lazy("Programme lead"),
    Role.SAFEGUARDING: gettext_lazy("Safeguarding lead"),
    Role.CHAMPION: gettext_lazy("Champion"),
    Role.OFFICER: gettext_lazy("Supervising officer"),
    Role.KEY_WORKER: gettext_lazy("Key worker"),
    Role.POLICE: gettext_lazy("Police"),
}


def describe(number: PhoneNumber) -> dict[str, str]:
    """A line about the person with this number and, where it is an old one, the kind of phone."""
    person = participant_with(number)
    if person is None:
        return _of_staff(number)
    if person.user.phone_id != number.id:
        return {"name": _("%(name)s, another phone") % {"name": person.name}, "line": _("No texts go here just now.")}
    champion = _champion_of(person)
    beside = " " + _("Champion: %(name)s.") % {"name": champion} if champion else ""
    if person.reads == Participant.Reads.WEB:
        return {"line": _("Smartphone, signs in.") + beside}
    return {"line": _("Old phone, texts only.") + beside, "kind": "old"}


def _of_staff(number: PhoneNumber) -> dict[str, str]:
    role = Membership.objects.filter(user__phone=number, ended_at=None).select_related("programme").first()
    if role is None:
        return {}
    return {"line": f"{ROLES[Role(role.role)]}, {role.programme}."}


def _champion_of(person: Participant) -> str:
    active = Pairing.objects.filter(participant=person, status=Pairing.Status.ACTIVE)
    pairing = active.select_related("champion__user").first()
    return pairing.champion.name if pairing else ""
