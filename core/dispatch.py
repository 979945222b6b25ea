"""The dispatcher: goes round the steps that rooms have registered and does what is due.

1. Each step does a batch of due work and says how much it did.
2. A round that did nothing rests `REST`; one that did something goes round again at once, and a step that did
   something is called again whatever its interval: there may be more.
3. Steps that only use the database share one round. Those that speak to a provider go round by themselves, so a slow
   provider holds up nobody.
4. Any number of dispatchers may run: each step claims its rows (docs/dispatcher.md).
5. When asked to stop it finishes the rounds it is in.

A step that raises is logged and tried again next round: one broken step must not silence the others.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Self, TypeVar
from uuid import UUID

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import close_old_connections, connections
from django.utils import timezone

from core.models import Pulse

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Short enough that a text appears "at once"; an idle round costs a handful of indexed look-ups.
REST = timedelta(milliseconds=250)
PULSE_EVERY = timedelta(seconds=10)


@dataclass(frozen=True)
class Step:
    """One kind of due work. `run` does a batch and returns how many units it did; `close` lets go of
    what belongs to the event loop, when the dispatcher ends.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    every: timedelta = REST
    close: Callable[[], Awaitable[None]] | None = None
    goes_alone: bool = False


_steps: list[Step] = []
# How often each step has failed without working in between.
_failed_in_a_row: Counter[str] = Counter()
# Longer than a database takes to restart.
SICK_AFTER = 200
# When each step that runs now began (monotonic seconds): one that does not come back is not living.
_running_since: dict[str, float] = {}
HUNG_AFTER = 300.0
# Set while `run_until` is at work: whoever works long asks it whether to go on.
_stop: ContextVar[asyncio.Event | None] = ContextVar("stop", default=None)


def register(name: str, run: Callable[[], int], every: timedelta = REST) -> None:
    """Have the dispatcher call `run` at most every `every`. Called as the room is loaded."""
    _add(Step(name, sync_to_async(run), every))


def register_async(
    name: str,
    run: Callable[[], Awaitable[int]],
    every: timedelta = REST,
    close: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """The same for a step that awaits, such as one that speaks to a provider. It goes round by itself."""
    _add(Step(name, run, every, close, goes_alone=True))


def _add(step: Step) -> None:
    _steps[:] = [known for known in _steps if known.name != step.name] + [step]


def is_stopping() -> bool:
    """Whether the dispatcher was told to stop: a step that works long should come to an end."""
    stop = _stop.get()
    return stop is not None and stop.is_set()


class OwnThread:
    """A thread, and so a database connection, for one part of a step that does several things side by side. Under
    `drain` it is the caller's thread: a command or a test does all on its one connection.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1) if _stop.get() else None

    async def run(self, work: Callable[[], T]) -> T:
        if self._pool is None:
            return await sync_to_async(work)()
        return await asyncio.get_running_loop().run_in_executor(self._pool, _with_live_connection, work)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            await asyncio.get_running_loop().run_in_executor(self._pool, connections.close_all)
            self._pool.shutdown()


def _with_live_connection(work: Callable[[], T]) -> T:
    """A connection that the database has dropped is let go, so that the next try gets a new one."""
    try:
        return work()
    except Exception:
        close_old_connections()
        raise


def each(name: str, ids: Iterable[UUID], work: Callable[[UUID], None]) -> int:
    """Do `work` for each id, and say for how many it went well. One that raises is logged by its id and stops no
    other: it is tried again when it is due again.
    """
    return sum(_went_well(name, one, work) for one in ids)


def _went_well(name: str, row_id: UUID, work: Callable[[UUID], None]) -> bool:
    try:
        work(row_id)
    except Exception:
        logger.exception("dispatcher step %s failed for row %s", name, row_id)
        return False
    return True


async def run_until(stop: asyncio.Event) -> None:
    """Go round until `stop` is set; then return with the rounds finished."""
    _stop.set(stop)
    shared = [step for step in _steps if not step.goes_alone]
    alone = [[step] for step in _steps if step.goes_alone]
    try:
        await asyncio.gather(*(_rounds(steps, stop) for steps in [shared, *alone]))
    finally:
        _stop.set(None)
        await _close()


async def _rounds(steps: Sequence[Step], stop: asyncio.Event) -> None:
    async with ThreadSensitiveContext():
        due = dict.fromkeys((step.name for step in steps), 0.0)
        while not stop.is_set():
            if not await _round(steps, due):
                await _rest(stop)
            # A database that was restarted is met with a new connection.
            await sync_to_async(close_old_connections)()


async def drain() -> int:
    """Do all that is due now and return how many units that was: `manage.py dispatch --once`."""
    total = 0
    while done := sum([await _run(step) for step in _steps]):
        total += done
    await sync_to_async(beat)()
    await _close()
    return total


async def _close() -> None:
    for step in _steps:
        if step.close is not None:
            await step.close()


async def _round(steps: Sequence[Step], due: dict[str, float]) -> int:
    clock = asyncio.get_running_loop().time
    total = 0
    for step in steps:
        if clock() >= due[step.name]:
            done = await _run(step)
            total += done
            due[step.name] = clock() + (0.0 if done else step.every.total_seconds())
    return total


async def _run(step: Step) -> int:
    _running_since[step.name] = monotonic()
    try:
        done = await step.run()
    except Exception:
        _failed_in_a_row[step.name] += 1
        logger.exception("dispatcher step %s failed; it is tried again next round", step.name)
        return 0
    finally:
        _running_since.pop(step.name, None)
    _failed_in_a_row.pop(step.name, None)
    return done


async def _rest(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), REST.total_seconds())
    except TimeoutError:
        return


def beat() -> int:
    """Write down that the dispatcher lives. A step that only ever fails, or does not come back, is not living: no
    pulse, and /readyz says so. Counts as no work.
    """
    is_sick = any(times >= SICK_AFTER for times in _failed_in_a_row.values())
    is_hung = any(monotonic() - since > HUNG_AFTER for since in _running_since.values())
    if not is_sick and not is_hung:
        Pulse.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    return 0
