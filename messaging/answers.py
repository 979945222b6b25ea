"""Reading an answer as people really type it: "4", "four", "4 - bit rough", "bit rough - 4", "pedwar", "really low",
"mood 4 cravings 2".

Nobody's feelings or wishes are guessed. What counts is a number that surely is the answer, the scale's own words as
the whole text, or numbers with their labels. A text that holds two numbers is no answer unless both are labelled. All
else is unclear: it is asked about once, and the words are kept for the champion.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from messaging.questions import CALL, FEELING, QUESTIONS, Question
from messaging.vocabulary import (
    AMOUNTS,
    AROUND,
    COUNTS,
    ELSEWHERE,
    EVERYDAY,
    FILLERS,
    MOODS,
    NOT_THIS,
    NUMBER_WORDS,
    OF_ME,
    OTHER_NUMBERS,
    OUT_OF_FIVE,
    PAUSE,
    POLITE,
    SOUNDS,
)


@dataclass(frozen=True)
class Answer:
    """A clear answer, and what else they wrote with it."""

    value: int
    rest: str


@dataclass(frozen=True)
class Reading:
    """What a text answers, by question, and the words to keep beside it."""

    values: dict[str, int] = field(default_factory=dict)
    rest: str = ""


@dataclass(frozen=True)
class _Text:
    """What they typed, and the same folded: `at[n]` is where the folded character n stands in it."""

    typed: str
    plain: str
    at: tuple[int, ...]

    def cut(self, start: int, end: int) -> "_Text":
        """The part between two places of the folded text."""
        first = self.at[start] if start < len(self.at) else len(self.typed)
        last = self.at[end] if end < len(self.at) else len(self.typed)
        return _Text(self.typed[first:last], self.plain[start:end], tuple(at - first for at in self.at[start:end]))

    def rest(self, start: int, end: int) -> str:
        """What was typed between two places, without what only joined it to the answer."""
        words = self.cut(start, end).typed.strip(" \t\r\n-–—:;,.!/=\u200d\ufe0f\u20e3")
        return "" if all(unicodedata.category(char)[0] in "PZC" for char in words) else words


def read(words: str, question: Question) -> Answer | None:
    """What `words` answer to `question`; None when that is not clear."""
    return _read(_folded(words), question)


def read_all(words: str, question: Question, left: Sequence[str]) -> Reading | None:
    """What `words` answer of a check-in that waits for an answer to `question` and has the questions `left` (keys).

    Labels answer several at once, in any order. What a label names that is not left is no answer to anything: the
    words are then kept whole. None when nothing is clear.
    """
    text = _folded(words)
    if (value := _worded(text, question)) is not None:
        return Reading({question.key: value})
    labelled = _labelled(text)
    if labelled is None:
        answer = _read(text, question)
        return Reading({question.key: answer.value}, answer.rest) if answer else None
    values = {key: answer.value for key, answer in labelled.items() if key in left}
    rests = " ".join(filter(None, (answer.rest for answer in labelled.values())))
    return Reading(values, rests if len(values) == len(labelled) else words) if values else None


def _read(text: _Text, question: Question) -> Answer | None:
    if (value := _worded(text, question)) is not None:
        return Answer(value, "")
    if question is CALL:
        return _chosen(text)
    found = _only_number(text.plain)
    if found is None or (value := _number(found[0], question)) is None:
        return None
    return _leading(text, found, value, question) or _trailing(text, found, value)


def _worded(text: _Text, question: Question) -> int | None:
    """The step whose words are the whole text: "really low mate". A question mark asks something back."""
    if "?" in text.plain:
        return None
    return _phrases(question.key).get(_core(text.plain, question.key))


@cache
def _phrases(key: str) -> dict[tuple[str, ...], int]:
    found = {_core(phrase, key): value for value, phrases in QUESTIONS[key].said.items() for phrase in phrases}
    return {core: value for core, value in found.items() if core}


def _core(plain: str, key: str) -> tuple[str, ...]:
    """The words without manners and fillers around them; what stands between others stays."""
    around = AROUND | OF_ME if key == FEELING.key else AROUND
    words = re.findall(r"\w+", plain)
    while words and words[0] in around:
        words = words[1:]
    while words and words[-1] in around:
        words = words[:-1]
    return tuple(words)


def _chosen(text: _Text) -> Answer | None:
    """1 for yes and 2 for no, and nothing but manners beside it: "please leave me alone" is no yes."""
    said = {word for word in re.findall(r"\w+", text.plain) if word not in POLITE}
    for value, phrases in CALL.said.items():
        alone = {str(value), *(word for word, number in NUMBER_WORDS.items() if number == value), *phrases}
        if said and said <= alone:
            return Answer(value, "")
    return None


def _only_number(plain: str) -> re.Match[str] | None:
    """The one number of a text; None where there is none, or a second one. "4 out of 5" and "4/5" are one."""
    if any(char.isnumeric() and not char.isdecimal() for char in plain):
        return None
    found = [match for match in re.finditer(r"\d+|[^\W\d_]+", plain) if _is_number(match[0])]
    sure = [match for match in found if match[0] not in EVERYDAY or _is_clause(plain, match)] or found[:1]
    if len(sure) == 2 and (scale := OUT_OF_FIVE.match(plain, sure[0].end())) and scale.end() == sure[1].end():
        return sure[0]
    return sure[0] if len(sure) == 1 else None


def _is_clause(plain: str, found: re.Match[str]) -> bool:
    """Whether nothing but pauses stands round it: "one" is a number in "one, 4", and a word in "day one, 4"."""
    return bool(re.search(r"(^|[^\w\s])\s*\Z", plain[: found.start()])) and bool(
        re.match(r"\s*([^\w\s]|\Z)", plain[found.end() :])
    )


def _is_number(word: str) -> bool:
    return word.isdecimal() or word in NUMBER_WORDS or word in OTHER_NUMBERS


def _number(found: str, question: Question) -> int | None:
    value = int(found) if found.isdecimal() and len(found) == 1 else NUMBER_WORDS.get(found)
    return value if value in question.scale else None


def _leading(text: _Text, found: re.Match[str], value: int, question: Question) -> Answer | None:
    """A number at the head of the text: "4", "its a 4", "4 - bit rough", "4 out of 5 today"."""
    plain, end = text.plain, found.end()
    before = re.findall(r"\w+", plain[: found.start()])
    if any(word not in FILLERS for word in before) or not _is_apart(plain, found) or (before and "?" in plain):
        return None
    if scale := OUT_OF_FIVE.match(plain, end):
        end = scale.end()
    after = plain[end:]
    if COUNTS.match(after) or _names_another(after, question) or (value in SOUNDS and SOUNDS[value].match(after)):
        return None
    if found[0].isalpha() and not _stands_alone(after):
        return None
    return Answer(value, text.rest(end, len(plain)))


def _trailing(text: _Text, found: re.Match[str], value: int) -> Answer | None:
    """A number at the end, where it surely is the answer: "bit rough - 4", "rough day, its a 4", "bit rough 4"."""
    plain, end = text.plain, found.end()
    if scale := OUT_OF_FIVE.match(plain, end):
        end = scale.end()
    before = plain[: found.start()]
    if found[0] in EVERYDAY or not _is_apart(plain, found) or not _only_manners(plain[end:]):
        return None
    if "?" in plain or _speaks_of_else(before) or not _leads_to_number(before, in_digits=found[0].isdecimal()):
        return None
    return Answer(value, text.rest(0, found.start()))


def _speaks_of_else(before: str) -> bool:
    words = re.findall(r"\w+", before)
    last = next((word for word in reversed(words) if word not in FILLERS), "")
    return bool(ELSEWHERE & set(words)) or last in NOT_THIS or bool(re.search(rf"\b({AMOUNTS})\b", before))


def _leads_to_number(before: str, *, in_digits: bool) -> bool:
    """Whether a pause, but for fillers behind it, or a word of mood stands before the number."""
    head = before.rstrip()
    while (last := re.search(r"\w+\Z", head)) and last[0] in FILLERS:
        head = head[: last.start()].rstrip()
    if "\n" in before[len(head) :] or PAUSE.match(head[-1:]):
        return True
    return in_digits and last is not None and last[0] in MOODS and head == before.rstrip()


def _is_apart(plain: str, found: re.Match[str]) -> bool:
    """Whether the number is a word of its own: in "2nite" and "£4" it is not."""
    before, after = plain[: found.start()], plain[found.end() :]
    return not re.search(r"[\w£$€#@]\Z", before) and not re.match(r"[\w%£$€]", after)


def _stands_alone(after: str) -> bool:
    """A number in letters counts where a pause or politeness follows: "four - bit rough", "pump diolch"."""
    return bool(re.match(r"\s*([^\w\s]|\Z)", after)) or _only_manners(after)


def _only_manners(after: str) -> bool:
    return all(word in POLITE for word in re.findall(r"\w+", after))


def _names_another(after: str, question: Question) -> bool:
    """Whether the number was for another question: "4 cravings" says nothing of how they feel."""
    others = [label for other in QUESTIONS.values() if other is not question for label in other.labels]
    return bool(re.match(rf"\s*({'|'.join(others)})\b", after))


def _labelled(text: _Text) -> dict[str, Answer] | None:
    """What stands behind each label, if the text begins with one and each is clear: "mood 4 cravings 2"."""
    marks = list(_label_pattern().finditer(text.plain))
    if not marks or not _only_fillers(text.plain[: marks[0].start()]):
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text.plain)]
    found: dict[str, Answer] = {}
    for mark, end in zip(marks, ends, strict=True):
        key = _key_of(mark[1])
        answer = _read(text.cut(mark.end(), end), QUESTIONS[key])
        if answer is None or key in found:
            return None
        found[key] = answer
    return found


def _only_fillers(before: str) -> bool:
    return all(word in FILLERS | POLITE | {"my", "fy", "taku"} for word in re.findall(r"\w+", before))


@cache
def _label_pattern() -> re.Pattern[str]:
    labels = sorted((label for question in QUESTIONS.values() for label in question.labels), key=len, reverse=True)
    # What joins a label to its answer: "mood: 4", "cravings = 2", "and call no".
    return re.compile(
        rf"(?:(?:\band|\ba|\bme|&) +(?:the +|y +|te +)?)?\b({'|'.join(labels)})\b(?: *(?:[:=-]|is\b|was\b|are\b))?"
    )


@cache
def _key_of(label: str) -> str:
    return next(question.key for question in QUESTIONS.values() if label in question.labels)


def _folded(words: str) -> _Text:
    """Lower case without accents, apostrophes or invisible signs; digits of any script as 0 to 9."""
    folded = [(char, at) for at, typed in enumerate(words) for char in _plain(typed)]
    return _Text(words, "".join(char for char, _ in folded), tuple(at for _, at in folded))


def _plain(char: str) -> str:
    """One character as it counts; "" for none: an accent, an apostrophe, the frame of a keycap."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in "'’‘`´ʼʻ" or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return ""
    return unicodedata.normalize("NFD", char)[0].lower()[:1]
