"""`manage.py bench sms`: does sending keep up with the HTTP client it stands on, and does claiming stay linear?

1. The client bare: so many requests at once through the gateway, no database.
2. The same number of due check-in texts through the dispatcher: claimed, asked again, confirmed, posted, stored.
   Bare and dispatcher take turns, so that a busy machine harms both alike.
3. Claiming alone: 200,000 due texts, with the time for each tenth of them and the memory after it.
"""

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.test.utils import override_settings

from core import dispatch
from demo.bench.rows import BODY, Crowd
from sms.claiming import claim
from sms.gateways import gateway
from sms.gateways.base import Sms
from sms.models import OutboundText

ANSWERS_AFTER = 0.08
IN_FLIGHT = 100


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    texts: int = 8000
    rounds: int = 3
    claims: int = 200_000


def run(size: Size) -> Iterator[str]:
    """Measure, and tell line by line. Wants an empty, migrated database and fills it."""
    crowd = Crowd()
    with _provider() as url, _pointed_at(url):
        yield from _throughput(crowd, size)
        yield from _claims(crowd, size)


def _throughput(crowd: Crowd, size: Size) -> Iterator[str]:
    yield f"{size.texts} texts, {IN_FLIGHT} in flight, a provider that answers after {ANSWERS_AFTER * 1000:.0f} ms"
    bare, through = [], []
    for nth in range(1, size.rounds + 1):
        crowd.add_due(size.texts)
        bare.append(size.texts / asyncio.run(_bare(size.texts)))
        through.append(size.texts / asyncio.run(_dispatched()))
        yield f"  round {nth}: bare {bare[-1]:.0f} a second, dispatcher {through[-1]:.0f}: {through[-1] / bare[-1]:.0%}"
    best_bare, best = max(bare), max(through)
    yield f"  best: bare {best_bare:.0f}, dispatcher {best:.0f}: {best / best_bare:.0%}"


async def _bare(texts: int) -> float:
    """Seconds for so many requests through the gateway, IN_FLIGHT at once."""
    left = iter(range(texts))

    async def line() -> None:
        for nth in left:
            await gateway().send(Sms("+447700900112", "+447700900000", BODY, f"http://localhost/bare/{nth}/", 3600))

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(IN_FLIGHT)))
    took = time.perf_counter() - began
    await gateway().close()
    return took


async def _dispatched() -> float:
    """Seconds until the dispatcher has sent and stored all that is due."""
    stop = asyncio.Event()
    began = time.perf_counter()
    running = asyncio.create_task(dispatch.run_until(stop))
    while await OutboundText.objects.filter(state__in=["queued", "sending"]).aexists():
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    stop.set()
    await running
    return took


def _claims(crowd: Crowd, size: Size) -> Iterator[str]:
    crowd.add_due(size.claims)
    yield f"claiming {size.claims} due texts, a hundred at a time"
    tenth = size.claims // 10
    for nth in range(1, 11):
        began, claimed = time.perf_counter(), 0
        while claimed < tenth:
            batch = claim()
            if not batch:
                raise RuntimeError("due texts were not claimed")
            claimed += len(batch)
        took = time.perf_counter() - began
        yield f"  tenth {nth:2}: {took:6.2f} s, {claimed / took:6.0f} a second, {_memory():.0f} MB at most so far"


def _memory() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _provider() -> Iterator[str]:
    command = [sys.executable, "-m", "demo.bench.provider", str(ANSWERS_AFTER)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _pointed_at(url: str) -> Iterator[None]:
    """The real gateway, at the stand-in, with nothing else in its way."""
    with override_settings(
        SMS_GATEWAY="twilio",
        TWILIO_ACCOUNT_SID="AC" + "0" * 32,
        TWILIO_AUTH_TOKEN="0" * 32,
        TWILIO_API_BASE_URL=url,
        SMS_IN_FLIGHT=IN_FLIGHT,
        SMS_DAILY_LIMIT=10**9,
    ):
        yield
