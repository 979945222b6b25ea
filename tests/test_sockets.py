"""The sockets: live, and only for whoever may read at that moment."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.asgi import application
from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions
from messaging.consumers import ConversationConsumer
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


async def test_typing_is_passed_on_once_a_second(cast: Cast) -> None:
    _, alice = await signed_in(cast.alice.user)
    _, dev = await signed_in(cast.dev.user)
    one, two = socket(room(cast.dev_conversation), alice), socket(room(cast.dev_conversation), dev)
    await one.connect()
    await two.connect()
    for _ in range(20):
        await one.send_json_to({"kind": "typing"})
    await until(two, "typing")
    assert await two.receive_nothing(0.5)
    await asyncio.sleep(0.6)
    await one.send_json_to({"kind": "typing"})
    await until(two, "typing")
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


def write(cast: Cast, *words: str) -> None:
    for body in words:
        actions.write(by=cast.alice.user, conversation=cast.dev_conversation, words=body, client_id=uuid.uuid4())


async def test_however_much_was_missed_all_of_it_comes_in_order(cast: Cast) -> None:
    _, dev = await signed_in(cast.dev.user)
    await in_thread(write)(cast, *(f"message {n}" for n in range(120)))
    ws = socket(room(cast.dev_conversation), dev)
    await ws.connect()
    await ws.send_json_to({"kind": "since", "number": 0})
    came: list[int] = []
    while (packet := await ws.receive_json_from(timeout=5))["kind"] == "messages":
        assert packet["after"] == len(came)
        came += [message["number"] for message in packet["messages"]]
    assert came == list(range(1, 121))
    conversation = await in_thread(Conversation.objects.get)(pk=cast.dev_conversation.pk)
    assert (conversation.participant_received, conversation.participant_read) == (120, 0)
    await ws.disconnect()


async def test_an_event_that_was_lost_is_made_good_by_the_next(cast: Cast) -> None:
    _, dev = await signed_in(cast.dev.user)
    await in_thread(write)(cast, "there already")
    ws = socket(room(cast.dev_conversation), dev)
    await ws.connect()
    await ws.send_json_to({"kind": "since", "number": 1})
    await until(ws, "marks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.live.announce_now_without_waiting_for_commit", lambda group, event: None)
        await in_thread(write)(cast, "lost")
    assert await ws.receive_nothing(0.2)
    # Its number in between is taken by a notice for the other side: a gap, and no reason to wait.
    await in_thread(text_in)(Client(), cast.dev.user.phone, "STOP")
    await in_thread(write)(cast, "next")
    came = [1]
    while len(came) < 3:
        packet = await until(ws, "messages")
        assert packet["after"] == came[-1]
        came += [message["number"] for message in packet["messages"]]
    assert came == [1, 2, 4]
    await ws.disconnect()


async def test_events_of_no_concern_ask_nothing_of_the_database(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _, alice = await signed_in(cast.alice.user)
    ws = socket(room(cast.conversation), alice)
    await ws.connect()
    asked: list[str] = []
    ask = ConversationConsumer.person

    def note_and_ask(consumer: ConversationConsumer) -> User | None:
        asked.append("asked")
        return ask(consumer)

    monkeypatch.setattr(ConversationConsumer, "person", note_and_ask)
    layer = get_channel_layer()
    for kind in ("inbox", "alerts", "inbox"):
        await layer.group_send(f"user.{cast.alice.user.pk}", {"type": "live.event", "kind": kind})
    assert await ws.receive_nothing(0.3)
    assert not asked
    # Somebody's other session ended: this one is asked for, and stays.
    await layer.group_send(f"user.{cast.alice.user.pk}", {"type": "live.event", "kind": "signed_out"})
    assert await ws.receive_nothing(0.3)
    assert asked
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


async def test_a_lead_whose_role_has_ended_hears_nothing_more(cast: Cast) -> None:
    _, priya = await signed_in(cast.priya)
    ws = socket("/ws/live/", priya)
    await ws.connect()
    await in_thread(cast.priya.memberships.update)(ended_at=timezone.now())
    await in_thread(text_in)(Client(), cast.ben.user.phone, "I want to kill myself")
    assert (await ws.receive_output(timeout=5))["type"] == "websocket.close"


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
    '{"kind": []}',
    '{"kind": {}}',
    '{"kind": ["read"], "number": 1}',
    '{"kind": "read", "number": true}',
    '{"kind": "read", "number": 1e999}',
    '{"kind": "read", "number": ' + "9" * 9000 + "}",
    "[" * 9999,
    '{"kind":' * 1200,
    '{"kind": "since", "number": 0, "x": "' + "x" * 10_000 + '"}',
    "not JSON",
    b"\x00\xff",
    b'{"kind": "since", "number": 0}',
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda nonsense: repr(nonsense[:30]))
async def test_nonsense_is_passed_over(cast: Cast, nonsense: str | bytes, caplog: pytest.LogCaptureFixture) -> None:
    _, alice = await signed_in(cast.alice.user)
    ws, live = socket(room(cast.conversation), alice), socket("/ws/live/", alice)
    for each in (ws, live):
        await each.connect()
        await each.send_to(**{"text_data" if isinstance(nonsense, str) else "bytes_data": nonsense})
        assert await each.receive_nothing(0.05)
    await ws.send_json_to({"kind": "since", "number": 0})
    assert (await until(ws, "marks"))["read"] == 0
    await live.send_json_to({"kind": "since", "number": 0})
    await in_thread(text_in)(Client(), cast.ben.user.phone, "the quick brown fox")
    await until(live, "inbox")
    assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]
    await ws.disconnect()
    await live.disconnect()
