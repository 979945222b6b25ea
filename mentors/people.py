"""A participant's numbers, as their lead sees them: what is known of each, and never more than its end."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.limits import TooMany, count
from core.policies import Audience, open_to
from mentors import access, actions, contacts, limits
from mentors.forms import SOMEBODY_ELSES, NumberForm
from mentors.models import ContactNumber, Participant
from mentors.views import say_wait
from partners.access import member
from sms.access import for_reading
from sms.actions import find_or_add
from sms.models import PhoneNumber

FLAWS = {
    PhoneNumber.Flaw.LANDLINE: gettext_lazy("It is a landline, or takes no texts."),
    PhoneNumber.Flaw.DEAD: gettext_lazy("The phone company says nobody can be reached there."),
    PhoneNumber.Flaw.WRONG: gettext_lazy("Somebody on that phone said it is not theirs."),
}


@dataclass(frozen=True)
class Row:
    """A number on the page. `end`: its last three digits. `mood` is the tag's: good, heed or alarm."""

    contact: ContactNumber
    end: str
    mood: str
    tag: str
    state: str

    @property
    def can_be_used(self) -> bool:
        number = self.contact.number
        return number.verified_at is not None and not number.flaw and not self.contact.takes_texts

    @property
    def can_be_checked(self) -> bool:
        """Asking may help: it is not sure, and no question waits for an answer."""
        number = self.contact.number
        return bool(number.flaw) or not (number.is_sure or self.contact.is_asked or number.is_stopped)


@open_to(Audience.STAFF)
@require_safe
def person(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Their numbers. `?part=1`: the list alone, for a live page."""
    participant = access.participant_for_lead(member(request), participant_id)
    if "part" in request.GET:
        return render(request, "lead/numbers.html", _context(participant))
    return _page(request, participant, NumberForm(country=participant.programme.country))


def _page(request: HttpRequest, participant: Participant, form: NumberForm, status: int = 200) -> HttpResponse:
    return render(request, "lead/person.html", _context(participant) | {"form": form}, status=status)


def _context(participant: Participant) -> dict[str, object]:
    return {"participant": participant, "numbers": [_row(contact) for contact in access.numbers_of(participant)]}


def _row(contact: ContactNumber) -> Row:
    mood, tag, state = _state(contact)
    return Row(contact, for_reading(contact.number)[-3:], mood, tag, state)


def _state(contact: ContactNumber) -> tuple[str, str, str]:
    """How much is known of a number: the mood and the words of its tag, and a sentence."""
    number = contact.number
    if number.flaw:
        tag = _("Not theirs") if number.flaw == PhoneNumber.Flaw.WRONG else _("Does not work")
        return "alarm", tag, str(FLAWS[PhoneNumber.Flaw(number.flaw)])
    if number.is_stopped:
        return "heed", _("Stopped"), _("They sent STOP from it. Nothing goes there until they send START.")
    if number.is_idle:
        return "heed", _("Quiet"), f"{_quiet_words(number)} {_asked_words(contact)}".strip()
    if number.verified_at is not None:
        return "good", _("Checked"), _("They said yes on %(date)s.") % {"date": _day(number.verified_at)}
    asked = _asked_words(contact) or _("They are asked before the first text goes there.")
    return "heed", _("Not checked yet"), asked


def _quiet_words(number: PhoneNumber) -> str:
    last = max(filter(None, (number.verified_at, number.heard_at)))
    days = (timezone.now() - last).days
    words = ngettext("Quiet for %(n)d day.", "Quiet for %(n)d days.", days) % {"n": days}
    return f"{words} {_('They are asked again before the next text goes there.')}"


def _asked_words(contact: ContactNumber) -> str:
    if not contact.is_asked:
        return ""
    return _("We asked on %(date)s. No answer yet.") % {"date": _day(contact.asked_at)}


def _day(at: object) -> str:
    return date_format(timezone.localtime(at), "j F Y")  # type: ignore[arg-type]


@open_to(Audience.STAFF)
@require_POST
def add_number(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """One more number of theirs. A refused one stays in its box, with the reason."""
    participant = access.participant_for_lead(member(request), participant_id)
    form = NumberForm(request.POST, country=participant.programme.country)
    if not form.is_valid() or not _add(request, participant, form):
        return _page(request, participant, form, status=422)
    if participant.texts_are_safe:
        messages.success(request, _("The number is added. We ask whoever holds it if it is theirs."))
    else:
        messages.warning(request, _("The number is added. Nobody was asked: texts are not safe for them."))
    return redirect("mentors:person", participant.id)


def _add(request: HttpRequest, participant: Participant, form: NumberForm) -> bool:
    """Whether it was added; if not, the form says why, and not whose it is."""
    user = member(request)
    try:
        count(limits.NUMBER_BY_LEAD, str(user.id))
        phone = find_or_add(form.cleaned_data["number"])
        contacts.add_number(by=user, participant=participant, phone=phone, label=form.cleaned_data["label"])
    except TooMany as error:
        form.add_error("number", say_wait(error))
    except contacts.AlreadyTheirs:
        form.add_error("number", _("They have this number already."))
    except actions.AlreadyKnown:
        actions.note_known_number(by=user, phone=phone)
        form.add_error("number", str(SOMEBODY_ELSES))
    return form.is_valid()


@open_to(Audience.STAFF)
@require_POST
def check(request: HttpRequest, participant_id: UUID, contact_id: UUID) -> HttpResponse:
    """Ask whoever holds it if it is theirs."""
    user = member(request)
    contact = access.number_for_lead(user, participant_id, contact_id)
    contacts.check_number(by=user, contact=contact)
    if contact.number.is_sure:
        messages.success(request, _("Texts go there again."))
    elif contact.participant.texts_are_safe:
        messages.success(request, _("We ask now, or as soon as texts are welcome there."))
    else:
        messages.warning(request, _("Nobody was asked: texts are not safe for them."))
    return redirect("mentors:person", participant_id)


@open_to(Audience.STAFF)
@require_POST
def use(request: HttpRequest, participant_id: UUID, contact_id: UUID) -> HttpResponse:
    """Texts to them go here from now on."""
    user = member(request)
    contact = access.number_for_lead(user, participant_id, contact_id)
    try:
        contacts.send_texts_here(by=user, contact=contact)
    except contacts.NotYetSure:
        messages.error(request, _("Texts were not moved. Somebody must say yes on that phone first."))
    else:
        messages.success(request, _("Texts go to this number now."))
    return redirect("mentors:person", participant_id)


@open_to(Audience.STAFF)
@require_POST
def take_away(request: HttpRequest, participant_id: UUID, contact_id: UUID) -> HttpResponse:
    """It is not theirs any more."""
    user = member(request)
    contact = access.number_for_lead(user, participant_id, contact_id)
    try:
        contacts.take_number_away(by=user, contact=contact)
    except contacts.TextsGoHere:
        messages.error(request, _("Their texts go to this number. Send them to another first."))
    else:
        messages.success(request, _("The number is taken away. A text from it does not reach them any more."))
    return redirect("mentors:person", participant_id)
