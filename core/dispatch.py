"""The dispatcher: goes round the steps that rooms have registered and does what is due.

1. Each step does a batch of due work and says how much it did.
2. A round that did nothing rests `REST`; one that did something goes round again at once.
3. Any number of dispatchers may run: each step claims its rows (docs/dispatcher.md).
4. When asked to stop it finishes the round it is in.

A step that raises is logged and tried again next round: one broken step must not silence the others.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from core.models import Pulse

logger = logging.getLogger(__name__)

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


_steps: list[Step] = []
# How often each step has failed without working in between.
_failed_in_a_row: Counter[str] = Counter()
# Longer than a database takes to restart.
SICK_AFTER = 200


def register(name: str, run: Callable[[], int], every: timedelta = REST) -> None:
    """Have the dispatcher call `run` at most every `every`. Called as the room is loaded."""
    register_async(name, sync_to_async(run), every)


def register_async(
    name: str,
    run: Callable[[], Awaitable[int]],
    every: timedelta = REST,
    close: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """The same for a step that awaits, such as one that speaks to a provider."""
    _steps[:] = [known for known in _steps if known.name != name] + [Step(name, run, every, close)]


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
    """Go round until `stop` is set; then return with the round finished."""
    async with ThreadSensitiveContext():
        due = dict.fromkeys((step.name for step in _steps), 0.0)
        while not stop.is_set():
            if not await _round(due):
                await _rest(stop)
            # A database that was restarted is met with a new connection.
            await sync_to_async(close_old_connections)()
        await _close()


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


async def _round(due: dict[str, float]) -> int:
    clock = asyncio.get_running_loop().time
    done = 0
    for step in _steps:
        if clock() >= due[step.name]:
            due[step.name] = clock() + step.every.total_seconds()
            done += await _run(step)
    return done


async def _run(step: Step) -> int:
    try:
        done = await step.run()
    except Exception:
        _failed_in_a_row[step.name] += 1
        logger.exception("dispatcher step %s failed; it is tried again next round", step.name)
        return 0
    _failed_in_a_row.pop(step.name, None)
    return done


async def _rest(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), REST.total_seconds())
    except TimeoutError:
        return


def beat() -> int:
    """Write down that the dispatcher lives. A step that only ever fails is not living: no pulse, and /readyz says
    so. Counts as no work.
    """
    if any(times >= SICK_AFTER for times in _failed_in_a_row.values()):
        return 0
    Pulse.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    return 0
