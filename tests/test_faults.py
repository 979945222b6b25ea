"""When something is broken: one bad row stops no other, a text is tried on and a person told, a page stands."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from core.models import DataKey
from demo.cast import Cast
from messaging import actions
from messaging.models import CheckIn, Conversation, Message
from safeguarding.models import Alert
from sms.models import InboundText, OutboundText, PhoneNumber
from tests.cast import address, drain, page, sign_in, text_in, texts_to

State = OutboundText.State


def destroy(key: DataKey) -> bytes:
    """Destroy a data key, as an erasure does; what it was."""
    wrapped = bytes(DataKey.objects.get(pk=key.pk).wrapped or b"")
    DataKey.objects.filter(pk=key.pk).update(wrapped=None)
    return wrapped


def phone_of(cast: Cast, who: str) -> PhoneNumber:
    phone: PhoneNumber = getattr(cast, who).user.phone
    return phone


def test_a_text_that_cannot_be_read_stops_no_other(cast: Cast, alice: Client) -> None:
    alice.post(address(cast.conversation), {"body": "to Ben"})
    destroy(phone_of(cast, "ben").data_key)
    actions.write(by=cast.tama.user, conversation=cast.hana_conversation, words="kia ora")
    drain()
    assert texts_to(phone_of(cast, "hana"))[-1] == "Tama: kia ora"
    text = OutboundText.objects.get(key__startswith="message:", number=phone_of(cast, "ben"))
    assert (text.state, text.reason) == (State.FAILED, "unreadable")
    assert "can no longer be read" in page(alice, cast.conversation)


def test_a_plan_that_cannot_be_asked_stops_no_other(cast: Cast, monday: time_machine.Traveller) -> None:
    for by, conversation, wall in [
        (cast.alice.user, cast.conversation, time(10, 30)),
        (cast.alice.user, cast.dev_conversation, time(10, 31)),
    ]:
        actions.set_plan(by=by, conversation=conversation, weekdays=[0], at=wall, questions=["feeling"], is_on=True)
    destroy(phone_of(cast, "ben").data_key)
    monday.move_to(datetime.fromisoformat("2026-11-23T10:32:00+00:00"))
    drain()
    assert CheckIn.objects.filter(conversation=cast.dev_conversation).exists()


def test_pages_stand_when_a_key_is_gone(cast: Cast, stories: object, alice: Client) -> None:
    text_in(Client(), phone_of(cast, "ben"), "I want to die")
    text_in(Client(), "+447700900999", "who is this")
    drain()
    stranger = InboundText.objects.get(is_unknown=True).number
    for key in (cast.conversation.data_key, phone_of(cast, "ben").data_key, stranger.data_key):
        destroy(key)
    lead = sign_in(Client(), cast.priya)
    places = [address(cast.conversation), f"{address(cast.conversation)}person/", "/inbox/"]
    assert [alice.get(place).status_code for place in places] == [200, 200, 200]
    alert = Alert.objects.get(level="red")
    for place in ("/lead/", "/lead/alerts/", f"/lead/alerts/{alert.id}/"):
        assert lead.get(place).status_code == 200, place
    assert Client().get("/phones/").status_code == 200


def test_danger_is_heeded_though_the_thread_is_broken_and_the_text_is_filed_later(
    cast: Cast, stories: object, monday: time_machine.Traveller, alice: Client
) -> None:
    wrapped = destroy(cast.conversation.data_key)
    phone = phone_of(cast, "ben")
    assert text_in(Client(), phone, "I want to kill myself").status_code == 200
    drain()
    assert Alert.objects.filter(level="red").count() == 1
    assert "Call 999." in texts_to(phone)[-1]
    for _ in range(40):
        monday.shift(timedelta(minutes=1))
        drain()
    assert Alert.objects.filter(level="red").count() == 1
    assert Alert.objects.filter(kind="text not filed").count() == 1
    assert "could not be filed" in sign_in(Client(), cast.priya).get("/lead/").content.decode()

    DataKey.objects.filter(pk=cast.conversation.data_key.pk).update(wrapped=wrapped)
    monday.shift(timedelta(minutes=11))
    drain()
    assert "I want to kill myself" in page(sign_in(Client(), cast.alice.user), cast.conversation)
    assert len([text for text in texts_to(phone) if "Call 999." in text]) == 2  # one at the start of the pairing


def test_somebody_whose_key_was_destroyed_can_still_write(cast: Cast) -> None:
    phone = phone_of(cast, "ben")
    destroy(phone.data_key)
    assert text_in(Client(), "+447700900112", "hello again").status_code == 200
    assert Message.objects.get(conversation=cast.conversation).body == "hello again"


def test_the_daily_limit_does_not_hold_what_is_vital(
    cast: Cast, stories: object, settings: object, alice: Client
) -> None:
    settings.SMS_DAILY_LIMIT = 0  # type: ignore[attr-defined]
    alice.post(address(cast.conversation), {"body": "good morning"})
    text_in(Client(), phone_of(cast, "ben"), "I want to kill myself")
    Client().post("/sign-in/", {"number": "07700 900118"})
    drain()
    assert "Call 999." in texts_to(phone_of(cast, "ben"))[-1]
    assert "Your code is" in texts_to(phone_of(cast, "dev"))[-1]
    assert "Alice: good morning" not in texts_to(phone_of(cast, "ben"))
    desk = sign_in(Client(), cast.priya).get("/lead/").content.decode()
    assert "limit for texts in a day is reached" in desk


# --- What people really type --------------------------------------------------------------------


def offered(cast: Cast) -> PhoneNumber:
    """The number of somebody who has said that it is theirs, and was offered a champion."""
    sign_in(Client(), cast.priya).post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": cast.alice.id})
    drain()
    nia = phone_of(cast, "nia")
    text_in(Client(), nia, "1")
    drain()
    return nia


@pytest.mark.parametrize("word", ["1", "yes", "YES", "Yes.", "yes please"])
def test_yes_is_a_yes_to_an_offer(cast: Cast, word: str) -> None:
    nia = offered(cast)
    text_in(Client(), nia, word)
    pairing = cast.nia.pairings.get()
    assert pairing.participant_agreed_at is not None


def test_a_yes_can_be_taken_back_until_it_starts(cast: Cast) -> None:
    nia = offered(cast)
    text_in(Client(), nia, "1")
    text_in(Client(), nia, "2")
    assert cast.nia.pairings.get().status == "declined"


def test_leave_me_alone_is_no_yes(cast: Cast) -> None:
    nia = offered(cast)
    text_in(Client(), nia, "Please leave me alone")
    assert cast.nia.pairings.get().participant_agreed_at is None
    assert "Please leave me alone" in Alert.objects.get().excerpt


def test_danger_in_answer_to_an_offer_is_not_asked_for_a_number(cast: Cast, stories: object) -> None:
    nia = offered(cast)
    text_in(Client(), nia, "I want to die")
    drain()
    assert Alert.objects.get().level == "red"
    assert "Call 999." in texts_to(nia)[-1]
    assert not any("Sorry" in text for text in texts_to(nia))


def test_yes_is_an_answer_and_not_a_start(cast: Cast, alice: Client) -> None:
    actions.set_plan(
        by=cast.alice.user,
        conversation=cast.conversation,
        weekdays=[0],
        at=time(10),
        questions=["feeling", "call"],
        is_on=True,
    )
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(Client(), phone_of(cast, "ben"), "3")
    text_in(Client(), phone_of(cast, "ben"), "YES")
    assert CheckIn.objects.get().answers == {"feeling": 3, "call": 1}
    assert "gets texts again" not in page(alice, cast.conversation)


@pytest.mark.parametrize("word", ["HELP", "help!!", "Info"])
def test_help_is_kept_and_looked_at(cast: Cast, alice: Client, word: str) -> None:
    text_in(Client(), phone_of(cast, "ben"), word)
    assert word in page(alice, cast.conversation)
    assert Alert.objects.count() == (0 if word == "Info" else 1)


def test_a_picture_without_words_is_told_to_both(cast: Cast, alice: Client) -> None:
    text_in(Client(), phone_of(cast, "ben"), "", media="1")
    drain()
    assert "we cannot see pictures here" in texts_to(phone_of(cast, "ben"))[-1]
    assert "Ben sent a picture." in page(alice, cast.conversation)


def test_a_phone_that_is_not_safe_gets_no_crisis_text_for_words_on_the_web(
    cast: Cast, stories: object, dev: Client
) -> None:
    cast.dev.texts_are_safe = False
    cast.dev.save()
    before = len(texts_to(phone_of(cast, "dev")))
    dev.post(address(cast.dev_conversation), {"body": "I want to die"})
    drain()
    assert Alert.objects.get().level == "red"
    assert "116 123" in page(dev, cast.dev_conversation)
    assert len(texts_to(phone_of(cast, "dev"))) == before


def test_the_note_says_when_nothing_could_be_sent(cast: Cast, stories: object, alice: Client) -> None:
    text_in(Client(), phone_of(cast, "ben"), "STOP")
    text_in(Client(), phone_of(cast, "ben"), "I want to die")
    assert "has stopped texts: no crisis lines were sent" in page(alice, cast.conversation)


def test_nobody_is_called_silent_who_could_not_be_asked(cast: Cast, monday: time_machine.Traveller) -> None:
    actions.set_plan(
        by=cast.alice.user,
        conversation=cast.conversation,
        weekdays=[0, 1, 2],
        at=time(10, 30),
        questions=["feeling"],
        is_on=True,
    )
    text_in(Client(), phone_of(cast, "ben"), "STOP")
    for _ in range(4):
        monday.shift(timedelta(hours=20))
        drain()
    assert not CheckIn.objects.exists()
    assert not Alert.objects.filter(kind="silence").exists()


def test_a_question_that_waits_is_not_asked_after_danger(
    cast: Cast, stories: object, monday: time_machine.Traveller
) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    monday.move_to(datetime.fromisoformat("2026-11-23T22:00:00+00:00"))
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(Client(), phone_of(cast, "ben"), "I want to die")
    monday.move_to(datetime.fromisoformat("2026-11-24T09:01:00+00:00"))
    drain()
    assert not any("How are you" in text for text in texts_to(phone_of(cast, "ben")))


def test_a_participant_on_the_web_answers_an_offer_there(cast: Cast) -> None:
    cast.nia.reads, cast.nia.texts_are_safe = "web", False
    cast.nia.save()
    sign_in(Client(), cast.priya).post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": cast.alice.id})
    drain()
    assert "did not reach Nia" in sign_in(Client(), cast.priya).get("/lead/").content.decode()
    nia = sign_in(Client(), cast.nia.user)
    assert "Alice would like to keep in touch with you" in nia.get("/inbox/").content.decode()
    pairing = cast.nia.pairings.get()
    assert nia.post(f"/inbox/offers/{pairing.id}/", {"answer": "yes"}).status_code == 303
    sign_in(Client(), cast.alice.user).post(f"/inbox/offers/{pairing.id}/", {"answer": "yes"})
    assert Conversation.objects.filter(pairing=pairing).exists()


@pytest.mark.parametrize("words", ["\u200b", "\x00", "\u202e\u2063", " \n\u00a0"])
def test_signs_nobody_can_see_are_no_message(cast: Cast, alice: Client, words: str) -> None:
    assert alice.post(address(cast.conversation), {"body": words}).status_code == 422
    assert not Message.objects.exists()


def test_what_would_not_fit_into_texts_is_refused(cast: Cast, alice: Client) -> None:
    response = alice.post(address(cast.conversation), {"body": "🌧" * 900})
    assert response.status_code == 422
    assert "too long for a text" in response.content.decode()


def test_a_message_at_the_longest_is_taken_whole(cast: Cast, alice: Client) -> None:
    assert alice.post(address(cast.conversation), {"body": "a" * actions.LONGEST}).status_code == 303
    drain()
    assert texts_to(phone_of(cast, "ben"))[-1] == "Alice: " + "a" * actions.LONGEST
