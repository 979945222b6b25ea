"""A conversation over HTTP, as each of the two sees it, and as nobody else does."""

import re
import uuid
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions
from messaging.models import Message
from sms.models import OutboundText
from tests.cast import address, drain, page, sign_in, text_in, texts_to

JSON = {"Accept": "application/json"}


# --- By text ------------------------------------------------------------------------------------


def test_what_a_champion_writes_arrives_as_a_text_and_the_answer_comes_back(cast: Cast, alice: Client) -> None:
    phone = cast.ben.user.phone
    assert alice.post(address(cast.conversation), {"body": "How did the meeting go?"}).status_code == 303
    drain()
    assert texts_to(phone)[-1] == "Alice: How did the meeting go?"
    assert "Delivered as a text" in page(alice, cast.conversation)
    text_in(Client(), phone, "They moved it to Tuesday")
    assert "They moved it to Tuesday" in page(alice, cast.conversation)


def test_neither_sees_the_others_number(cast: Cast, alice: Client) -> None:
    text_in(Client(), cast.ben.user.phone, "hiya")
    shown = page(alice, cast.conversation) + alice.get(f"{address(cast.conversation)}person/").content.decode()
    assert "7700" not in shown
    alice.post(address(cast.conversation), {"body": "hello"})
    drain()
    assert not any("7700" in text for text in texts_to(cast.ben.user.phone))


def test_a_message_that_could_not_be_sent_says_so(cast: Cast, alice: Client) -> None:
    alice.post(address(cast.conversation), {"body": "hello"})
    text = OutboundText.objects.get(key__startswith="message:")
    cast.ben.texts_are_safe = False
    cast.ben.save()
    drain()
    text.refresh_from_db()
    assert text.state == "suppressed"
    assert "They said texts are not safe for them." in page(alice, cast.conversation)


def test_at_night_a_message_waits_and_says_until_when(cast: Cast, alice: Client) -> None:
    hour = timezone.localtime().hour
    cast.ben.texts_from, cast.ben.texts_until = time((hour + 2) % 24), time((hour + 3) % 24)
    cast.ben.save()
    alice.post(address(cast.conversation), {"body": "sleep well"})
    drain()
    assert "Alice: sleep well" not in texts_to(cast.ben.user.phone)
    assert "Ben&#x27;s time" in page(alice, cast.conversation)


# --- On the web ---------------------------------------------------------------------------------


def test_a_participant_with_a_smartphone_holds_the_same_conversation(cast: Cast, alice: Client, dev: Client) -> None:
    alice.post(address(cast.dev_conversation), {"body": "How was the workshop?"})
    assert "How was the workshop?" in page(dev, cast.dev_conversation)
    dev.post(address(cast.dev_conversation), {"body": "Fixed a wheel"})
    shown = page(alice, cast.dev_conversation)
    assert "Fixed a wheel" in shown
    assert ">Read<" in shown


def test_the_nudge_says_nothing_and_comes_once(cast: Cast, alice: Client, dev: Client) -> None:
    for words in ["one", "two", "three"]:
        alice.post(address(cast.dev_conversation), {"body": words})
    drain()
    nudges = [text for text in texts_to(cast.dev.user.phone) if "new message" in text]
    assert nudges == ["You have a new message. Sign in to read it: http://localhost:8000/sign-in/"]
    page(dev, cast.dev_conversation)
    alice.post(address(cast.dev_conversation), {"body": "four"})
    drain()
    assert len([text for text in texts_to(cast.dev.user.phone) if "new message" in text]) == 2


def test_marks_go_from_sent_to_delivered_to_read(cast: Cast, alice: Client, dev: Client) -> None:
    alice.post(address(cast.dev_conversation), {"body": "hello"})
    assert ">Sent<" in page(alice, cast.dev_conversation)
    assert dev.get(f"{address(cast.dev_conversation)}since/0/").json()["messages"][0]["number"] == 1
    assert ">Delivered<" in page(alice, cast.dev_conversation)
    page(dev, cast.dev_conversation)
    assert ">Read<" in page(alice, cast.dev_conversation)


def test_catching_up_gives_what_came_after_and_nothing_twice(cast: Cast, alice: Client, dev: Client) -> None:
    for n in range(5):
        alice.post(address(cast.dev_conversation), {"body": f"message {n}"})
    got = dev.get(f"{address(cast.dev_conversation)}since/2/").json()["messages"]
    assert [message["number"] for message in got] == [3, 4, 5]
    assert dev.get(f"{address(cast.dev_conversation)}since/5/").json()["messages"] == []


