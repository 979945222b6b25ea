"""What people fill in around a conversation."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from mentors.models import Participant
from messaging.models import CheckInPlan
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


class PlanForm(forms.Form):
    """When a check-in goes out and what it asks."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
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

    def __init__(self, *args: Any, participant: Participant, plan: CheckInPlan | None, **kwargs: Any) -> None:
        first: dict[str, Any] = {"weekdays": [0], "at": time(10), "questions": ["feeling"], "is_on": True}
        if plan:
            first = {name: getattr(plan, name) for name in first}
        kwargs["initial"] = first
        super().__init__(*args, **kwargs)
        self.participant = participant
        self.fields["at"].help_text = _("%(name)s's own time (%(zone)s).") % {
            "name": participant.name,
            "zone": participant.user.time_zone.replace("_", " "),
        }

        self.fields["questions"].help_text = _("One question a text. The next goes when %(name)s has answered.") % {
            "name": participant.name
        }

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
