"""`manage.py bench sms`: does sending keep up with the HTTP client it stands on, and does claiming stay linear?

1. The client bare: IN_FLIGHT requests at once through the gateway, no database.
2. The same number of due check-in texts through real dispatchers (`manage.py dispatch`), first one with IN_FLIGHT
   places, then several that share them: claimed, asked again, confirmed, posted, stored. Bare and dispatchers take
   turns, so that a busy machine harms all alike.
3. Claiming alone: so many due texts, with the time for each tenth of them and the memory after it.
"""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone

from core.models import Pulse
from demo.bench.rows import BODY, Crowd
from sms.claiming import claim
from sms.gateways import gateway
from sms.gateways.base import Sms
from sms.models import OutboundText

ANSWERS_AFTER = 0.08
IN_FLIGHT = 100


# How many dispatchers share the places, one after the other.
DISPATCHERS = (1, 2)
START_UP = 3.0
ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "0" * 32, "+447700900000"  # of the stand-in


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    texts: int = 12_000
    rounds: int = 3
    claims: int = 200_000


def run(size: Size) -> Iterator[str]:
    """Measure, and tell line by line. Wants an empty, migrated database and fills it."""
    crowd = Crowd()
    with _provider() as url, _pointed_at(url):
        yield f"{size.texts} texts, {IN_FLIGHT} in flight, a provider that answers after {ANSWERS_AFTER * 1000:.0f} ms"
        for count in DISPATCHERS:
            yield from _throughput(crowd, size, url, count)
        yield from _claims(crowd, size)


def _throughput(crowd: Crowd, size: Size, url: str, count: int) -> Iterator[str]:
    shares = []
    yield f"{count} dispatcher(s), {IN_FLIGHT // count} in flight each"
    with _dispatchers(url, count):
        for nth in range(1, size.rounds + 1):
            bare = size.texts / asyncio.run(_bare(size.texts))
            crowd.add_due(size.texts, timedelta(hours=1))
            through = size.texts / _dispatched()
            shares.append(through / bare)
            yield f"  round {nth}: bare {bare:.0f} a second, dispatched {through:.0f}: {through / bare:.0%}"
    yield f"  median: {median(shares):.0%}"


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


def _dispatched() -> float:
    """Seconds from when all that is queued falls due until it is sent and stored."""
    due_at = timezone.now() + timedelta(seconds=1)
    OutboundText.objects.filter(state="queued").update(due_at=due_at)
    while OutboundText.objects.filter(state__in=["queued", "sending"]).exists():
        time.sleep(0.05)
    return (timezone.now() - due_at).total_seconds()


@contextmanager
def _dispatchers(url: str, count: int) -> Iterator[None]:
    """Real dispatchers, as they run beside the web."""
    places = {"SMS_IN_FLIGHT": str(IN_FLIGHT // count), "SMS_DAILY_LIMIT": str(10**9), "TWILIO_API_BASE_URL": url}
    account = {"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": OURS}
    database = {"DATABASE_URL": os.environ["DATABASE_URL"], "PUBLIC_URL": "http://localhost:8000"}
    command = [sys.executable, "manage.py", "dispatch"]
    environment = os.environ | places | account | database
    began = timezone.now()
    running = [subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR) for _ in range(count)]  # noqa: S603
    try:
        while not Pulse.objects.filter(at__gte=began).exists():
            if any(process.poll() is not None for process in running):
                raise RuntimeError("a dispatcher did not start")
            time.sleep(0.1)
        time.sleep(START_UP)  # the pulse tells of one; the others started with it
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _claims(crowd: Crowd, size: Size) -> Iterator[str]:
    crowd.add_due(size.claims, timedelta())
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
        TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_AUTH_TOKEN=TOKEN,
        TWILIO_API_BASE_URL=url,
        SMS_IN_FLIGHT=IN_FLIGHT,
        SMS_DAILY_LIMIT=10**9,
    ):
        yield
