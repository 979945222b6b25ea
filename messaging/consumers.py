"""The sockets. Each event that comes in is an id; what is sent out is asked of the database again,
with the rights the reader has at that moment.
"""

import json
import time
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
from messaging import access, later, presenting, threads
from messaging.models import Conversation, Message, Side
from messaging.trend import trend
from partners.access import programmes_guarded_by

GONE = 4403
LONGEST_FRAME = 10_000  # characters
TYPING_EVERY = 1.0  # seconds
# Nothing to send, but whoever reads may have to go: ask again.
ENDINGS = {"signed_out", "closed"}
NUMBERS = range(2**31)
Packet = dict[str, Any]


class PersonConsumer(AsyncJsonWebsocketConsumer):
    """A socket of somebody signed in. It closes as soon as their session ends."""

    is_shut = False

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

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """One frame. Whatever no page of ours would send is passed over."""
        if self.is_shut or text_data is None or len(text_data) > LONGEST_FRAME:
            return
        try:
            content = json.loads(text_data)
        except (ValueError, RecursionError):
            return
        if isinstance(content, dict):
            await self.receive_json(content)

    async def live_event(self, event: Packet) -> None:
        """One event from the channel layer. Some may still be on their way when the socket is shut."""
        if not self.is_shut:
            await self.heed(event)

    async def heed(self, event: Packet) -> None:
        raise NotImplementedError

    async def shut(self) -> None:
        self.is_shut = True
        await self.close(GONE)

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
    """Tells an inbox or a desk that something changed; the page then asks for it. It listens to no page."""

    def groups_of(self, person: User) -> list[str]:
        programmes = programmes_guarded_by(person).values_list("pk", flat=True)
        return [f"user.{person.pk}", *(f"programme.{programme}" for programme in programmes)]

    async def heed(self, event: Packet) -> None:
        # Signed out, or of other programmes than when it opened: the page comes back with what is true now.
        if set(await self._groups()) != set(self.groups_joined):
            await self.shut()
            return
        await self.send_json({"kind": event["kind"]})


class ConversationConsumer(PersonConsumer):
    """One open conversation: new messages, marks, typing, the trend."""

    # The number of the last message this socket was sent. Each event sends all that came after it, so one that
    # was lost is made good by the next. None until the page has said where it stands.
    sent: int | None = None
    typed_at = -TYPING_EVERY

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

    async def receive_json(self, content: Packet, **kwargs: Any) -> None:
        """What the page says: `since` (catch up), `read` (up to a number), `typing`."""
        kind, number = content.get("kind"), content.get("number")
        if kind == "typing":
            await self._note_typing()
        elif type(number) is not int or number not in NUMBERS:
            return
        elif kind == "since":
            self.sent = number
            await self._catch_up()
            await self._answer("marks", {})
            await self._answer("later", {})
        elif kind == "read":
            await self._answer("read", {"number": number})

    async def heed(self, event: Packet) -> None:
        kind = event["kind"]
        if kind == "message":
            if self.sent is None:
                self.sent = event["number"] - 1
            await self._catch_up()
        elif kind in ENDINGS or self._handler(kind):
            await self._answer(kind, event)

    async def _note_typing(self) -> None:
        now = time.monotonic()
        if now - self.typed_at >= TYPING_EVERY:
            self.typed_at = now
            await self._answer("typed", {})

    async def _catch_up(self) -> None:
        """Send all that this socket was not sent yet, a page at a time: others get their turn in between."""
        while packets := await self._answer("message", {}):
            if len(packets[0]["messages"]) < presenting.PAGE:
                return

    async def _answer(self, kind: str, event: Packet) -> list[Packet]:
        """Send what there is to say, and give it back."""
        if self.is_shut:
            return []
        packets: list[Packet] | None = await self._packets(kind, event)
        if packets is None:
            await self.send_json({"kind": "closed"})
            await self.shut()
            return []
        for packet in packets:
            await self.send_json(packet)
        return packets

    def _handler(self, kind: str) -> Any:
        return getattr(self, f"_on_{kind.replace('-', '_')}", None)

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
        handler = self._handler(kind)
        if handler is None:
            return []
        with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
            packets: list[Packet] = handler(conversation, conversation.side_of(person), event)
            return packets

    def _on_message(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        """A page of what this side has not been sent yet; noted as received. `after` tells the page whether
        it has everything before it: numbers alone do not, since a notice for the other side has one too.
        """
        after = self.sent or 0
        rows = Message.objects.whole().filter(conversation=conversation).shown_to(side).after(after)
        messages = list(rows[: presenting.PAGE])
        if not messages:
            return []
        self.sent = messages[-1].number
        threads.note_received(conversation, side, self.sent)
        shown = presenting.packet(conversation, side, messages)
        return [{"kind": "messages", "after": after, "messages": shown}]

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

    def _on_later(self, conversation: Conversation, side: Side, event: Packet) -> list[Packet]:
        return [{"kind": "later", "html": later.html(conversation)}] if side == Side.CHAMPION else []
