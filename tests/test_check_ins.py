"""Check-ins from the plan to the last answer, or to silence."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions
from messaging.models import CheckIn, CheckInAnswer, Message
from safeguarding.models import Alert
from sms.models import OutboundText
from tests.cast import drain, sign_in, text_in, texts_to

ALL = ["feeling", "cravings", "call"]


def plan(
    cast: Cast, *, weekdays: list[int] | None = None, at: time = time(10), questions: list[str] | None = None
) -> None:
    actions.set_plan(
        by=cast.alice.user,
        conversation=cast.conversation,
        weekdays=[0] if weekdays is None else weekdays,
        at=at,
        questions=questions or ["feeling"],
        is_on=True,
    )


def asked(cast: Cast) -> list[str]:
    return [text for text in texts_to(cast.ben.user.phone) if text.startswith("Hi Ben. How are you")]


def at(traveller: time_machine.Traveller, moment: str) -> None:
    """Go to a moment, and do all that is due by then."""
    traveller.move_to(datetime.fromisoformat(moment))
    drain()


def test_the_plan_asks_on_its_days_at_their_time_and_once(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1, 3], at=time(10))
    at(monday, "2026-11-24T09:59:00+00:00")
    assert asked(cast) == []
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-24T10:30:00+00:00")
    assert len(asked(cast)) == 1
    at(monday, "2026-11-25T10:00:01+00:00")
    assert len(asked(cast)) == 1
    at(monday, "2026-11-26T10:00:01+00:00")
    assert len(asked(cast)) == 2


def test_the_text_names_neither_agency_nor_drug_and_says_who_sees_the_answer(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    plan(cast)
    at(monday, "2026-11-30T10:00:01+00:00")
    (text,) = asked(cast)
    assert (
        text
        == "Hi Ben. How are you today? Reply 1 to 5. 5 is really good, 1 is really low. Alice will see your answers."
    )


def test_it_asks_in_the_participants_language_and_zone(cast: Cast, monday: time_machine.Traveller) -> None:
    hana = cast.hana.user
    actions.set_plan(
        by=cast.tama.user,
        conversation=cast.hana_conversation,
        weekdays=[1],
        at=time(10),
        questions=["feeling"],
        is_on=True,
    )
    # Ten on Tuesday in Auckland is nine on Monday evening in London.
    at(monday, "2026-11-23T20:59:00+00:00")
    assert not any("Kei te pēhea koe" in text for text in texts_to(hana.phone))
    at(monday, "2026-11-23T21:00:01+00:00")
    assert any(text.startswith("Kia ora Hana. Kei te pēhea koe?") for text in texts_to(hana.phone))
    assert {text.sender for text in OutboundText.objects.filter(number=hana.phone)} == {"+447700900001"}


@pytest.mark.parametrize(
    ("before", "day", "expected"),
    [
        # Clocks go forward at 01:00 on 28 March: ten is ten.
        ("2027-03-27T12:00:00+00:00", 6, "2027-03-28T09:00:00+00:00"),
        ("2027-10-30T12:00:00+00:00", 6, "2027-10-31T10:00:00+00:00"),
    ],
)
def test_when_the_clocks_change_it_asks_once_at_their_wall_time(
    cast: Cast, before: str, day: int, expected: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(before)) as traveller:
        plan(cast, weekdays=[day])
        end = datetime.fromisoformat(before) + timedelta(days=2)
        while timezone.now() < end:
            traveller.shift(timedelta(minutes=30))
            drain()
        (check_in,) = CheckIn.objects.filter(conversation=cast.conversation)
        assert abs(check_in.asked_at - datetime.fromisoformat(expected)) < timedelta(minutes=31)


def test_after_a_long_outage_an_old_check_in_is_not_sent(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast)
    at(monday, "2026-11-30T16:00:00+00:00")
    assert asked(cast) == []
    at(monday, "2026-12-07T10:00:01+00:00")
    assert len(asked(cast)) == 1


def test_after_a_short_outage_it_still_goes(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast)
    at(monday, "2026-11-30T11:30:00+00:00")
    assert len(asked(cast)) == 1


def test_each_question_goes_when_the_one_before_is_answered(cast: Cast, client: Client) -> None:
    plan(cast, questions=ALL)
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    phone = cast.ben.user.phone
    for words, then in [
        ("4", "How strong has the pull been"),
        ("two", "Do you want a call from Alice?"),
        ("2", "Thanks Ben."),
    ]:
        drain()
        text_in(client, phone, words)
        drain()
        assert texts_to(phone)[-1].startswith(then)
    check_in = CheckIn.objects.get(conversation=cast.conversation)
    assert check_in.answers == {"feeling": 4, "cravings": 2, "call": 2}
    assert check_in.state == CheckIn.State.ANSWERED
    page = sign_in(client, cast.alice.user).get(f"/conversations/{cast.conversation.id}/").content.decode()
    assert "All right" in page
    assert "Not today" in page
    assert page.count('class="answer"') == 1


def test_words_beside_the_number_are_kept_for_the_champion(cast: Cast, client: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(client, cast.ben.user.phone, "4 - bit rough")
    assert CheckIn.objects.get().answers == {"feeling": 4}
    assert [message.body for message in Message.objects.filter(author="participant")] == ["bit rough"]


def test_an_unclear_answer_is_asked_about_once_and_then_kept(cast: Cast, client: Client) -> None:
    phone = cast.ben.user.phone
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    text_in(client, phone, "not sure really")
    drain()
    assert texts_to(phone)[-1] == "Thanks Ben. Which number is closest, 1 to 5? 5 is really good, 1 is really low."
    text_in(client, phone, "dunno mate")
    drain()
    assert texts_to(phone)[-1] == "Thanks Ben. Alice will read what you wrote."
    assert CheckIn.objects.get().state == CheckIn.State.IN_WORDS
    kept = Message.objects.filter(author="participant")
    assert [message.body for message in kept] == ["not sure really", "dunno mate"]
    sent = len(texts_to(phone))
    text_in(client, phone, "4")
    drain()
    assert len(texts_to(phone)) == sent
    assert not CheckInAnswer.objects.exists()


def test_a_clear_answer_after_the_question_counts(cast: Cast, client: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(client, cast.ben.user.phone, "not sure really")
    text_in(client, cast.ben.user.phone, "3 then")
    assert CheckIn.objects.get().answers == {"feeling": 3}


@pytest.mark.parametrize(("hours", "counts"), [(25, True), (47.9, True), (48.1, False)])
def test_a_late_answer_counts_for_two_days(
    cast: Cast, client: Client, monday: time_machine.Traveller, hours: float, counts: bool
) -> None:
    plan(cast, weekdays=[1])
    asked_at = datetime.fromisoformat("2026-11-24T10:00:01+00:00")
    at(monday, asked_at.isoformat())
    at(monday, (asked_at + timedelta(hours=24.1)).isoformat())
    monday.move_to(asked_at + timedelta(hours=hours))
    text_in(client, cast.ben.user.phone, "3 sorry its late")
    drain()
    at(monday, (asked_at + timedelta(hours=60)).isoformat())
    check_in = CheckIn.objects.get()
    words = [message.body for message in Message.objects.filter(author="participant")]
    assert check_in.answers == ({"feeling": 3} if counts else {})
    assert check_in.state == ("answered" if counts else "missed")
    assert words == (["sorry its late"] if counts else ["3 sorry its late"])
    assert any(text.startswith("Thanks Ben") for text in texts_to(cast.ben.user.phone)) == counts
    page = sign_in(client, cast.alice.user).get(f"/conversations/{cast.conversation.id}/").content.decode()
    assert (", late" in page) == counts
    assert not Alert.objects.exists()


def test_after_the_end_an_unclear_text_is_a_message_and_nothing_is_asked(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:01:00+00:00")
    before = len(texts_to(cast.ben.user.phone))
    text_in(client, cast.ben.user.phone, "sorry mate")
    drain()
    assert len(texts_to(cast.ben.user.phone)) == before
    assert [message.body for message in Message.objects.filter(author="participant")] == ["sorry mate"]


def test_once_the_champion_has_written_a_late_number_may_be_an_answer_to_that(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:01:00+00:00")
    actions.write(by=cast.alice.user, conversation=cast.conversation, words="When shall I ring?")
    text_in(client, cast.ben.user.phone, "4")
    assert CheckIn.objects.get().answers == {}
    assert "4" in [message.body for message in Message.objects.filter(author="participant")]


def test_a_late_answer_never_goes_to_an_older_check_in_than_the_newest(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1, 2])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:00:02+00:00")
    text_in(client, cast.ben.user.phone, "3")
    old, new = CheckIn.objects.order_by("asked_at")
    assert (old.answers, new.answers) == ({}, {"feeling": 3})


def test_red_words_are_no_late_answer_either(cast: Cast, client: Client, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:01:00+00:00")
    text_in(client, cast.ben.user.phone, "1 - i want to die")
    assert CheckIn.objects.get().answers == {}
    assert Alert.objects.get().level == "red"


def test_it_goes_on_hours_later_where_they_were(cast: Cast, client: Client, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1], questions=ALL)
    at(monday, "2026-11-24T10:00:01+00:00")
    text_in(client, cast.ben.user.phone, "4")
    at(monday, "2026-11-24T19:00:00+00:00")
    text_in(client, cast.ben.user.phone, "2")
    drain()
    assert texts_to(cast.ben.user.phone)[-1].startswith("Do you want a call")
    at(monday, "2026-11-25T10:01:00+00:00")
    check_in = CheckIn.objects.get()
    assert (check_in.state, check_in.answers) == ("answered", {"feeling": 4, "cravings": 2})
    assert not Message.objects.filter(kind=Message.Kind.NOTICE, conversation=cast.conversation).exists()


@pytest.mark.parametrize(
    ("words", "answered", "then"),
    [
        ("mood 4 cravings 2", {"feeling": 4, "cravings": 2}, "Do you want a call from Alice?"),
        ("cravings 2", {"cravings": 2}, "How are you today? Reply 1 to 5."),
        ("call no, mood 4", {"feeling": 4, "call": 2}, "How strong has the pull been"),
        ("call no mood 4 cravings 1", {"feeling": 4, "call": 2, "cravings": 1}, "Thanks Ben."),
        ("4, 2", {}, "Thanks Ben. Which number is closest"),
    ],
)
def test_labels_answer_several_and_only_what_remains_is_asked(
    cast: Cast, client: Client, words: str, answered: dict[str, int], then: str
) -> None:
    plan(cast, questions=ALL)
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    text_in(client, cast.ben.user.phone, words)
    drain()
    assert CheckIn.objects.get().answers == answered
    assert texts_to(cast.ben.user.phone)[-1].startswith(then)


def test_a_picture_is_not_fetched_and_they_are_told_kindly(cast: Cast, client: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(client, cast.ben.user.phone, "4", media="1")
    drain()
    told = [text for text in texts_to(cast.ben.user.phone) if "pictures" in text]
    assert told == ["Sorry Ben, we cannot see pictures here. Please put it in words."]
    assert CheckIn.objects.get().answers == {"feeling": 4}


def test_two_presses_send_one_check_in(cast: Cast, client: Client) -> None:
    sign_in(client, cast.alice.user)
    for _ in range(2):
        response = client.post(f"/conversations/{cast.conversation.id}/check-in/", follow=True)
    assert "A check-in is out already" in response.content.decode()
    drain()
    assert len(asked(cast)) == 1


def test_at_night_a_check_in_waits_for_the_morning(cast: Cast, monday: time_machine.Traveller) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    monday.move_to(datetime.fromisoformat("2026-11-23T21:30:00+00:00"))
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    assert asked(cast) == []
    at(monday, "2026-11-24T09:00:01+00:00")
    assert len(asked(cast)) == 1


def test_no_check_in_after_the_pairing_has_ended(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast)
    end_pairing(by=cast.priya, pairing=cast.pairing)
    at(monday, "2026-11-30T10:00:01+00:00")
    assert asked(cast) == []


def test_the_plan_page_names_what_is_wrong_and_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    sign_in(client, cast.alice.user)
    address = f"/conversations/{cast.conversation.id}/plan/"
    response = client.post(address, {"weekdays": ["2"], "at": "22:30", "questions": ["feeling"], "is_on": "on"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Ben gets texts from 09:00 to 20:00. Choose a time between." in page
    assert 'value="22:30"' in page
    assert client.post(address, {"at": "10:00"}).status_code == 422
    assert client.post(address, {"weekdays": ["9"], "at": "10:00", "questions": ["x"]}).status_code == 422


def test_answers_are_sealed_in_the_database(cast: Cast, client: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    text_in(client, cast.ben.user.phone, "4")
    row: Any = CheckInAnswer.objects.get()
    assert bytes(row.sealed_value) != b"4"
    assert len(bytes(row.sealed_value)) > 28


def test_whoever_answers_the_later_questions_first_is_asked_for_the_first_each_time(cast: Cast, client: Client) -> None:
    plan(cast, questions=ALL)
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    for words in ("call no", "cravings 2"):
        drain()
        text_in(client, cast.ben.user.phone, words)
    drain()
    still = [text for text in texts_to(cast.ben.user.phone) if text.startswith("How are you today?")]
    assert len(still) == 2
    text_in(client, cast.ben.user.phone, "4")
    assert CheckIn.objects.get().answers == {"feeling": 4, "cravings": 2, "call": 2}
    assert CheckIn.objects.get().state == "answered"


def test_the_reminder_of_a_question_that_does_not_greet_is_the_whole_question(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1], questions=["cravings"])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-24T14:01:00+00:00")
    assert texts_to(cast.ben.user.phone)[-1].startswith(
        "Hi Ben, no rush. When you have a minute: How strong has the pull been"
    )
