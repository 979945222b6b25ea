"""Twilio, through its official package (docs/sms.md holds what was learned about its API)."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, TypeVar

import aiohttp
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sms.gateways.base import Failure, Listed, NotSent, Receipt, Sms

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Twilio's own webhooks wait fifteen seconds; an answer that takes longer is as good as none.
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
# 20429: too many requests; 21611: that number's queue is full. Neither was taken.
BUSY_CODES = {20429, 21611}
# A number's queue is full for minutes rather than seconds.
QUEUE_IS_FULL, QUEUE_WAIT = 21611, 60.0
# 20003: wrong credentials; 20005: the account is closed or suspended.
ACCOUNT_CODES = {20003, 20005}
# Connections for looking up and forgetting: those must not take a text's place.
BESIDES = 40
# More texts than this to one number in a few minutes are not of our making.
MOST_LISTED = 200


class HttpClient(AsyncHttpClient):
    """What the package sends its requests through: one pool of connections, a time-out, and
    `Retry-After` kept, which its exception does not carry. (Its own async client has no time-out and
    rests on what aiohttp gives up in version 4.)
    """

    def __init__(self) -> None:
        super().__init__(logger, is_async=True)
        self.session = aiohttp.ClientSession(
            timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=settings.SMS_IN_FLIGHT + BESIDES)
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # the package's signature; TIMEOUT holds
        allow_redirects: bool = False,
    ) -> Response:
        headers = dict(headers or {})
        if auth:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        request = self.session.request(
            method.upper(), url, params=params, data=data, headers=headers, allow_redirects=allow_redirects
        )
        async with request as answer:
            text = await answer.text()
        if answer.status == 429:
            raise _too_many(text, _seconds(answer.headers.get("Retry-After")))
        return Response(answer.status, text, answer.headers)

    async def close(self) -> None:
        await self.session.close()


def _too_many(body: str, wait: float | None) -> NotSent:
    """A 429 is about all requests, unless its body says that only one number's queue is full."""
    try:
        code = json.loads(body).get("code")
    except (ValueError, AttributeError):
        code = None
    if code == QUEUE_IS_FULL:
        return NotSent(Failure.AGAIN, str(code), wait or QUEUE_WAIT)
    return NotSent(Failure.AGAIN, "20429", wait)


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None


class Twilio:
    """One client per event loop: connections belong to the loop that opened them."""

    def __init__(self) -> None:
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def account_sid(self) -> str:
        return str(settings.TWILIO_ACCOUNT_SID)

    @property
    def auth_token(self) -> str:
        return str(settings.TWILIO_AUTH_TOKEN)

    @property
    def sender(self) -> str:
        return str(settings.TWILIO_FROM)

    async def send(self, sms: Sms) -> Receipt:
        message = await _answer(self._client_here().messages.create_async(**_request(sms)))
        return Receipt(str(message.sid), int(message.num_segments or 0))

    async def listed(self, to: str, since: datetime) -> list[Listed]:
        # An unsent text has no date_sent, so the list can't be filtered by it: newest first, as far back as we need.
        client = self._client_here()
        messages = await _answer(client.messages.list_async(to=to, limit=MOST_LISTED, page_size=MOST_LISTED))
        return [_listed(message) for message in messages if message.date_created and message.date_created >= since]

    async def forget(self, sid: str) -> None:
        try:
            await _answer(self._client_here().messages(sid).update_async(body=""))
        except NotSent as error:
            if error.code != "20404":
                raise

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


async def _answer(request: Awaitable[T]) -> T:
    """The provider's answer, or NotSent with what is known of the request."""
    try:
        return await request
    except TwilioRestException as error:
        raise _refusal(error) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        # Nothing was sent: the connection was never made.
        raise NotSent(Failure.AGAIN) from error
    except (aiohttp.ClientError, TimeoutError, OSError, TwilioException) as error:
        # The last: an answer that can't be read.
        raise NotSent(Failure.UNCLEAR) from error


def _listed(message: Any) -> Listed:
    code = "" if message.error_code is None else str(message.error_code)
    return Listed(str(message.sid), message.body or "", str(message.status), code, message.date_created)


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
    if error.code in ACCOUNT_CODES or error.status == 401:
        return NotSent(Failure.ACCOUNT, code)
    if error.code in BUSY_CODES:
        return NotSent(Failure.AGAIN, code, QUEUE_WAIT if error.code == QUEUE_IS_FULL else None)
    return NotSent(Failure.FINAL, code)
