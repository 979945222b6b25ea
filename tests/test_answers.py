"""Answers as people really type them, in three languages."""

import string
import unicodedata
from collections.abc import Callable

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from core import wording as core_wording
from core.wording import ALL_TEXTS, Texts
from messaging.answers import Answer, Reading, read, read_all
from messaging.questions import CALL, CRAVINGS, FEELING, QUESTIONS, Question
from messaging.vocabulary import NUMBER_WORDS
from sms.keywords import RESERVED

ALL = ["feeling", "cravings", "call"]
WORDS_OF_NUMBERS = sorted(set(NUMBER_WORDS) - {"one", "un"})


@pytest.mark.parametrize(
    ("typed", "value", "rest"),
    [
        ("4", 4, ""),
        (" 4. ", 4, ""),
        ("four", 4, ""),
        ("Four!", 4, ""),
        ("FOUR", 4, ""),
        ("4!!", 4, ""),
        ("4️⃣", 4, ""),
        ("4️⃣ rough", 4, "rough"),
        ("４", 4, ""),
        ("٤", 4, ""),
        ("4😞", 4, "😞"),
        ("4 - bit rough", 4, "bit rough"),
        ("4, day was ok", 4, "day was ok"),
        ("4/5", 4, ""),
        ("4 out of 5 today", 4, "today"),
        ("its a 3", 3, ""),
        ("I'm about 2", 2, ""),
        ("I’m feeling 2 today mate", 2, "today mate"),
        ("number 3", 3, ""),
        ("pedwar", 4, ""),
        ("Pump diolch", 5, "diolch"),
        ("whā", 4, ""),
        ("rima", 5, ""),
        ("5\nsaw my lad", 5, "saw my lad"),
        ("5 (really)", 5, "(really)"),
    ],
)
def test_a_number_at_the_head_is_read_and_the_rest_is_kept(typed: str, value: int, rest: str) -> None:
    assert read(typed, FEELING) == Answer(value, rest)


@pytest.mark.parametrize(
    ("typed", "value", "rest"),
    [
        ("bit rough - 4", 4, "bit rough"),
        ("bit rough -4", 4, "bit rough"),
        ("bit rough 4", 4, "bit rough"),
        ("rough day, 4", 4, "rough day"),
        ("rough day - four", 4, "rough day"),
        ("today 4", 4, ""),
        ("its a 4", 4, ""),
        ("not great. 2/5", 2, "not great"),
        ("had a rough day, its a 2 mate", 2, "had a rough day, its a"),
        ("yesterday was bad, today 4", 4, "yesterday was bad, today"),
        ("saw my lad\n5", 5, "saw my lad"),
        ("diwrnod caled - dau", 2, "diwrnod caled"),
        ("he ra uaua, rua", 2, "he ra uaua"),
    ],
)
def test_a_number_at_the_end_is_read_where_it_surely_is_the_answer(typed: str, value: int, rest: str) -> None:
    assert read(typed, FEELING) == Answer(value, rest)


