"""Reading an answer as people really type it: "4", "four", "4 - bit rough", "pedwar".

A clear answer leads the text. Whatever follows is kept as their words. What could mean two numbers
("3 or 4") is unclear: nobody's feelings are guessed.
"""

import re
import unicodedata
from dataclasses import dataclass

from messaging.questions import CALL, Question

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "un": 1, "dau": 2, "dwy": 2, "tri": 3, "tair": 3, "pedwar": 4, "pedair": 4, "pump": 5,
    "tahi": 1, "rua": 2, "toru": 3, "wha": 4, "rima": 5,
}  # fmt: skip
# YES alone belongs to the carrier (it means START) and never gets here; "yes please" does.
CALL_WORDS = {
    "yes": 1, "yeah": 1, "yep": 1, "yea": 1, "y": 1, "please": 1, "ie": 1, "ydw": 1, "oes": 1, "iawn": 1, "ae": 1,
    "no": 2, "nope": 2, "nah": 2, "n": 2, "na": 2, "nac": 2, "dim": 2, "kao": 2, "kahore": 2,
}  # fmt: skip
FILLERS = frozenset(
    {"a", "about", "i", "m", "im", "am", "it", "s", "its", "is", "feeling", "today", "maybe", "probably"}
)
# "4 or 5", "3 to 4", "3-4", "4.5": two numbers.
TWO_NUMBERS = re.compile(r"(or|to|neu|ranei|and|[-/])?\s*(\d+|" + "|".join(NUMBER_WORDS) + r")\b")
OUT_OF_FIVE = re.compile(r"\s*(/|out of|allan o)\s*(5|five|pump)\b")


@dataclass(frozen=True)
class Answer:
    """A clear answer, and what else they wrote with it."""

    value: int
    rest: str


def read(words: str, question: Question) -> Answer | None:
    """What `words` answer to `question`; None when that is not clear."""
    text = _folded(words)
    first = next((match for match in re.finditer(r"\w+", text) if match[0] not in FILLERS), None)
    value = _value(first[0], question) if first else None
    if first is None or value is None:
        return None
    end = first.end()
    if question is not CALL and (scale := OUT_OF_FIVE.match(text, end)):
        end = scale.end()
    if TWO_NUMBERS.match(text[end:].strip(" .,!")):
        return None
    return Answer(value, words[end:].strip(" \t\n-–—:;,.!/"))


def _value(token: str, question: Question) -> int | None:
    known = {**NUMBER_WORDS, **(CALL_WORDS if question is CALL else {})}
    value = int(token) if token.isdecimal() and len(token) == 1 else known.get(token)
    return value if value in question.scale else None


def _folded(words: str) -> str:
    """Lower case without accents or apostrophes, one character for each typed, so positions stay."""
    plain = (unicodedata.normalize("NFD", char)[0].lower()[0] for char in words)
    return "".join(" " if char in "'’" else char for char in plain)