def test_an_unread_divider_stands_above_what_is_new(cast: Cast, alice: Client, dev: Client) -> None:
    alice.post(address(cast.dev_conversation), {"body": "seen"})
    page(dev, cast.dev_conversation)
    for words in ["fresh one", "fresh two"]:
        alice.post(address(cast.dev_conversation), {"body": words})
    shown = page(dev, cast.dev_conversation)
    assert shown.index("seen") < shown.index('id="new"') < shown.index("fresh one")
    assert "2 new" in shown
    assert 'id="new"' not in page(dev, cast.dev_conversation)


# --- Bad input ----------------------------------------------------------------------------------


def test_twenty_thousand_characters_are_refused_with_the_limit_and_the_draft_kept(cast: Cast, alice: Client) -> None:
    draft = "word " * 4000
    response = alice.post(address(cast.conversation), {"body": draft})
    shown = response.content.decode()
    assert response.status_code == 422
    assert "The most is 1000" in shown
    assert draft.strip() in shown
    answer = alice.post(address(cast.conversation), {"body": draft}, headers=JSON)
    assert answer.status_code == 422
    assert "1000" in answer.json()["wrong"]
    assert not Message.objects.exists()


def test_nothing_is_no_message(cast: Cast, alice: Client) -> None:
    assert alice.post(address(cast.conversation), {"body": "  \n "}).status_code == 422
    assert alice.post(address(cast.conversation), {}).status_code == 422


def test_a_double_click_sends_once(cast: Cast, alice: Client) -> None:
    client_id = str(uuid.uuid4())
    for _ in range(2):
        answer = alice.post(address(cast.conversation), {"body": "once", "client_id": client_id}, headers=JSON)
        assert answer.status_code == 200
        assert len(answer.json()["messages"]) == 1
    drain()
    assert texts_to(cast.ben.user.phone).count("Alice: once") == 1


def test_without_javascript_a_double_click_sends_once_too(cast: Cast, alice: Client) -> None:
    form = re.search(r'name="client_id" value="([0-9a-f-]{36})"', page(alice, cast.conversation))
    assert form
    for _ in range(2):
        alice.post(address(cast.conversation), {"body": "once", "client_id": form[1]})
    assert Message.objects.count() == 1


def test_the_same_client_id_elsewhere_is_another_message(cast: Cast, alice: Client) -> None:
    client_id = str(uuid.uuid4())
    for conversation in (cast.conversation, cast.dev_conversation):
        alice.post(address(conversation), {"body": "hello", "client_id": client_id}, headers=JSON)
    assert Message.objects.count() == 2


@pytest.mark.parametrize("client_id", ["", "x", "0" * 400, "../../etc"])
def test_a_strange_client_id_is_ignored(cast: Cast, alice: Client, client_id: str) -> None:
    assert alice.post(address(cast.conversation), {"body": "hi", "client_id": client_id}).status_code == 303


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "javascript:alert(1)",
        "{{ 7*7 }}{% debug %}",
        "</textarea><script>alert(1)</script>",
        "\u202egnp.exe",
    ],
)
def test_what_somebody_writes_stays_words(cast: Cast, dev: Client, alice: Client, words: str) -> None:
    dev.post(address(cast.dev_conversation), {"body": words})
    shown = page(alice, cast.dev_conversation)
    packet = alice.get(f"{address(cast.dev_conversation)}since/0/").json()["messages"][0]["html"]
    for html in (shown, packet, alice.get("/inbox/").content.decode()):
        for bad in ("<script>alert", "<img src=x", "<svg onload", ">49<"):
            assert bad not in html


# --- Who gets in --------------------------------------------------------------------------------


PLACES = ["", "since/0/", "person/", "stories/"]


@pytest.mark.parametrize("place", PLACES)
def test_a_foreign_conversation_is_not_found(cast: Cast, place: str) -> None:
    strangers = [
        cast.carol.user,
        cast.priya,
        cast.sam,
        cast.omar,
        cast.kit,
        cast.rhys,
        cast.elin,
        cast.mere,
        cast.dev.user,
    ]
    for stranger in strangers:
        response = sign_in(Client(), stranger).get(f"{address(cast.conversation)}{place}")
        assert response.status_code == 404, stranger.name


