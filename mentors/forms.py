"""What a lead fills in about a referral and a match."""

from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mentors.models import Champion, ContactNumber, Participant
from mentors.querysets import ChampionQuerySet
from partners.access import offices_for_lead, programmes_led_by
from partners.models import Office, Programme
from sms.actions import WrongNumber, parse

ZONES = [("Europe/London", _("United Kingdom")), ("Pacific/Auckland", _("New Zealand"))]
NO_TIME = {"required": _("Write a time, like 09:00."), "invalid": _("Write a time, like 09:00.")}
# Why a number is refused, without a hint whose it is.
SOMEBODY_ELSES = _(
    "Someone here uses this number already, so a text from it could not be told apart. Ask for another number."
)
SAFE = [("yes", _("Yes, they said so")), ("no", _("No, or nobody asked yet"))]


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An office, named with its programme: a lead may run several."""

    def label_from_instance(self, office: Any) -> str:
        return f"{office}, {office.programme}"


def _rows(form: forms.Form, name: str) -> Any:
    """The field that picks a row: which rows depends on who asks."""
    return form.fields[name]


def _wall_clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")


class ReferralForm(forms.Form):
    """Somebody is put forward. `cleaned_data` is what `register_referral` takes, but for `number` (E.164)."""

    name = forms.CharField(
        label=_("First name"),
        help_text=_("What people call them. Never write a surname."),
        error_messages={"required": _("Write their first name.")},
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "autocapitalize": "words"}),
    )
    number = forms.CharField(
        label=_("Mobile number"),
        help_text=_("Their own phone. Their champion never sees this number."),
        error_messages={"required": _("Write their mobile number.")},
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input is-tel", "type": "tel", "autocomplete": "off", "inputmode": "tel"}
        ),
    )
    programme: "forms.ModelChoiceField[Programme]" = forms.ModelChoiceField(
        label=_("Programme"), queryset=None, empty_label=None, widget=forms.Select(attrs={"class": "input"})
    )
    office = OfficeField(
        label=_("Office"),
        help_text=_("Where they meet their officer."),
        queryset=None,
        required=False,
        empty_label=_("Not known yet"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    language = forms.ChoiceField(
        label=_("Language of their texts"), choices=settings.LANGUAGES, widget=forms.Select(attrs={"class": "input"})
    )
    time_zone = forms.ChoiceField(
        label=_("Where their clock is"), choices=ZONES, widget=forms.Select(attrs={"class": "input"})
    )
    reads = forms.ChoiceField(
        label=_("How they read messages"),
        error_messages={"required": _("Choose one.")},
        choices=[
            (Participant.Reads.TEXT, _("As texts, on any phone")),
            (Participant.Reads.WEB, _("On the web, on a smartphone")),
        ],
        widget=forms.RadioSelect,
    )
    texts_are_safe = forms.TypedChoiceField(
        label=_("Are texts safe for them?"),
        help_text=_("Somebody else may read their phone. Ask them first."),
        error_messages={"required": _("Choose one.")},
        choices=SAFE,
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
    )
    texts_from = forms.TimeField(
        label=_("Texts are safe from"),
        help_text=_("On their own clock."),
        error_messages=NO_TIME,
        widget=_wall_clock(),
    )
    texts_until = forms.TimeField(
        label=_("Texts are safe until"),
        help_text=_("The same as “from” means all day."),
        error_messages=NO_TIME,
        widget=_wall_clock(),
    )
    asked_for = forms.CharField(
        label=_("What they asked for"),
        help_text=_("Such as: a woman, evenings. Write nothing about what they did."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lead: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes = programmes_led_by(lead)
        self.programmes = list(programmes)
        first = self.programmes[0]
        self.initial = {
            "programme": first,
            "language": first.language,
            "time_zone": first.time_zone,
            "texts_from": time(9),
            "texts_until": time(20),
        }
        _rows(self, "programme").queryset = programmes
        _rows(self, "office").queryset = offices_for_lead(lead)
        if len(self.programmes) == 1:
            del self.fields["programme"]

    def clean(self) -> dict[str, Any]:
        """What depends on the programme: how a number is read, and which offices there are."""
        data: dict[str, Any] = super().clean() or {}
        if "programme" not in self.fields:
            data["programme"] = self.programmes[0]
        programme: Programme | None = data.get("programme")
        office: Office | None = data.get("office")
        if programme and data.get("number"):
            self._read_number(data, programme)
        if programme and office and office.programme_id != programme.pk:
            self.add_error("office", _("This office is not in that programme. Choose another."))
        return data

    def _read_number(self, data: dict[str, Any], programme: Programme) -> None:
        try:
            data["number"] = parse(data["number"], programme.country)
        except WrongNumber as error:
            self.add_error("number", str(error))


class ChampionForm(forms.Form):
    """Pick one of the champions a referral could go to."""

    champion: "forms.ModelChoiceField[Champion]" = forms.ModelChoiceField(
        label=_("Champion"),
        queryset=None,
        empty_label=_("Choose a champion"),
        error_messages={"required": _("Choose a champion.")},
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, champions: ChampionQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "champion").queryset = champions


class NumberForm(forms.Form):
    """One more number of somebody's. `cleaned_data["number"]` is E.164."""

    number = forms.CharField(
        label=_("Mobile number"),
        help_text=_("We text it and ask if it is theirs."),
        error_messages={"required": _("Write a mobile number.")},
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input is-tel", "type": "tel", "autocomplete": "off", "inputmode": "tel"}
        ),
    )
    label = forms.ChoiceField(
        label=_("Which phone is it?"),
        required=False,
        choices=[("", _("Not known")), *ContactNumber.Label.choices],
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_number(self) -> str:
        try:
            return parse(self.cleaned_data["number"], self.country)
        except WrongNumber as error:
            raise forms.ValidationError(str(error)) from error
