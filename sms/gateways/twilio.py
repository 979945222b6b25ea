"""Twilio, through its official package (docs/sms.md holds what was learned about its API)."""

import asyncio
from typing import Any

import aiohttp
from django.conf import settings
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sms.gateways.base import Failure, NotSent, Receipt, Sms

# Twilio's own webhooks wait fifteen seconds; an answer that takes longer is as good as none.
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
CONNECTIONS = 100
# 20429: too many requests; 21611: that number's queue is full. Neither was taken.
BUSY_CODES = {20429, 21611}


class HttpClient(AsyncTwilioHttpClient):
    """The package's client with a time-out, one pool of connections, and `Retry-After` kept: its
    exception does not carry the headers.
    """

    def __init__(self) -> None:
        super().__init__(pool_connections=False)
        self.session = aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=CONNECTIONS))

    async def request(self, *args: Any, **kwargs: Any) -> Response:
        kwargs["timeout"] = TIMEOUT
        response = await super().request(*args, **kwargs)
        if response.status_code == 429:
            raise NotSent(Failure.AGAIN, "20429", _seconds(response.headers.get("Retry-After")))
        return response


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None


class Twilio:
    """One client per event loop: connections belong to the loop that opened them."""

    def __init__(self) -> None:
        self.account_sid: str = settings.TWILIO_ACCOUNT_SID
        self.auth_token: str = settings.TWILIO_AUTH_TOKEN
        self.sender: str = settings.TWILIO_FROM
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, sms: Sms) -> Receipt:
        try:
            message = await self._client_here().messages.create_async(**_request(sms))
        except TwilioRestException as error:
            raise _refusal(error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Nothing was sent: the connection was never made.
            raise NotSent(Failure.AGAIN) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotSent(Failure.UNCLEAR) from error
        return Receipt(str(message.sid), int(message.num_segments or 1))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.http_client.close()
        self._client = self._loop = None

    def _client_here(self) -> Client:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = Client(self.account_sid, self.auth_token, http_client=HttpClient())
            if settings.TWILIO_API_BASE_URL:
                self._client.api.base_url = settings.TWILIO_API_BASE_URL
            self._loop = loop
        return self._client


def _request(sms: Sms) -> dict[str, Any]:
    request = {
        "to": sms.to,
        "body": sms.body,
        "status_callback": sms.status_url,
        "validity_period": sms.valid_for,
    }
    if sms.sender:
        request["from_"] = sms.sender
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        request["messaging_service_sid"] = settings.TWILIO_MESSAGING_SERVICE_SID
    return request


def _refusal(error: TwilioRestException) -> NotSent:
    """What an error answer means. There is no idempotency key: a 5xx may have been taken (20500)."""
    code = str(error.code or error.status)
    if error.status >= 500:
        return NotSent(Failure.UNCLEAR, code)
    if error.code in BUSY_CODES:
        return NotSent(Failure.AGAIN, code)
    return NotSent(Failure.FINAL, code)
