"""A stand-in for Twilio's Messages API on a free loopback port: the same contract, and faults on demand.

    with Standin() as twilio:
        client.api.base_url = twilio.url
        twilio.next(refused(429, 20429, retry_after=2))     # the next request only
        twilio.next(stall(3), lost(), times=2)              # then these, twice
        with twilio.down(): ...                             # nobody listens at all
        twilio.posts                                        # every POST that came, in order
        twilio.messages                                     # every message accepted
        twilio.move(sid, "delivered")                       # what the next GET tells
        twilio.next_other(broken(accepted=False))           # the next request that is no new message
        twilio.forgotten                                    # the SIDs whose body was asked to be emptied
        twilio.most_at_once                                 # how many messages were being made side by side

A fault is spent by one POST that creates a message. There is no idempotency key, as there is none at Twilio:
the same POST twice is two messages.
"""

import base64
import json
import re
import secrets
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract import NOT_FOUND, WRONG_LOGIN, Answer, Message, mistake, segments

HOST = "127.0.0.1"
OURS = "+447700900009"


@dataclass(frozen=True)
class Fault:
    """What to do instead of a plain 201."""

    accept: bool = False
    wait: float = 0
    status: int = 0
    code: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False


def refused(status: int, code: int, message: str = "refused by the stand-in", retry_after: int | None = None) -> Fault:
    """An error answer; nothing is sent."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(status=status, code=code, message=message, headers=headers)


def stall(seconds: float) -> Fault:
    """Accept, then answer only after `seconds`: the caller's time-out comes first."""
    return Fault(accept=True, wait=seconds)


def lost() -> Fault:
    """Accept, then reset the connection without an answer."""
    return Fault(accept=True, hang_up=True)


def broken(status: int = 500, code: int = 20500, *, accepted: bool) -> Fault:
    """A server error that does not tell whether the message was accepted."""
    return Fault(accept=accepted, status=status, code=code, message="internal server error")


@dataclass(frozen=True)
class Post:
    """One POST to Messages.json, whether or not it was accepted."""

    at: float
    params: dict[str, str]
    authorised: bool
    sid: str | None


