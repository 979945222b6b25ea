"""A stand-in for the provider that is fast enough not to be what is measured: a process of its own on loopback.

It takes every text, answers after a while, and counts: how many came, how many were on their way at once, and how
often the same attempt came again. `GET /counts` tells. The stand-in that keeps the provider's contract and breaks it
on demand is the tests' (tests/standin.py).
"""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from urllib.parse import parse_qs

HEAD_END = b"\r\n\r\n"


class Counts:
    """What has come so far."""

    def __init__(self) -> None:
        self.posts = 0
        self.now = 0
        self.most_at_once = 0
        self.callbacks: set[str] = set()

    def as_dict(self) -> dict[str, int]:
        return {"posts": self.posts, "most_at_once": self.most_at_once, "attempts": len(self.callbacks)}


class Provider(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, counts: Counts, answer_after: float) -> None:
        self.counts = counts
        self.answer_after = answer_after
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (for the type checker)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(HEAD_END)
        length = _content_length(head) if found else 0
        if not found or len(rest) < length:
            return
        self.buffer = rest[length:]
        if head.startswith(b"GET"):
            self._send(200, self.counts.as_dict())
        else:
            self._take(parse_qs(rest[:length].decode()))

    def _take(self, form: dict[str, list[str]]) -> None:
        counts = self.counts
        counts.posts += 1
        counts.now += 1
        counts.most_at_once = max(counts.most_at_once, counts.now)
        counts.callbacks.add(form["StatusCallback"][0])
        asyncio.get_running_loop().call_later(self.answer_after, self._answer, form)

    def _answer(self, form: dict[str, list[str]]) -> None:
        self.counts.now -= 1
        sid = "SM" + secrets.token_hex(16)
        body = {"sid": sid, "status": "queued", "num_segments": "1", "to": form["To"][0], "body": form["Body"][0]}
        self._send(201, body)

    def _send(self, status: int, body: Mapping[str, str | int]) -> None:
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + content)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(answer_after: float) -> None:
    """Serve on a free port, printed first, until killed."""
    counts = Counts()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Provider(counts, answer_after), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