@pytest.mark.parametrize("place", ["", "plan/", "check-in/", "stories/"])
def test_a_foreign_conversation_takes_nothing(cast: Cast, place: str) -> None:
    for stranger in (cast.carol.user, cast.priya, cast.dev.user, cast.mere):
        response = sign_in(Client(), stranger).post(f"{address(cast.conversation)}{place}", {"body": "hi"})
        assert response.status_code == 404, stranger.name
    assert not Message.objects.exists()


def test_a_participant_cannot_do_what_is_the_champions(cast: Cast, dev: Client) -> None:
    for place in ("person/", "plan/", "check-in/", "stories/"):
        assert dev.get(f"{address(cast.dev_conversation)}{place}").status_code in {404, 405}
        assert dev.post(f"{address(cast.dev_conversation)}{place}", {}).status_code == 404


def test_after_the_pairing_has_ended_nobody_reads_or_writes(cast: Cast, alice: Client, dev: Client) -> None:
    alice.post(address(cast.dev_conversation), {"body": "goodbye"})
    end_pairing(by=cast.priya, pairing=cast.dev_pairing)
    for client in (alice, dev):
        assert client.get(address(cast.dev_conversation)).status_code == 404
        assert client.post(address(cast.dev_conversation), {"body": "hello?"}).status_code == 404
    assert Message.objects.count() == 1


def test_nobody_reads_without_signing_in(cast: Cast) -> None:
    response = Client().get(address(cast.conversation))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert Client().get(f"{address(cast.conversation)}since/0/", headers=JSON).status_code == 401


def test_private_pages_are_not_kept_and_not_named(cast: Cast, alice: Client) -> None:
    response = alice.get(address(cast.conversation))
    assert response["Cache-Control"] == "no-store"
    assert "<title>Messages · Handrail</title>" in response.content.decode()


# --- What it costs, what it keeps ---------------------------------------------------------------


def test_an_inbox_costs_the_same_for_one_and_for_many(
    cast: Cast, alice: Client, django_assert_num_queries: Any
) -> None:
    for conversation in (cast.conversation, cast.dev_conversation):
        alice.post(address(conversation), {"body": "hello"})
    # The session; the user; the authenticator, for django-otp and for the route's policy; whether to show
    # a participant's tabs; offers to a champion and to a participant; the conversations with people, last
    # message and keys in one.
    with django_assert_num_queries(8):
        assert b"Dev" in alice.get("/inbox/").content
    end_pairing(by=cast.priya, pairing=cast.dev_pairing)
    with django_assert_num_queries(8):
        assert b"Dev" not in alice.get("/inbox/").content


def test_a_conversation_costs_the_same_for_few_and_for_many_messages(
    cast: Cast, alice: Client, django_assert_max_num_queries: Any
) -> None:
    def cost() -> int:
        with django_assert_max_num_queries(40) as captured:
            alice.get(address(cast.conversation))
        return len(captured)

    alice.post(address(cast.conversation), {"body": "hello"})
    text_in(Client(), cast.ben.user.phone, "hi")
    page(alice, cast.conversation)
    few = cost()
    for n in range(20):
        alice.post(address(cast.conversation), {"body": f"message {n}"})
    page(alice, cast.conversation)
    assert cost() == few


def test_earlier_messages_are_a_link_away(cast: Cast, alice: Client) -> None:
    for n in range(60):
        actions.write(by=cast.alice.user, conversation=cast.dev_conversation, words=f"message {n:03}")
    shown = page(alice, cast.dev_conversation)
    assert "message 059" in shown
    assert "message 009" not in shown
    assert "?before=11" in shown
    earlier = alice.get(f"{address(cast.dev_conversation)}?before=11").content.decode()
    assert "message 009" in earlier


def test_words_moved_to_another_row_do_not_open(cast: Cast, alice: Client) -> None:
    alice.post(address(cast.dev_conversation), {"body": "mine"})
    alice.post(address(cast.dev_conversation), {"body": "other"})
    one, two = Message.objects.order_by("number")
    assert b"mine" not in bytes(one.sealed_body)
    Message.objects.filter(pk=two.pk).update(sealed_body=one.sealed_body)
    assert page(alice, cast.dev_conversation).count("</span>mine</p>") == 1
    assert "can no longer be read" in page(alice, cast.dev_conversation)