@pytest.mark.parametrize(
    "typed",
    [
        *("back at 4", "see you at 4", "see you later, 4", "till 4", "home by 4", "call me at 4", "meeting - 4"),
        *("no 4", "no, 4", "not a 4", "was a 4", "step 4", "step: 4", "room 4", "day 4", "I want 4"),
        *("the pills i took - 4", "beers - 4", "is it 4?", "how are you, 4?", "this is the one", "a bad one"),
        *("nol am 4", "hoki mai 4"),
    ],
)
def test_a_number_at_the_end_that_may_be_of_something_else_is_not_guessed(typed: str) -> None:
    assert read(typed, FEELING) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "👍", "-", "ok", "iawn", "ka pai", "not great", "who is this", "fine", "good"),
        *("3 or 4", "3-4", "3 to 4", "4, 2", "4 2", "4 4", "4.5", "½", "4½", "①", "4 and a half", "tri neu pedwar"),
        *("0", "6", "10", "44", "six", "£4", "4%", "4 cravings"),
    ],
)
def test_an_unclear_answer_is_not_guessed(typed: str) -> None:
    assert read(typed, FEELING) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("One day at a time, feeling great", "1 more day", "4 days clean", "4 years", "5 mins late sorry", "4 beers"),
        *("4, or maybe 2", "4 slept 3 hours", "2nite is rough", "1st time in ages", "4 o'clock"),
        *("2 be honest im struggling", "2 tired", "4 you", "4 real"),
    ],
)
def test_a_number_of_something_else_is_no_feeling(typed: str) -> None:
    assert read(typed, FEELING) is None


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        (FEELING, "Really good", 5),
        (FEELING, "v good thanks", 5),
        (FEELING, "All right", 4),
        (FEELING, "alright mate", 4),
        (FEELING, "up & down", 3),
        (FEELING, "ups and downs today", 3),
        (FEELING, "feeling low", 2),
        (FEELING, "REALLY LOW", 1),
        (FEELING, "da iawn diolch", 5),
        (FEELING, "dwi'n iawn", 4),
        (FEELING, "isel iawn", 1),
        (FEELING, "kei te pai", 4),
        (FEELING, "he tino pai", 5),
        (FEELING, "tino pōuri", 1),
        (CRAVINGS, "none", 1),
        (CRAVINGS, "not at all", 1),
        (CRAVINGS, "a bit", 2),
        (CRAVINGS, "some", 3),
        (CRAVINGS, "strong", 4),
        (CRAVINGS, "very strong", 5),
        (CRAVINGS, "dim", 1),
        (CRAVINGS, "cryf iawn", 5),
        (CRAVINGS, "kāore", 1),
        (CRAVINGS, "tino kaha", 5),
        (CALL, "yes please", 1),
        (CALL, "yeah ok", 1),
        (CALL, "call me", 1),
        (CALL, "ie", 1),
        (CALL, "āe", 1),
        (CALL, "tahi", 1),
        (CALL, "1", 1),
        (CALL, "nope", 2),
        (CALL, "no thanks", 2),
        (CALL, "not today mate", 2),
        (CALL, "na", 2),
        (CALL, "kāo", 2),
        (CALL, "dau", 2),
        (CALL, "2", 2),
    ],
)
def test_the_scales_own_words_count_in_any_language(question: Question, typed: str, value: int) -> None:
    assert read(typed, question) == Answer(value, "")


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        *[
            (FEELING, words)
            for words in ("alright?", "maybe low", "low or really low", "not low", "really low tbh not")
        ],
        *[(FEELING, words) for words in ("yes please", "low energy", "all right then get lost")],
        *[(CRAVINGS, words) for words in ("some days", "strong coffee", "none of your business", "a bit of both")],
        *[(CRAVINGS, words) for words in ("im strong", "feeling strong today", "kia kaha", "i feel very strong")],
    ],
)
def test_words_that_are_more_than_a_step_of_the_scale_are_not_guessed(question: Question, typed: str) -> None:
    assert read(typed, question) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("Please leave me alone", "please stop texting me", "please dont call me, he checks my phone", "3"),
        *("please tell me who this is", "One question who are you", "no idea", "yes and no", "1 or 2", "2 late"),
    ],
)
def test_a_yes_or_no_is_never_guessed(typed: str) -> None:
    assert read(typed, CALL) is None


@pytest.mark.parametrize(
    ("typed", "values", "rest"),
    [
        ("mood 4 cravings 2", {"feeling": 4, "cravings": 2}, ""),
        ("cravings 2, mood 4", {"feeling": 4, "cravings": 2}, ""),
        ("Mood: 4. Cravings: 2. Call no", {"feeling": 4, "cravings": 2, "call": 2}, ""),
        ("my mood is 4 and the pull is none", {"feeling": 4, "cravings": 1}, ""),
        ("mood 4 bit rough, pull 2", {"feeling": 4, "cravings": 2}, "bit rough"),
        ("mood low cravings strong", {"feeling": 2, "cravings": 4}, ""),
        ("hwyliau 4 tynfa 2", {"feeling": 4, "cravings": 2}, ""),
        ("hiahia 2", {"cravings": 2}, ""),
        ("call yes", {"call": 1}, ""),
        ("4 - bit rough", {"feeling": 4}, "bit rough"),
    ],
)
def test_labels_answer_several_questions_in_any_order(typed: str, values: dict[str, int], rest: str) -> None:
    assert read_all(typed, FEELING, ALL) == Reading(values, rest)


@pytest.mark.parametrize(
    "typed", ["4, 2", "4 2 1", "mood 4 cravings dunno", "mood 4 mood 3", "mood 4, 2", "call me at 4"]
)
def test_without_a_clear_label_each_several_numbers_are_no_answer(typed: str) -> None:
    assert read_all(typed, FEELING, ALL) is None


def test_a_label_of_what_is_answered_already_changes_nothing_and_its_words_are_kept() -> None:
    assert read_all("mood 4", CRAVINGS, ["cravings", "call"]) is None
    found = read_all("mood 4 cravings 2", CRAVINGS, ["cravings", "call"])
    assert found == Reading({"cravings": 2}, "mood 4 cravings 2")


# --- Properties -------------------------------------------------------------------------------------

typed_numbers = st.sampled_from([*"12345", *"６７０９", *WORDS_OF_NUMBERS])
sentences = st.lists(
    st.sampled_from([*"a,.-!😞", "bit", "rough", "today", "its", "at", "back", "day", "mood", "ok"]), max_size=5
)


