"""Where sockets are. The last one closes what matches nothing: without it, an unknown path raises."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.urls import path, re_path

from messaging.consumers import ConversationConsumer, LiveConsumer
from sms.phones import PhonesConsumer


class Nowhere(AsyncWebsocketConsumer):
    """Refuses the connection."""

    async def connect(self) -> None:
        await self.close()


websocket_urlpatterns = [
    path("ws/live/", LiveConsumer.as_asgi()),
    path("ws/conversations/<uuid:conversation_id>/", ConversationConsumer.as_asgi()),
]
if settings.PHONES:
    websocket_urlpatterns.append(path("ws/phones/", PhonesConsumer.as_asgi()))
websocket_urlpatterns.append(re_path(r"", Nowhere.as_asgi()))
