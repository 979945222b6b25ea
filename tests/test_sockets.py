"""The sockets: live, and only for whoever may read at that moment."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts.models import User
from config.asgi import application
from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions
from messaging.models import Conversation
from tests.cast import sign_in, text_in

pytestmark = pytest.mark.django_db(transaction=True)

Socket = Any  # WebsocketCommunicator, which ships no types


def cookie_of(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def socket(path: str, cookie: str = "", origin: str | None = "http://localhost:8000") -> Socket:
    headers = [(b"cookie", cookie.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return WebsocketCommunicator(application, path, headers=headers)


def room(conversation: Conversation) -> str:
    return f"/ws/conversations/{conversation.id}/"


async def signed_in(user: User) -> tuple[Client, str]:
    client = await sync_to_async(lambda: sign_in(Client(), user))()
    return client, cookie_of(client)


async def until(ws: Socket, kind: str, **wanted: Any) -> dict[str, Any]:
    """The next packet of `kind` that holds what is `wanted`; others before it are passed over."""
    while True:
        packet: dict[str, Any] = await ws.receive_json_from(timeout=5)
        if packet["kind"] == kind and wanted.items() <= packet.items():
            return packet


def in_thread(work: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    return sync_to_async(work)


async def test_what_one_writes_the_other_sees_live(cast: Cast) -> None:
    _, alice = await signed_in(cast.alice.user)
    dev_client, _ = await signed_in(cast.dev.user)
    ws = socket(room(cast.dev_conversation), alice)
    assert (await ws.connect())[0]
    await in_thread(dev_client.post)(f"/conversations/{cast.dev_conversation.id}/", {"body": "Fixed a wheel"})
    packet = await until(ws, "messages")
    assert "Fixed a wheel" in packet["messages"][0]["html"]
    assert packet["messages"][0]["mine"] is False
    await ws.disconnect()


async def test_an_answer_by_text_reaches_the_open_screen_and_moves_the_line(cast: Cast) -> None:
    await in_thread(actions.send_check_in_now)(by=cast.alice.user, conversation=cast.conversation)
    _, alice = await signed_in(cast.alice.user)
    ws = socket(room(cast.conversation), alice)
    await ws.connect()
    await in_thread(text_in)(Client(), cast.ben.user.phone, "4")
    assert "All right" in (await until(ws, "messages"))["messages"][0]["html"]
    assert "Last answer: 4, All right." in (await until(ws, "trend"))["html"]
    await ws.disconnect()


async def test_typing_is_seen_by_the_other_alone(cast: Cast) -> None:
    _, alice = await signed_in(cast.alice.user)
    _, dev = await signed_in(cast.dev.user)
    one, two = socket(room(cast.dev_conversation), alice), socket(room(cast.dev_conversation), dev)
    await one.connect()
    await two.connect()
    await one.send_json_to({"kind": "typing"})
    assert (await until(two, "typing"))["kind"] == "typing"
    assert await one.receive_nothing(0.3)
    await one.disconnect()
    await two.disconnect()


async def test_reading_is_told_to_the_writer(cast: Cast) -> None:
    alice_client, alice = await signed_in(cast.alice.user)
    _, dev = await signed_in(cast.dev.user)
    one, two = socket(room(cast.dev_conversation), alice), socket(room(cast.dev_conversation), dev)
    await one.connect()
    await two.connect()
    await in_thread(alice_client.post)(f"/conversations/{cast.dev_conversation.id}/", {"body": "hello"})
    await until(two, "messages")
    await until(one, "marks", received=1, read=0)
    await two.send_json_to({"kind": "read", "number": 1})
    await until(one, "marks", received=1, read=1)
    await one.disconnect()
    await two.disconnect()


async def test_after_a_lost_connection_it_catches_up_by_number(cast: Cast) -> None:
    alice_client, _ = await signed_in(cast.alice.user)
    _, dev = await signed_in(cast.dev.user)
    for n in range(4):
        await in_thread(alice_client.post)(f"/conversations/{cast.dev_conversation.id}/", {"body": f"message {n}"})
    ws = socket(room(cast.dev_conversation), dev)
    await ws.connect()
    await ws.send_json_to({"kind": "since", "number": 2})
    packet = await until(ws, "messages")
    assert [message["number"] for message in packet["messages"]] == [3, 4]
    await ws.disconnect()


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://localhost:9999", "http://localhost.evil.example:8000", ""]
)
async def test_a_foreign_null_or_missing_origin_is_refused(cast: Cast, origin: str | None) -> None:
    _, alice = await signed_in(cast.alice.user)
    for path in (room(cast.dev_conversation), "/ws/live/"):
        connected, _ = await socket(path, alice, origin).connect()
        assert not connected


async def test_a_foreign_conversation_closes(cast: Cast) -> None:
    for stranger in (cast.carol.user, cast.priya, cast.mere, cast.dev.user):
        _, cookie = await signed_in(stranger)
        connected, _ = await socket(room(cast.conversation), cookie).connect()
        assert not connected, stranger.name


@pytest.mark.parametrize("path", ["/ws/", "/ws/nowhere/", f"/ws/conversations/{uuid.uuid4()}/", "/"])
async def test_an_address_that_is_none_closes(cast: Cast, path: str) -> None:
    _, alice = await signed_in(cast.alice.user)
    connected, _ = await socket(path, alice).connect()
    assert not connected


async def test_without_signing_in_nothing_opens(cast: Cast) -> None:
    for path in (room(cast.conversation), "/ws/live/"):
        for cookie in ("", "session=nonsense"):
            connected, _ = await socket(path, cookie).connect()
            assert not connected


async def test_a_password_alone_opens_no_socket(cast: Cast) -> None:
    client = Client()
    await in_thread(client.force_login)(cast.alice.user)
    connected, _ = await socket(room(cast.conversation), cookie_of(client)).connect()
    assert not connected


async def test_signing_out_closes_what_is_open(cast: Cast) -> None:
    client, alice = await signed_in(cast.alice.user)
    ws = socket(room(cast.conversation), alice)
    await ws.connect()
    await in_thread(client.post)("/sign-out/")
    await until(ws, "closed")
    assert (await ws.receive_output(timeout=5))["type"] == "websocket.close"


async def test_ending_the_pairing_closes_what_is_open_on_both_sides(cast: Cast) -> None:
    sockets = []
    for user in (cast.alice.user, cast.dev.user):
        _, cookie = await signed_in(user)
        ws = socket(room(cast.dev_conversation), cookie)
        await ws.connect()
        sockets.append(ws)
    await in_thread(end_pairing)(by=cast.priya, pairing=cast.dev_pairing)
    for ws in sockets:
        await until(ws, "closed")
        assert (await ws.receive_output(timeout=5))["type"] == "websocket.close"


async def test_a_notice_for_one_is_not_sent_to_the_other(cast: Cast) -> None:
    _, dev = await signed_in(cast.dev.user)
    ws = socket(room(cast.dev_conversation), dev)
    await ws.connect()
    await in_thread(text_in)(Client(), cast.dev.user.phone, "STOP")
    assert await ws.receive_nothing(0.5)
    await ws.disconnect()


async def test_the_leads_screen_hears_of_an_alert_and_another_programmes_does_not(cast: Cast) -> None:
    _, priya = await signed_in(cast.priya)
    _, mere = await signed_in(cast.mere)
    one, two = socket("/ws/live/", priya), socket("/ws/live/", mere)
    await one.connect()
    await two.connect()
    await in_thread(text_in)(Client(), cast.ben.user.phone, "I want to kill myself")
    assert (await until(one, "alerts"))["kind"] == "alerts"
    assert await two.receive_nothing(0.5)
    await one.disconnect()
    await two.disconnect()


async def test_an_event_carries_no_words(cast: Cast) -> None:
    _, alice = await signed_in(cast.alice.user)
    ws = socket("/ws/live/", alice)
    await ws.connect()
    await in_thread(text_in)(Client(), cast.ben.user.phone, "the quick brown fox")
    packet = await until(ws, "inbox")
    assert set(packet) == {"kind"}
    await ws.disconnect()


NONSENSE = [
    "[]",
    "1",
    '"x"',
    "{}",
    '{"kind": "read"}',
    '{"kind": "read", "number": -1}',
    '{"kind": "read", "number": "1"}',
    '{"kind": "since", "number": 99999999999}',
    '{"kind": "message", "number": 1}',
    '{"kind": "__class__"}',
]


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_is_passed_over(cast: Cast, nonsense: str) -> None:
    _, alice = await signed_in(cast.alice.user)
    ws = socket(room(cast.conversation), alice)
    await ws.connect()
    await ws.send_to(text_data=nonsense)
    await ws.send_json_to({"kind": "since", "number": 0})
    assert (await until(ws, "marks"))["read"] == 0
    await ws.disconnect()
