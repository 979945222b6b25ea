"""Reading an answer as people really type it: "4", "four", "4 - bit rough", "pedwar".

Nobody's feelings or wishes are guessed. A clear answer leads the text and nothing after it speaks of another
number, or of days and minutes; a yes or no is the whole text. All else is unclear: it is asked about once, and the
words are kept for the champion.
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
YES = frozenset({"yes", "yeah", "yep", "yea", "y", "ok", "okay", "sure", "ie", "ydw", "oes", "iawn", "ae"})
NO = frozenset({"no", "nope", "nah", "n", "na", "nac", "dim", "kao", "kahore"})
# Words that change nothing about a yes, a no or a number.
POLITE = frozenset(
    {"please", "pls", "plz", "thanks", "thank", "you", "ta", "cheers", "mate", "today", "diolch", "plis"}
)
POLITE |= frozenset({"os", "gwelwch", "yn", "dda", "kia", "ora", "koa", "heddiw", "xx", "x"})
FILLERS = frozenset({"a", "about", "i", "m", "im", "am", "it", "s", "its", "is", "feeling", "maybe", "probably"})
# "5 mins late", "4 days clean", "1 more go": a number of something else.
COUNTS = re.compile(
    r"\W*(st|nd|rd|th|more|days?|weeks?|months?|years?|yrs?|hours?|hrs?|mins?|minutes?|secs?|times?|people|quid|pounds?|"
    r"am|pm|o|of|nights?|mornings?|or|to|neu|ranei|question|day|diwrnod|wythnos|mis|awr|munud|ra|wiki|haora|meneti)\b"
)
OUT_OF_FIVE = re.compile(r"\s*(/|out of|allan o)\s*(5|five|pump)\b")
# Any number left in the rest may be the one they mean. "One" is a word of every sentence.
ANOTHER = re.compile(r"\b(\d+|" + "|".join(sorted(NUMBER_WORDS.keys() - {"one", "un"})) + r")\b")


@dataclass(frozen=True)
class Answer:
    """A clear answer, and what else they wrote with it."""

    value: int
    rest: str


def read(words: str, question: Question) -> Answer | None:
    """What `words` answer to `question`; None when that is not clear."""
    text = _folded(words)
    if question is CALL:
        return _yes_or_no(text)
    first = next((match for match in re.finditer(r"\w+", text) if match[0] not in FILLERS), None)
    value = _number(first[0], question) if first else None
    if first is None or value is None:
        return None
    end = first.end()
    if scale := OUT_OF_FIVE.match(text, end):
        end = scale.end()
    after = text[end:]
    if COUNTS.match(after) or ANOTHER.search(after) or (first[0].isalpha() and not _stands_alone(after)):
        return None
    return Answer(value, words[end:].strip(" \t\n-–—:;,.!/"))


def _yes_or_no(text: str) -> Answer | None:
    """Yes is 1 and no is 2, and nothing else may stand beside it: "please leave me alone" is no yes."""
    said = [word for word in re.findall(r"\w+", text) if word not in POLITE]
    if said and all(word in YES or word in {"1", "one"} for word in said):
        return Answer(1, "")
    if said and all(word in NO or word in {"2", "two"} for word in said):
        return Answer(2, "")
    return None


def _number(token: str, question: Question) -> int | None:
    value = int(token) if token.isdecimal() and len(token) == 1 else NUMBER_WORDS.get(token)
    return value if value in question.scale else None


def _stands_alone(after: str) -> bool:
    """A number in letters counts where a pause or politeness follows: "four - bit rough", "pump diolch"."""
    return bool(re.match(r"\s*([^\w\s]|$)", after)) or all(word in POLITE for word in re.findall(r"\w+", after))


def _folded(words: str) -> str:
    """Lower case without accents or apostrophes, one character for each typed, so positions stay."""
    plain = (unicodedata.normalize("NFD", char)[0].lower()[0] for char in words)
    return "".join(" " if char in "'’" else char for char in plain)
