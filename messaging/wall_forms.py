"""A day and a time on the participant's own clock: for a message that goes later, and for an appointment."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from mentors.models import Participant
from messaging import appointments, later


class WallForm(forms.Form):
    """Asks for a day and a time where the participant is; `moment` is then the same in UTC."""

    furthest = timedelta(0)
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
    )
    at = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")
    )

    def __init__(self, *args: Any, participant: Participant, moment: datetime | None = None, **kwargs: Any) -> None:
        if moment:
            local = moment.astimezone(participant.zone)
            kwargs["initial"] = {"day": local.date(), "at": local.time()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.participant = participant
        self._say_whose_time()

    def _say_whose_time(self) -> None:
        now = timezone.now().astimezone(self.participant.zone)
        self.fields["at"].help_text = _("%(name)s’s own time. It is %(now)s there.") % {
            "name": self.participant.name,
            "now": f"{now:%H:%M}",
        }
        limits = {"min": f"{now:%Y-%m-%d}", "max": f"{now + self.furthest:%Y-%m-%d}"}
        self.fields["day"].widget.attrs |= limits

    def clean_day(self) -> date:
        """Far-off years are refused here: some of them no clock can show."""
        day: date = self.cleaned_data["day"]
        today = timezone.now().astimezone(self.participant.zone).date()
        if day < today:
            raise forms.ValidationError(_("That day is over. Choose another."))
        if day > today + self.furthest:
            raise forms.ValidationError(_("That is too far ahead. Choose an earlier day."))
        return day

    @property
    def moment(self) -> datetime:
        """The moment (UTC) that was chosen. Only for a form that is valid so far."""
        at: time = self.cleaned_data["at"]
        return clock.moment(self.cleaned_data["day"], at, self.participant.zone)

    def clean(self) -> None:
        if not self.errors.keys() & {"day", "at"}:
            self.check_moment()

    def check_moment(self) -> None:
        """Add an error where the moment will not do."""


class LaterForm(WallForm):
    """Words, and when they go."""

    furthest = later.FURTHEST
    body = forms.CharField(
        label=_("Your message"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4, "dir": "auto"}),
    )
    client_id = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["body", "day", "at"]

    def check_moment(self) -> None:
        try:
            later.check_time(self.participant, self.moment)
        except later.NotThen as wrong:
            self.add_error(wrong.field, wrong.words)

    @property
    def written_as(self) -> UUID | None:
        """The client id as our page made it; None for anything else."""
        try:
            return UUID(self.cleaned_data["client_id"])
        except ValueError:
            return None


class AppointmentForm(WallForm):
    """When somebody is expected. There is no field for where, or for what: the text says neither."""

    furthest = appointments.FURTHEST

    def check_moment(self) -> None:
        if self.moment <= timezone.now():
            self.add_error("at", _("That time has passed. Choose a later one."))
