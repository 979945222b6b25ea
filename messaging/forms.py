"""What people fill in around a conversation."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from messaging import days_off, schedules
from messaging.models import CheckInPlan, Conversation
from messaging.questions import QUESTIONS

DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
HOW_OFTEN = [
    (1, _("Every week")),
    (2, _("Every 2 weeks")),
    (3, _("Every 3 weeks")),
    (4, _("Every 4 weeks")),
    (6, _("Every 6 weeks")),
    (8, _("Every 8 weeks")),
]
ON_HOLIDAYS = [
    (CheckInPlan.OnHolidays.SEND, _("Send it as always")),
    (CheckInPlan.OnHolidays.SKIP, _("Send nothing that day")),
]
# A day further off is a slip of the finger.
FURTHEST = timedelta(days=366)
# A browser without a calendar has people type; no language of ours writes the month first.
WRITTEN = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y"]
NO_DAY = {"invalid": _("Write a day, like 07/12/2026.")}


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=WRITTEN,
        error_messages=NO_DAY,
        widget=widget,
    )


class PlanForm(forms.Form):
    """When a check-in goes out and what it asks. `cleaned_data` is what `actions.set_plan` takes. What is left out
    stays as it is.
    """

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    every_weeks = forms.TypedChoiceField(
        label=_("How often"),
        choices=HOW_OFTEN,
        coerce=int,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    at = forms.TimeField(
        label=_("What time"), widget=forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")
    )
    questions = forms.MultipleChoiceField(
        label=_("What to ask"),
        choices=[(key, question.name) for key, question in QUESTIONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    is_on = forms.BooleanField(label=_("Send check-ins"), required=False)
    paused_until = _day(
        _("Pause until"), _("The last day without a check-in. It starts again by itself the day after.")
    )
    starts_on = _day(_("First day"), _("“Every 2 weeks” counts from the week of this day."))
    ends_on = _day(_("Last day"), _("Leave it empty to go on without an end."))
    on_holidays = forms.ChoiceField(
        label=_("On public holidays"),
        choices=ON_HOLIDAYS,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )

    RARE = ["paused_until", "starts_on", "ends_on", "on_holidays"]

    def __init__(self, *args: Any, conversation: Conversation, plan: CheckInPlan | None, **kwargs: Any) -> None:
        self.conversation = conversation
        self.participant = conversation.pairing.participant
        self.today = schedules.today(conversation)
        kwargs["initial"] = self._first(plan)
        super().__init__(*args, **kwargs)
        self._say_whose_time()
        self._say_whose_holidays()

    def _first(self, plan: CheckInPlan | None) -> dict[str, Any]:
        """What the form shows before somebody changes it. A pause that is over is none."""
        first: dict[str, Any] = {
            "weekdays": [0],
            "every_weeks": 1,
            "at": time(10),
            "questions": ["feeling"],
            "is_on": True,
            "paused_until": None,
            "starts_on": self.today,
            "ends_on": None,
            "on_holidays": CheckInPlan.OnHolidays.SEND,
        }
        if plan:
            first = {name: getattr(plan, name) for name in first}
            first["paused_until"] = schedules.pause_of(plan)
        return first

    def _say_whose_time(self) -> None:
        zone = self.participant.user.time_zone.replace("_", " ")
        name = {"name": self.participant.name, "zone": zone}
        self.fields["at"].help_text = _("%(name)s's own time (%(zone)s).") % name
        self.fields["questions"].help_text = _("One question a text. The next goes when %(name)s has answered.") % name

    def _say_whose_holidays(self) -> None:
        place = days_off.place(self.participant)
        if place:
            self.fields["on_holidays"].help_text = _("Public holidays of %(place)s. They are hard days for many.") % {
                "place": place
            }
        else:
            del self.fields["on_holidays"]

    @property
    def rare(self) -> list[forms.BoundField]:
        """The fields that few need, for a part of the form that opens."""
        return [self[name] for name in self.RARE if name in self.fields]

    @property
    def is_rare_open(self) -> bool:
        """Whether that part is open from the start: something in it is wrong, or was chosen."""
        chosen = self["paused_until"].value() or self["ends_on"].value()
        return bool(chosen or any(field.errors for field in self.rare))

    def clean_at(self) -> time:
        at: time = self.cleaned_data["at"]
        start, end = self.participant.texts_from, self.participant.texts_until
        if not clock.is_within(at, start, end):
            raise forms.ValidationError(
                _("%(name)s gets texts from %(start)s to %(end)s. Choose a time between.")
                % {"name": self.participant.name, "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
            )
        return at

    def clean_questions(self) -> list[str]:
        # Always asked in the same order: the answer to the first is what the line is drawn from.
        return [key for key in QUESTIONS if key in self.cleaned_data["questions"]]

    def clean_every_weeks(self) -> int:
        return int(self.cleaned_data["every_weeks"] or self.initial["every_weeks"])

    def clean_on_holidays(self) -> str:
        return str(self.cleaned_data["on_holidays"] or self.initial["on_holidays"])

    def clean_starts_on(self) -> date:
        return self._not_too_far(self.cleaned_data["starts_on"] or self.initial["starts_on"])

    def clean_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["paused_until"]
        if until and until < self.today:
            raise forms.ValidationError(_("That day is over. Choose today or a later day, or leave it empty."))
        return until and self._not_too_far(until)

    def _not_too_far(self, day: date) -> date:
        if day > self.today + FURTHEST:
            raise forms.ValidationError(_("Choose a day within the next year."))
        return day

    def clean(self) -> dict[str, Any]:
        """What the fields say together: an end after the start, and a day between them."""
        data: dict[str, Any] = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day is before the first day. Choose a later one."))
        if not self.errors and data["is_on"] and self._has_no_day(data):
            words = _("No check-in would go out: no chosen day is left before the end. Choose a later last day.")
            self.add_error("ends_on", words)
        return data

    def _has_no_day(self, data: dict[str, Any]) -> bool:
        plan = CheckInPlan(conversation=self.conversation, **data)
        return schedules.next_time(plan, timezone.now()) is None
