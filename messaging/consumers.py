"""The sockets. Each event that comes in is an id; what is sent out is asked of the database again,
with the rights the reader has at that moment.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.access import person_behind
from accounts.models import User
from core.live import announce_now_without_waiting_for_commit
from messaging import access, presenting, threads
from messaging.models import Conversation, Message, Side
from messaging.trend import trend
from partners.access import programmes_guarded_by

GONE = 4403
Packet = dict[str, Any]


class PersonConsumer(AsyncJsonWebsocketConsumer):
    """A socket of somebody signed in. It closes as soon as their session ends."""

    async def connect(self) -> None:
        self.groups_joined: list[str] = []
        groups = await self._groups()
        if not groups:
            await self.close()
            return
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups_joined.append(group)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    def person(self) -> User | None:
        """Who this is, asked afresh."""
        return person_behind(self.scope["cookies"].get(settings.SESSION_COOKIE_NAME))

    @database_sync_to_async
    def _groups(self) -> list[str]:
        person = self.person()
        return self.groups_of(person) if person else []

    def groups_of(self, person: User) -> list[str]:
        """The channel-layer groups this socket listens to; none refuses it."""
        raise NotImplementedError


class LiveConsumer(PersonConsumer):
    """Tells an inbox or a desk that something changed; the page then asks for it."""

    def groups_of(self, person: User) -> list[str]:
        programmes = programmes_guarded_by(person).values_list("pk", flat=True)
        return [f"user.{person.pk}", *(f"programme.{programme}" for programme in programmes)]

    async def live_event(self, event: Packet) -> None:
        if not await database_sync_to_async(self.person)():
            await self.close(GONE)
            return
        await self.send_json({"kind": event["kind"]})


class ConversationConsumer(PersonConsumer):
    """One open conversation: new messages, marks, typing, the trend."""

    def groups_of(self, person: User) -> list[str]:
        try:
            conversation = access.conversation_for(person, self._id)
        except Http404:
            return []
        return [conversation.group, f"user.{person.pk}"]

    @property
    def _id(self) -> UUID:
        conversation_id: UUID = self.scope["url_route"]["kwargs"]["conversation_id"]
        return conversation_id

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """What the page says: `since` (catch up), `read` (up to a number), `typing`."""
        kind = content.get("kind") if isinstance(content, dict) else None
        number = content.get("number") if kind else None
        if kind in {"since", "read"} and isinstance(number, int) and 0 <= number < 2**31:
            await self._answer(kind, {"number": number})
        elif kind == "typing":
            await self._answer("typed", {})

    async def live_event(self, event: Packet) -> None:
        await self._answer(event["kind"], event)

    async def _answer(self, kind: str, event: Packet) -> None:
        packets = await self._packets(kind, event)
        if packets is None:
            await self.send_json({"kind": "closed"})
            await self.close(GONE)
            return
        for packet in packets:
            await self.send_json(packet)

    @database_sync_to_async
    def _packets(self, kind: str, event: Packet) -> list[Packet] | None:
        """What to send to this reader now; None when they may not read any more."""
        person = self.person()
        if person is None:
            return None
        try:
            conversation = access.conversation_for(person, self._id)
        except Http404:
            return None
        handler = getattr(self, f"_on_{kind.replace('-', '_')}", None)
        if handler is None:
            return []
        with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
            packets: list[Packet] = handler(conversation, conversation.side_of(person), event)
            return packets

    def _on_message(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        return _messages(conversation, side, after=event["number"] - 1)

    def _on_since(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        packets = _messages(conversation, side, after=event["number"])
        return [*packets, *self._on_marks(conversation, side, event)]

    def _on_changed(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        message = access.message_of(conversation, UUID(event["message"]))
        if message is None or message.only_for not in {"", side}:
            return []
        packets = presenting.packet(conversation, side, [message])
        return [{"kind": "changed", "messages": packets}]

    def _on_marks(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        return [{"kind": "marks", **presenting.marks(conversation, side)}]

    def _on_read(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        threads.note_read(conversation, side, event["number"])
        return []

    def _on_typed(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        announce_now_without_waiting_for_commit(
            conversation.group, {"type": "live.event", "kind": "typing", "side": str(side)}
        )
        return []

    def _on_typing(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        return [] if event["side"] == side else [{"kind": "typing"}]

    def _on_check_in(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        if side != Side.CHAMPION:
            return []
        html = render_to_string("messaging/trend.html", {"trend": trend(conversation), "conversation": conversation})
        return [{"kind": "trend", "html": html}]


def _messages(conversation: Conversation, side: Side, *, after: int) -> list[Packet]:
    """What this side has not been sent yet; noted as received."""
    rows = Message.objects.whole().filter(conversation=conversation).shown_to(side).after(after)
    messages = list(rows[: presenting.PAGE])
    if not messages:
        return []
    threads.note_received(conversation, side, messages[-1].number)
    return [{"kind": "messages", "messages": presenting.packet(conversation, side, messages)}]
