"""Answers as people really type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.answers import NO, YES, Answer, read
from messaging.questions import CALL, CRAVINGS, FEELING
from sms.keywords import RESERVED


@pytest.mark.parametrize(
    ("typed", "value", "rest"),
    [
        ("4", 4, ""),
        (" 4. ", 4, ""),
        ("four", 4, ""),
        ("Four!", 4, ""),
        ("4 - bit rough", 4, "bit rough"),
        ("4/5", 4, ""),
        ("4 out of 5 today", 4, "today"),
        ("its a 3", 3, ""),
        ("I'm about 2", 2, ""),
        ("I’m feeling 2 today mate", 2, "today mate"),
        ("pedwar", 4, ""),
        ("Pump diolch", 5, "diolch"),
        ("whā", 4, ""),
        ("rima", 5, ""),
        ("5\nsaw my lad", 5, "saw my lad"),
        ("5 (really)", 5, "(really)"),
    ],
)
def test_a_clear_answer_is_read_and_the_rest_is_kept(typed: str, value: int, rest: str) -> None:
    assert read(typed, FEELING) == Answer(value, rest)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "👍",
        "ok",
        "not great",
        "3 or 4",
        "3-4",
        "3 to 4",
        "4.5",
        "0",
        "6",
        "10",
        "44",
        "-",
        "tri neu pedwar",
        "who is this",
    ],
)
def test_an_unclear_answer_is_not_guessed(typed: str) -> None:
    assert read(typed, FEELING) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1", 1),
        ("2", 2),
        ("yes please", 1),
        ("yeah", 1),
        ("nope", 2),
        ("no thanks", 2),
        ("na", 2),
        ("kāo", 2),
        ("āe", 1),
        ("ie", 1),
    ],
)
def test_a_call_can_be_asked_for_in_words(typed: str, value: int) -> None:
    answer = read(typed, CALL)
    assert answer is not None
    assert answer.value == value


def test_yes_is_no_number() -> None:
    assert read("yes please", FEELING) is None
    assert read("3", CALL) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_left_and_its_rest_is_their_own_words(typed: str) -> None:
    for question in (FEELING, CRAVINGS, CALL):
        answer = read(typed, question)
        assert answer is None or (answer.value in question.scale and answer.rest in typed)


@given(st.sampled_from([1, 2, 3, 4, 5]), st.sampled_from(["", " ", ".", "!", "\n", " :)"]))
def test_a_number_from_the_scale_is_always_clear(number: int, tail: str) -> None:
    answer = read(f"{number}{tail}", FEELING)
    assert answer is not None
    assert answer.value == number


@pytest.mark.parametrize(
    "typed",
    [
        "Please leave me alone",
        "please stop texting me",
        "please dont call me, he checks my phone",
        "please tell me who this is",
        "One question who are you",
        "no idea",
        "yes and no",
        "1 or 2",
        "2 late",
    ],
)
def test_a_yes_or_no_is_never_guessed(typed: str) -> None:
    assert read(typed, CALL) is None


@pytest.mark.parametrize(
    "typed",
    [
        "One day at a time, feeling great",
        "1 more day",
        "4 days clean",
        "5 mins late sorry",
        "4, or maybe 2",
        "4 slept 3 hours",
        "2nite is rough",
        "1st time in ages",
    ],
)
def test_a_number_of_something_else_is_no_feeling(typed: str) -> None:
    assert read(typed, FEELING) is None


def test_the_words_of_yes_and_no_share_none() -> None:
    assert not YES & NO
    # "YES" alone is the carrier's: to somebody who has not stopped texts it is an answer (test_webhooks).
    assert {word.upper() for word in YES | NO} & RESERVED == {"YES"}