class Standin:
    """The server and its memory; safe to use from several threads."""

    def __init__(self, account: str = "AC" + "0" * 32, token: str = "t" * 32) -> None:
        self.account = account
        self.token = token
        self.posts: list[Post] = []
        self.messages: dict[str, Message] = {}
        self.faults: deque[Fault] = deque()
        self.other_faults: deque[Fault] = deque()
        self.forgotten: list[str] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self._server: _Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def next(self, *faults: Fault, times: int = 1) -> None:
        """Let the coming POSTs meet these faults, in order."""
        with self.lock:
            self.faults.extend(faults * times)

    def next_other(self, *faults: Fault) -> None:
        """Let the coming requests that look at messages, or change one, be answered with these errors, in order."""
        with self.lock:
            self.other_faults.extend(faults)

    def move(self, sid: str, status: str, error_code: int | None = None) -> None:
        """Bring a message to a later status."""
        with self.lock:
            message = self.messages[sid]
            message |= {"status": status, "error_code": error_code, "date_updated": _now()}
            if status in {"sent", "delivered", "undelivered"}:
                message["date_sent"] = message["date_sent"] or _now()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens: connections are refused, open ones are cut."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def start(self) -> None:
        self._server = _Server((HOST, self.port), self)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- What the handlers ask -------------------------------------------------------------------

    def create(self, params: dict[str, str], authorised: bool) -> tuple[Fault, Answer]:
        """Take one POST: what is to happen to it, and the answer if there is to be one."""
        with self.lock:
            error = None if authorised else WRONG_LOGIN
            error = error or mistake(params)
            fault = Fault() if error or not self.faults else self.faults.popleft()
            accept = not error and (fault.accept or not fault.status)
            message = self._accept(params) if accept else None
            self.posts.append(Post(time.time(), params, authorised, message["sid"] if message else None))
        if fault.status:
            return fault, Answer.error(fault.status, fault.code, fault.message, fault.headers)
        return fault, error or Answer(201, message)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """A request for a new message is being served."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self.lock:
                self.at_once -= 1

    def other_fault(self) -> Answer | None:
        with self.lock:
            fault = self.other_faults.popleft() if self.other_faults else None
        return Answer.error(fault.status, fault.code, fault.message, fault.headers) if fault else None

    def _accept(self, params: dict[str, str]) -> Message:
        sid, now = "SM" + secrets.token_hex(16), _now()
        by_service = "MessagingServiceSid" in params
        path = f"/2010-04-01/Accounts/{self.account}/Messages/{sid}"
        self.messages[sid] = {
            "sid": sid,
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": params["Body"],
            "to": params["To"],
            "from": params.get("From"),
            "messaging_service_sid": params.get("MessagingServiceSid"),
            "status": "accepted" if by_service else "queued",
            "direction": "outbound-api",
            # By service it is not cut into segments yet.
            "num_segments": "0" if by_service else str(segments(params["Body"])),
            "num_media": "0",
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "date_created": now,
            "date_updated": now,
            "date_sent": None,
            "uri": f"{path}.json",
            "subresource_uris": {"media": f"{path}/Media.json"},
        }
        return dict(self.messages[sid])

    def listing(self, path: str, query: dict[str, str]) -> Answer:
        """A page of messages, newest first."""
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        with self.lock:
            found = [dict(message) for message in reversed(self.messages.values()) if _matches(message, query)]
        more = len(found) > (page + 1) * size
        following = urlencode(query | {"Page": str(page + 1), "PageSize": str(size)})
        body = {"messages": found[page * size : (page + 1) * size], "page": page, "page_size": size}
        return Answer(200, body | {"uri": path, "next_page_uri": f"{path}?{following}" if more else None})

    def fetch(self, sid: str) -> Answer:
        with self.lock:
            return Answer(200, dict(self.messages[sid])) if sid in self.messages else NOT_FOUND

    def redact(self, sid: str, params: dict[str, str]) -> Answer:
        """`Body=` empties a body; Twilio takes no other text."""
        self.forgotten.append(sid)
        if sid in self.messages and params.get("Body") == "":
            self.messages[sid]["body"] = ""
        return self.fetch(sid)

    def delete(self, sid: str) -> Answer:
        with self.lock:
            return Answer(204) if self.messages.pop(sid, None) else NOT_FOUND


def _matches(message: Message, query: dict[str, str]) -> bool:
    for name in ("To", "From"):
        if name in query and message[name.lower()] != query[name]:
            return False
    asked = {sign: query[f"DateSent{sign}"][:10] for sign in ("", "<", ">") if f"DateSent{sign}" in query}
    if not asked:
        return True
    if not message["date_sent"]:
        return False
    sent = datetime.strptime(message["date_sent"], "%a, %d %b %Y %H:%M:%S %z").strftime("%Y-%m-%d")
    return asked.get("", sent) == sent and asked.get(">", sent) <= sent <= asked.get("<", sent)


def _now() -> str:
    return format_datetime(datetime.now(UTC))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], standin: Standin) -> None:
        self.standin = standin
        self.open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        if request in self.open:
            self.open.remove(request)
            super().shutdown_request(request)
        else:
            self.close_request(request)  # without the polite FIN, see reset()

    def reset(self, request: socket.socket) -> None:
        """Have this connection end in a RST as soon as its handler returns."""
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.open.discard(request)

    def cut(self) -> None:
        """End every connection that is kept alive."""
        for request in list(self.open):
            with suppress(OSError):  # the caller was quicker
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that gave up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    # Keep-alive, as Twilio does: clients must survive a connection that dies while idle.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        params = _flat(self.rfile.read(length).decode())
        if self._sid() is not None:
            return self._answer(self._checked() or self._standin.redact(self._sid() or "", params))
        if not self._is_list():
            return self._answer(NOT_FOUND)
        with self._standin.counted():
            fault, answer = self._standin.create(params, self._authorised())
            time.sleep(fault.wait)
        if fault.hang_up:
            self.close_connection = True
            return self.server.reset(self.connection)
        return self._answer(answer)

    def do_GET(self) -> None:
        sid = self._sid()
        if sid is not None:
            return self._answer(self._checked() or self._standin.fetch(sid))
        if not self._is_list():
            return self._answer(NOT_FOUND)
        url = urlsplit(self.path)
        return self._answer(self._checked() or self._standin.listing(url.path, _flat(url.query)))

    def do_DELETE(self) -> None:
        sid = self._sid()
        self._answer(self._checked() or (self._standin.delete(sid) if sid else NOT_FOUND))

    @property
    def _standin(self) -> Standin:
        return self.server.standin

    def _is_list(self) -> bool:
        return urlsplit(self.path).path == f"/2010-04-01/Accounts/{self._standin.account}/Messages.json"

    def _sid(self) -> str | None:
        base = f"/2010-04-01/Accounts/{self._standin.account}/Messages/"
        found = re.fullmatch(re.escape(base) + r"(SM[0-9a-f]{32})\.json", urlsplit(self.path).path)
        return found[1] if found else None

    def _authorised(self) -> bool:
        login = f"{self._standin.account}:{self._standin.token}".encode()
        return self.headers.get("Authorization") == "Basic " + base64.b64encode(login).decode()

    def _checked(self) -> Answer | None:
        return self._standin.other_fault() if self._authorised() else WRONG_LOGIN

    def _answer(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: `posts` is the record."""


def _flat(form: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(form, keep_blank_values=True).items()}


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@pytest.fixture
def twilio(standin: Standin, settings: Any) -> Standin:
    """The stand-in, and everything set so that texts go there."""
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = standin.account, standin.token
    settings.TWILIO_FROM, settings.TWILIO_API_BASE_URL = OURS, standin.url
    return standin
