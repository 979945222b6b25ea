"""What a check-in can ask. Each question has a scale; the numbers are those of the text."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.wording import Texts
from messaging import wording


@dataclass(frozen=True)
class Question:
    """A question: its name on a champion's screen, its text, and what each number means."""

    key: str
    name: Promise
    text: Texts
    again: Texts
    scale: Mapping[int, Promise]

    def word(self, value: int) -> str:
        return str(self.scale[value])


FEELING = Question(
    "feeling",
    _("Feeling"),
    wording.ASK_FEELING,
    wording.AGAIN_FEELING,
    {5: _("Really good"), 4: _("All right"), 3: _("Up and down"), 2: _("Low"), 1: _("Really low")},
)
CRAVINGS = Question(
    "cravings",
    _("Cravings"),
    wording.ASK_CRAVINGS,
    wording.AGAIN_CRAVINGS,
    {
        1: pgettext_lazy("cravings", "None"),
        2: _("A bit"),
        3: _("Some"),
        4: _("Strong"),
        5: _("Very strong"),
    },
)
CALL = Question(
    "call",
    _("Wants a call"),
    wording.ASK_CALL,
    wording.AGAIN_CALL,
    {1: pgettext_lazy("call", "Yes"), 2: _("Not today")},
)
QUESTIONS = {question.key: question for question in (FEELING, CRAVINGS, CALL)}
