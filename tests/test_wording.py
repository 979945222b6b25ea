"""Every text, in every language: what it must not name, what it may cost, how hard it is to read."""

import re
import string

import pytest
import textstat

import accounts.wording  # noqa: F401  (each registers its texts)
import messaging.wording
import sms.wording  # noqa: F401
from core.wording import ALL_TEXTS, LANGUAGES, Texts
from messaging.questions import QUESTIONS
from sms.keywords import RESERVED
from sms.segments import fit

# As long as names get: budgets are for real people.
VALUES = {
    "name": "Christopher",
    "champion": "Maximiliana",
    "emergency": "999",
    "line": "116 123",
    "lines": "Call 999. Call 116 123. Text SHOUT to 85258.",
    "code": "482 913",
    "day": "Wednesday 30 September",
    "time": "10.30am",
    "url": "https://handrail.example/stories/the-long-way-round/",
    "question": "How are you? Reply 1 to 5. 5 is really good, 1 is really low. Maximiliana sees your answers.",
}
NAMES_NOTHING = re.compile(
    r"\b(probation|police|prison|court|offend\w*|drug\w*|heroin|crack|cannabis|weed|alcohol|rehab|recovery|addict\w*|"
    r"clean|relapse|treatment|handrail|prawf|heddlu|carchar|cyffur\w*|pirihimana|whare herehere|tarukino|waipiro)\b",
    re.IGNORECASE,
)
CASES = [(text, language) for text in ALL_TEXTS.values() for language in LANGUAGES]
IDS = [f"{text.name} ({language})" for text, language in CASES]


def _filled(text: Texts, language: str) -> str:
    return text.say(language, **VALUES)


@pytest.mark.parametrize(("text", "language"), CASES, ids=IDS)
def test_no_text_names_an_agency_or_a_drug(text: Texts, language: str) -> None:
    assert not NAMES_NOTHING.search(text.by_language[language])


@pytest.mark.parametrize(("text", "language"), CASES, ids=IDS)
def test_every_language_says_the_same_things(text: Texts, language: str) -> None:
    assert _placeholders(text, language) == _placeholders(text, "en-gb")


def _placeholders(text: Texts, language: str) -> set[str]:
    found = {name for _, name, _, _ in string.Formatter().parse(text.by_language[language]) if name}
    # An emergency number may be named outright.
    return found - {"emergency"}


@pytest.mark.parametrize(("text", "language"), CASES, ids=IDS)
def test_no_text_asks_for_a_word_that_is_the_carriers(text: Texts, language: str) -> None:
    words = set(re.findall(r"[A-Z]{2,}", text.by_language[language]))
    assert not words & RESERVED


@pytest.mark.parametrize(("text", "language"), CASES, ids=IDS)
def test_a_text_fits_its_budget(text: Texts, language: str) -> None:
    """English in GSM-7: one or two parts. Macrons and accents force 70 characters: up to five are accepted."""
    cost = fit(_filled(text, language))
    assert cost.segments <= (2 if language == "en-gb" else 5)


def test_english_stays_in_the_cheap_alphabet() -> None:
    for text in ALL_TEXTS.values():
        words = _filled(text, "en-gb")
        assert fit(words).segments == -(-len(words) // 153) or len(words) <= 160, text.name


def test_a_participant_can_read_it() -> None:
    """LIX at most 25 over all texts together: a text alone is too short to measure."""
    words = " ".join(_filled(text, "en-gb") for text in ALL_TEXTS.values())
    plain = re.sub(r"https?://\S+|\d[\d ]*", "", words)
    assert textstat.lix(plain) <= 25


def test_every_question_has_its_texts_and_a_word_for_each_number() -> None:
    for question in QUESTIONS.values():
        assert question.text in ALL_TEXTS.values()
        assert question.again in ALL_TEXTS.values()
        assert all(question.word(value) for value in question.scale)


def test_the_first_question_says_who_will_see_the_answer() -> None:
    assert "{champion} will see your answers" in messaging.wording.ASK_FEELING.by_language["en-gb"]