@given(st.text(max_size=200))
def test_any_text_is_read_or_left_and_its_rest_is_their_own_words(typed: str) -> None:
    for question in QUESTIONS.values():
        answer = read(typed, question)
        assert answer is None or (answer.value in question.scale and answer.rest in typed)
        several = read_all(typed, question, ALL)
        assert several is None or all(value in QUESTIONS[key].scale for key, value in several.values.items())


@given(st.sampled_from([1, 2, 3, 4, 5]), st.sampled_from(["", " ", ".", "!", "!!", "\n", " :)", "/5"]))
def test_a_number_from_the_scale_is_always_clear(number: int, tail: str) -> None:
    answer = read(f"{number}{tail}", FEELING)
    assert answer is not None
    assert answer.value == number


@given(sentences, typed_numbers, sentences, typed_numbers, sentences)
def test_two_numbers_are_never_read_as_one(
    before: list[str], first: str, between: list[str], second: str, after: list[str]
) -> None:
    typed = " ".join([*before, first, *between, second, *after])
    assert read(typed, FEELING) is None
    assert read(typed, CRAVINGS) is None


def _accented(words: str) -> str:
    return "".join(char + "\u0301" if char in string.ascii_letters else char for char in words)


CLEAR = ["4 - bit rough", "bit rough - 4", "its a 4", "pedwar", "wha", "rough day, four", "back at 4", "no 4", "4 days"]
PHRASES = [
    (question.key, phrase) for question in QUESTIONS.values() for some in question.said.values() for phrase in some
]
CHANGES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "accents apart": _accented,
    "accents in one": lambda words: unicodedata.normalize("NFC", _accented(words)),
    "apostrophes": lambda words: words.replace("s", "'s").replace("n ", "’n "),
    "spaces": lambda words: f"  {words.replace(' ', '  ')} ",
}


@given(st.sampled_from(CLEAR), st.sampled_from(sorted(CHANGES)))
def test_case_accents_apostrophes_and_spaces_change_no_number(typed: str, change: str) -> None:
    was, now = read(typed, FEELING), read(CHANGES[change](typed), FEELING)
    assert (was and was.value) == (now and now.value)


@given(st.sampled_from(PHRASES), st.sampled_from(sorted(CHANGES)))
def test_case_accents_apostrophes_and_spaces_change_no_words(phrase: tuple[str, str], change: str) -> None:
    question, words = QUESTIONS[phrase[0]], phrase[1]
    was, now = read(words, question), read(CHANGES[change](words), question)
    assert was == now
    assert was is not None


@given(
    st.sampled_from(["mood", "cravings"]),
    st.sampled_from("12345"),
    st.sampled_from("12345"),
    st.sampled_from([" ", ", ", "\n", " and "]),
)
def test_labelled_numbers_are_read_whatever_their_order(first: str, one: str, other: str, between: str) -> None:
    second = "cravings" if first == "mood" else "mood"
    found = read_all(f"{first} {one}{between}{second} {other}", FEELING, ALL)
    of = {"mood": "feeling", "cravings": "cravings"}
    assert found == Reading({of[first]: int(one), of[second]: int(other)}, "")


# --- The scales and the carrier's words ---------------------------------------------------------------


def test_no_words_stand_for_two_steps_of_a_scale() -> None:
    for question in QUESTIONS.values():
        assert set(question.said) == set(question.scale)
        for value, phrases in question.said.items():
            assert [read(phrase, question) for phrase in phrases] == [Answer(value, "")] * len(phrases)


def test_the_project_asks_for_none_of_the_carriers_words() -> None:
    assert [found.id for found in run_checks() if found.id and found.id.startswith("handrail.E02")] == []
    words = {word.upper() for question in QUESTIONS.values() for some in question.said.values() for word in some}
    # "YES" alone is the carrier's: to somebody who has not stopped texts it is an answer (test_webhooks).
    assert words & RESERVED == {"YES"}


@pytest.mark.parametrize("words", ["Reply YES or 2.", "Text stop when you have had enough.", "Ateb 'quit' am na."])
def test_a_text_that_asks_for_a_carriers_word_stops_the_start(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr(core_wording, "ALL_TEXTS", dict(ALL_TEXTS))
    monkeypatch.setattr("messaging.checks.ALL_TEXTS", {"bad": _text("bad", words)})
    (found,) = [error for error in run_checks() if error.id == "handrail.E020"]
    assert found.is_serious()
    assert "bad" in str(found)


def _text(name: str, words: str) -> Texts:
    text = Texts(name, en="Hello.", cy="Helo.", mi="Kia ora.")
    text.by_language = {"en-gb": words}
    return text


def test_an_answer_word_that_is_the_carriers_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALL.said, 2, ("no", "stop"))
    (found,) = [error for error in run_checks() if error.id == "handrail.E021"]
    assert "STOP" in str(found)
