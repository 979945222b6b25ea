"""A check-in on the web is sent once: second taps, two tabs, an answer by text in between."""

from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client

from demo.cast import Cast
from messaging.models import CheckInAnswer, Message
from safeguarding.models import Alert
from sms.models import OutboundText
from tests.cast import MONDAY, drain, text_in, texts_to
from tests.test_at_once import at_once
from tests.test_web_check_in import ask, fill, press, the_one, words


@pytest.fixture
def link(cast: Cast) -> str:
    return ask(cast)


def test_a_second_tap_on_send_changes_nothing_and_still_says_that_it_is_sent(
    cast: Cast, link: str, client: Client
) -> None:
    page = fill(client, link, typed="once")
    first, second = press(client, link, page, "send"), press(client, link, page, "send")
    assert first.headers["Location"] == second.headers["Location"] == f"{link}sent/"
    assert CheckInAnswer.objects.count() == 3
    assert Message.objects.filter(author="participant").count() == 1


def test_two_tabs_and_the_second_keeps_its_words_on_the_screen(cast: Cast, link: str, client: Client) -> None:
    one, other = fill(client, link, feeling="4", typed="from one"), fill(client, link, feeling="1", typed="from other")
    press(client, link, one, "send")
    refused = press(client, link, other, "send")
    assert refused.status_code == 404
    assert "from other" in words(refused)
    assert the_one().answers["feeling"] == 4


@pytest.mark.django_db(transaction=True)
def test_sent_at_once_from_two_tabs_and_by_text_is_stored_once(cast: Cast) -> None:
    link = ask(cast, ["feeling"])
    pages = [Client().post(link, {"do": "start"}) for _ in range(2)]

    def send(nth: int) -> int:
        posted = press(Client(), link, pages[nth], "send", feeling=str(nth + 1), words=f"tab {nth}")
        return int(posted.status_code)

    taps = [partial(send, nth) for nth in (0, 1, 0, 1)]
    *codes, text = at_once(*taps, lambda: text_in(Client(), cast.dev.user.phone, "5").status_code)
    assert sorted(codes) == [303, 303, 404, 404]
    assert text == 200
    assert CheckInAnswer.objects.count() == 1
    written = [message.body for message in Message.objects.filter(author="participant")]
    assert len([body for body in written if body.startswith("tab")]) == 1


def test_what_was_answered_by_text_meanwhile_is_not_overwritten(cast: Cast, link: str, client: Client) -> None:
    page = fill(client, link, feeling="4", cravings="5", typed="and this")
    text_in(Client(), cast.dev.user.phone, "1")
    assert press(client, link, page, "send").status_code == 303
    assert the_one().answers == {"feeling": 1, "cravings": 5, "call": 2}
    assert [message.body for message in Message.objects.filter(author="participant")] == ["and this"]


def test_even_when_all_was_answered_by_text_meanwhile_the_words_arrive(cast: Cast, client: Client) -> None:
    link = ask(cast, ["feeling"])
    page = press(client, link, client.post(link, {"do": "start"}), "next", feeling="4")
    text_in(Client(), cast.dev.user.phone, "1")
    assert press(client, link, page, "send", words="slept badly").status_code == 303
    assert the_one().answers == {"feeling": 1}
    assert [message.body for message in Message.objects.filter(author="participant")] == ["slept badly"]


def test_a_step_taken_after_all_was_answered_by_text_says_so_and_keeps_the_words(cast: Cast, client: Client) -> None:
    link = ask(cast, ["feeling"])
    page = press(client, link, client.post(link, {"do": "start"}), "next", feeling="4")
    text_in(Client(), cast.dev.user.phone, "1")
    over = press(client, link, page, "next", words="half a thought")
    assert over.status_code == 404
    assert "half a thought" in words(over)


def test_only_what_is_left_is_asked_on_the_web(cast: Cast, link: str, client: Client) -> None:
    text_in(Client(), cast.dev.user.phone, "4")
    page = client.post(link, {"do": "start"})
    assert "How strong has the pull been" in words(page)
    assert "Question 1 of 2" in words(page)


def test_a_question_that_still_waits_is_held_once_they_answered_on_the_web(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    link = ask(cast)
    text_in(Client(), cast.dev.user.phone, "4")  # the next question waits in the outbox
    page = client.post(link, {"do": "start"})
    page = press(client, link, press(client, link, page, "next", cravings="1"), "next", call="2")
    press(client, link, press(client, link, page, "next"), "send")
    before = len(texts_to(cast.dev.user.phone))
    for hours in (0, 5, 25, 49):
        monday.move_to(datetime.fromisoformat(MONDAY) + timedelta(hours=hours, minutes=5))
        drain()
    assert len(texts_to(cast.dev.user.phone)) == before
    held = OutboundText.objects.get(key__endswith=":cravings")
    assert (held.state, held.reason) == ("suppressed", "answered")
    assert not Alert.objects.exists()


def test_opening_the_link_is_being_asked_even_where_no_report_came(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    link = ask(cast)
    OutboundText.objects.filter(key__endswith=":feeling").update(state="unknown")
    client.post(link, {"do": "start"})
    monday.shift(timedelta(hours=24.1))
    drain()
    assert the_one().state == "missed"


def test_a_late_answer_on_the_web_counts_too(cast: Cast, client: Client, monday: time_machine.Traveller) -> None:
    link = ask(cast, ["feeling"])
    monday.shift(timedelta(hours=30))
    drain()
    page = press(client, link, client.post(link, {"do": "start"}), "next", feeling="2")
    press(client, link, press(client, link, page, "next"), "send")
    check_in = the_one()
    assert (check_in.state, check_in.answers, check_in.is_late) == ("answered", {"feeling": 2}, True)
    monday.shift(timedelta(hours=20))
    drain()
    assert not Alert.objects.exists()
