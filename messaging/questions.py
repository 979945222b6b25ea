"""What a check-in can ask. Each question has a scale; the numbers are those of the text.

Beside each scale stand the words that people type for its steps, in all three languages at once: people mix them,
and a phone changes hands. They are the scale's own words and their spellings, no more: "fine" is on no scale here,
so nobody decides which number it is. Lower case, without accents and apostrophes (messaging.answers folds both).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.wording import Texts
from messaging import wording

# What may stand before a step of a scale, once: "v strong", "quite strong".
VERY = ("very", "really", "rly", "v", "proper", "so")
RATHER = ("quite", "pretty", "fairly")


@dataclass(frozen=True)
class Question:
    """A question: its name on a champion's screen, its text, what each number means and how people say it.

    `asked` is the question on the web page, with %(name)s and %(champion)s. `labels` name it in an answer
    to several questions at once ("mood 4 cravings 2").
    """

    key: str
    name: Promise
    text: Texts
    again: Texts
    asked: Promise
    scale: Mapping[int, Promise]
    said: Mapping[int, tuple[str, ...]]
    labels: tuple[str, ...]

    def word(self, value: int) -> str:
        return str(self.scale[value])


def _with(before: tuple[str, ...], *words: str) -> tuple[str, ...]:
    """Each of `words` behind each of `before`: "very low", "really low"."""
    return tuple(f"{one} {word}".strip() for one in before for word in words)


FEELING = Question(
    "feeling",
    _("Feeling"),
    wording.ASK_FEELING,
    wording.AGAIN_FEELING,
    _("How are you today, %(name)s?"),
    {5: _("Really good"), 4: _("All right"), 3: _("Up and down"), 2: _("Low"), 1: _("Really low")},
    {
        5: (*_with(VERY, "good"), "da iawn", *_with(("", "kei te", "he"), "tino pai")),
        4: (
            *("all right", "alright", "allright", "alrite", "all rite", "aight", "doing all right", "doing alright"),
            *("dwin iawn", "rwyn iawn", "win iawn", "kei te pai", "kei te pai au"),
        ),
        3: (
            *("up and down", "up n down", "up down", "ups and downs", "bit up and down"),
            *("i fyny ac i lawr", "fyny a lawr", "lan a lawr", "piki me te heke", "piki heke", "pikipiki hekeheke"),
        ),
        2: ("low", *_with(RATHER, "low"), "bit low", "isel", "eitha isel", *_with(("", "kei te", "he"), "pouri")),
        1: (*_with(VERY, "low"), "isel iawn", "isel ofnadwy", *_with(("", "kei te", "he"), "tino pouri", "pouri rawa")),
    },
    ("feeling", "feel", "feelings", "mood", "teimlo", "teimlad", "hwyliau", "kare a roto"),
)
CRAVINGS = Question(
    "cravings",
    _("Cravings"),
    wording.ASK_CRAVINGS,
    wording.AGAIN_CRAVINGS,
    _("How strong has the pull been since last time?"),
    {
        1: pgettext_lazy("cravings", "None"),
        2: _("A bit"),
        3: _("Some"),
        4: _("Strong"),
        5: _("Very strong"),
    },
    {
        1: (
            *("none", "none at all", "not at all", "nothing", "nothing at all", "no pull", "no cravings", "no urges"),
            *("nil", "zero", "dim", "dim o gwbl", "dim byd", "dim tynfa", "kaore", "kahore", "kaore he hiahia"),
        ),
        2: (
            *("bit", "little", "little bit", "wee bit", "tiny bit", "slight", "slightly"),
            *("tipyn bach", "ychydig", "ychydig bach", "tamaid bach", "iti", "he iti", "iti noa", "iti noa iho"),
        ),
        3: ("some", "rhywfaint", "peth", "he ahua", "ahua kaha", "he ahua kaha"),
        4: ("strong", *_with(RATHER, "strong"), "cryf", "eitha cryf", "eithaf cryf", "kaha", "he kaha"),
        5: (*_with(VERY, "strong"), "cryf iawn", "cryf ofnadwy", "tino kaha", "he tino kaha", "kaha rawa"),
    },
    ("craving", "cravings", "cravin", "cravins", "pull", "urge", "urges", "tynfa", "hiahia"),
)
CALL = Question(
    "call",
    _("Wants a call"),
    wording.ASK_CALL,
    wording.AGAIN_CALL,
    _("Do you want a call from %(champion)s?"),
    {1: pgettext_lazy("call", "Yes"), 2: _("Not today")},
    {
        1: (
            *(
                "yes",
                "yeah",
                "yep",
                "yea",
                "y",
                "ok",
                "okay",
                "sure",
                "call me",
                "ring me",
                "yes call me",
                "yes ring me",
            ),
            *("ie", "ydw", "oes", "iawn", "ae", "waea mai", "ae waea mai"),
        ),
        2: (
            *("no", "nope", "nah", "n", "na", "not today", "no not today", "no call", "no need", "dont call"),
            *("dont call me", "dont ring me", "nac oes", "nac ydw", "nac", "dim", "dim heddiw", "dim diolch"),
            *("kao", "kahore", "kaore", "kaua i tenei ra"),
        ),
    },
    ("call", "ring", "galwad", "waea"),
)
QUESTIONS = {question.key: question for question in (FEELING, CRAVINGS, CALL)}
