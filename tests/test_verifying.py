"""Is this number theirs? Asked before the first content and after a month: what waits for a yes, and what does not."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller

from core.models import AuditEvent
from demo.cast import Cast
from mentors.models import Participant
from messaging.models import Message
from safeguarding.models import Alert
from sms.models import OutboundText, PhoneNumber
from sms.numbers import note_heard
from tests.cast import drain, page, sign_in, text_in, texts_to
from tests.test_numbers import QUESTION, alice_writes, offer, phone, words
from tests.test_sign_in import ask as ask_for_code
from tests.test_sign_in import code_of

STILL = "Hi Ben. Is this still your number? Reply 1 for yes, 2 for no."
Kind = Alert.Kind


@pytest.fixture
def cast(monday: Traveller, cast: Cast) -> Cast:
    """The cast, met on a Monday: the clock is ours from then on."""
    return cast


@pytest.fixture
def priya(cast: Cast) -> Client:
    return sign_in(Client(), cast.priya)


# --- Asked before the first content ---------------------------------------------------------------


def test_nothing_but_a_neutral_question_goes_to_a_new_number(cast: Cast) -> None:
    nia = offer(cast)
    assert texts_to(nia) == [QUESTION]
    text_in(Client(), nia, "1")
    drain()
    assert texts_to(nia)[1:] == [
        "Hi Nia. Alice would like to keep in touch with you by text. Is that OK? Reply 1 for yes, 2 for no."
    ]
    assert not Alert.objects.exists()
    event = AuditEvent.objects.get(action="number verified", subject=nia.actor)
    assert event.actor == nia.actor


@pytest.mark.parametrize("word", ["1", "yes", "Yes please", "YES", "iawn", "ie diolch", "āe", "yeah"])
def test_a_clear_yes_in_any_of_our_languages_lets_the_offer_go(cast: Cast, word: str) -> None:
    nia = offer(cast)
    text_in(Client(), nia, word)
    drain()
    assert "Alice" in texts_to(nia)[-1]


@pytest.mark.parametrize("word", ["2", "no", "nah mate", "kāo", "na", "You have the wrong number", "wrong person m8"])
def test_a_no_flags_the_number_and_a_lead_is_told(cast: Cast, priya: Client, word: str) -> None:
    nia = offer(cast)
    text_in(Client(), nia, word)
    drain()
    assert texts_to(nia) == [QUESTION]
    alert = Alert.objects.get()
    assert (alert.kind, alert.level, alert.participant) == (Kind.WRONG_NUMBER, Alert.Level.AMBER, cast.nia)
    shown = words(priya.get(f"/lead/alerts/{alert.id}/"))
    assert "A number we have for Nia is wrong" in shown
    assert word in shown
    assert f'href="/lead/people/{cast.nia.id}/"' in shown
    assert "/lead/people/" not in words(sign_in(Client(), cast.sam).get(f"/lead/alerts/{alert.id}/"))
    # Nobody should ring a stranger about Nia.
    assert "tel:+447700900127" not in shown
    assert "This number does not work. Ask them for another." in words(priya.get("/lead/"))


def test_what_a_stranger_writes_after_saying_no_is_kept_as_a_strangers(cast: Cast, priya: Client) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "2")
    text_in(Client(), nia, "1")
    drain()
    assert texts_to(nia) == [QUESTION]
    assert cast.nia.pairings.get().participant_agreed_at is None
    assert "A number we don’t know wrote, ending 127" in words(priya.get("/lead/"))


def test_danger_from_a_number_that_was_flagged_is_heeded_all_the_same(cast: Cast) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "2")
    text_in(Client(), nia, "i want to die")
    drain()
    assert Alert.objects.filter(participant=cast.nia, level=Alert.Level.RED).exists()
    assert "Call 999." in texts_to(nia)[-1]


def test_an_unclear_answer_is_asked_about_once_and_kept_for_the_lead(cast: Cast) -> None:
    nia = offer(cast)
    for said in ("who is this", "leave it"):
        text_in(Client(), nia, said)
        drain()
    again, kept = texts_to(nia)[1:]
    assert again == "Sorry, I did not get that. Is this the number of Nia? Reply 1 for yes, 2 for no."
    assert kept == "Thanks Nia. A person here will read this. In danger? Call 999."
    assert {alert.excerpt for alert in Alert.objects.filter(participant=cast.nia)} == {"who is this", "leave it"}
    text_in(Client(), nia, "1")
    drain()
    assert "Alice" in texts_to(nia)[-1]


def test_nobody_in_trouble_is_asked_whose_phone_it_is(cast: Cast) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "i want to kill myself")
    drain()
    assert len(texts_to(nia)) == 2
    assert "Call 999." in texts_to(nia)[-1]


def test_the_question_is_asked_once_whatever_waits_and_however_often(cast: Cast, monday: Traveller) -> None:
    nia = offer(cast)
    for _ in range(5):
        monday.shift(timedelta(minutes=6))
        drain()
    assert texts_to(nia) == [QUESTION]
    assert OutboundText.objects.get(number=nia, key__startswith="offer:").reason == "unverified"


def test_silence_brings_one_reminder_and_then_a_person(cast: Cast, monday: Traveller, priya: Client) -> None:
    nia = offer(cast)
    monday.shift(timedelta(hours=24, minutes=1))
    drain()
    assert texts_to(nia)[1:] == ["Hi Nia, no rush. Is this your number? Reply 1 for yes, 2 for no."]
    assert not Alert.objects.exists()
    for _ in range(3):
        monday.shift(timedelta(hours=24, minutes=1))
        drain()
    assert len(texts_to(nia)) == 2
    alert = Alert.objects.get()
    assert (alert.kind, alert.level) == (Kind.UNCONFIRMED, Alert.Level.AMBER)
    priya = sign_in(Client(), cast.priya)
    assert "Nia’s number is not confirmed" in words(priya.get(f"/lead/alerts/{alert.id}/"))
    # Late is not too late: the offer lasts a week.
    text_in(Client(), nia, "1")
    drain()
    assert "Alice" in texts_to(nia)[-1]


def test_an_answer_calls_off_the_reminder(cast: Cast, monday: Traveller) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "1")
    monday.shift(timedelta(hours=49))
    drain()
    assert not any("no rush" in text for text in texts_to(nia))
    assert not Alert.objects.exists()


def test_nobody_is_asked_where_texts_are_not_safe_or_were_stopped(cast: Cast) -> None:
    Participant.objects.filter(pk=cast.nia.pk).update(texts_are_safe=False)
    nia = offer(cast)
    assert texts_to(nia) == []
    assert OutboundText.objects.get(number=nia).reason == "unsafe"


def test_a_code_that_was_entered_right_says_whose_number_it_is(cast: Cast) -> None:
    nia = offer(cast)
    browser = Client()
    ask_for_code(browser, "07700 900127")
    assert browser.post("/sign-in/code/", {"code": code_of(cast.nia.user)}).status_code == 303
    drain()
    assert "Alice would like" in texts_to(nia)[-1]
    assert phone(cast.nia).verified_at is not None


def test_a_code_is_not_texted_to_a_number_that_is_somebody_elses(cast: Cast) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "2")
    ask_for_code(Client(), "07700 900127")
    drain()
    assert texts_to(nia) == [QUESTION]


# --- Asked again after a month of silence ---------------------------------------------------------


def test_after_a_month_of_silence_a_message_waits_for_a_yes(cast: Cast, monday: Traveller) -> None:
    monday.shift(timedelta(days=31))
    ben, before = phone(cast.ben), len(texts_to(phone(cast.ben)))
    alice_writes(cast, "are you all right")
    assert texts_to(ben)[before:] == [STILL]
    shown = page(sign_in(Client(), cast.alice.user), cast.conversation)
    assert "We have asked if this is still their number. It goes when they say yes." in shown
    text_in(Client(), ben, "1")
    drain()
    assert texts_to(ben)[before + 1 :] == ["Alice: are you all right"]
    assert Message.objects.get(author="champion").delivery == "delivered"


def test_a_number_that_is_heard_from_is_not_asked(cast: Cast, monday: Traveller) -> None:
    ben = phone(cast.ben)
    for _ in range(3):
        monday.shift(timedelta(days=29))
        text_in(Client(), ben, "still here")
    monday.shift(timedelta(days=29))
    alice_writes(cast, "good to hear")
    assert texts_to(ben)[-1] == "Alice: good to hear"
    assert STILL not in texts_to(ben)


def test_an_ordinary_text_after_a_month_is_no_yes(cast: Cast, monday: Traveller) -> None:
    """Whoever got the number since may well write, and must not get what is meant for Ben."""
    monday.shift(timedelta(days=31))
    ben = phone(cast.ben)
    text_in(Client(), ben, "hiya, new phone who dis")
    monday.shift(timedelta(hours=2))
    alice_writes(cast, "about your housing")
    text_in(Client(), ben, "what housing")
    drain()
    assert "Alice: about your housing" not in texts_to(ben)
    assert texts_to(ben)[-2] == STILL
    shown = page(sign_in(Client(), cast.alice.user), cast.conversation)
    assert "what housing" in shown
    assert "We do not know yet if that is Ben" in shown
    text_in(Client(), ben, "no")
    drain()
    assert "Alice: about your housing" not in texts_to(ben)
    shown = page(sign_in(Client(), cast.alice.user), cast.conversation)
    assert "Somebody on that phone says it is not Ben’s. No more texts go there. Your lead knows." in shown
    assert "This number does not work. Ask them for another." in shown


def test_what_waits_too_long_is_not_sent_late(cast: Cast, monday: Traveller) -> None:
    monday.shift(timedelta(days=31))
    ben = phone(cast.ben)
    alice_writes(cast, "see you at six today")
    monday.shift(timedelta(hours=25))
    text_in(Client(), ben, "1")
    drain()
    assert not any("see you at six" in text for text in texts_to(ben))
    assert Message.objects.get(author="champion").reason == "expired"


def test_crisis_lines_codes_and_answers_never_wait(cast: Cast, monday: Traveller) -> None:
    monday.shift(timedelta(days=31))
    ben, dev = phone(cast.ben), phone(cast.dev)
    text_in(Client(), ben, "i want to die")
    text_in(Client(), ben, "look", media="1")
    ask_for_code(Client())
    drain()
    assert "Call 999." in texts_to(ben)[-2]
    assert "we cannot see pictures here" in texts_to(ben)[-1]
    assert "Your code is" in texts_to(dev)[-1]


@given(silences=st.lists(st.integers(min_value=0, max_value=45 * 24), min_size=1, max_size=5))
def test_a_number_is_sure_as_long_as_no_silence_lasted_a_month(silences: list[int]) -> None:
    """Texts after so many hours each: one long silence is never made good by a text."""
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        number = PhoneNumber(verified_at=timezone.now())
        number.save = lambda **kwargs: None  # type: ignore[method-assign]
        for hours in silences:
            clock.shift(timedelta(hours=hours))
            note_heard(number, timezone.now())
        assert number.is_sure == all(hours <= 30 * 24 for hours in silences)
