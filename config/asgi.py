"""The one entry point: HTTP and sockets, and, with one process for everything, the dispatcher too."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

# Django must be set up before the rooms can be imported.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402

from config.routing import websocket_urlpatterns  # noqa: E402
from core import dispatch  # noqa: E402

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def _dispatch(stop: asyncio.Event) -> None:
    """Dispatch until told to stop, whatever falls over: without it no text would go."""
    while not stop.is_set():
        try:
            await dispatch.run_until(stop)
        except Exception:
            logger.exception("the dispatcher fell over; it starts again")
            await asyncio.sleep(1)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Start the dispatcher beside the web, where settings say so, and let it finish its round."""
    stop = asyncio.Event()
    task: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            if settings.DISPATCH_IN_WEB:
                task = asyncio.create_task(_dispatch(stop))
            await send({"type": "lifespan.startup.complete"})
        else:
            stop.set()
            if task is not None:
                await task
            await send({"type": "lifespan.shutdown.complete"})
            return


application = ProtocolTypeRouter(
    {
        "http": http,
        # A page elsewhere must not open a socket with our reader's cookie.
        "websocket": OriginValidator(CookieMiddleware(URLRouter(websocket_urlpatterns)), [settings.PUBLIC_URL]),
        "lifespan": lifespan,
    }
)
