"""Posting what is due: a sliding window of requests, with the database never in their way.

Sending one text: 1. claim it, committing `sending` with an attempt id; 2. just before the POST ask whether it may still
go; 3. POST outside any transaction; 4. store the outcome. A crash between 1 and 4 leaves `sending`, healed as
`unknown` (sms.outcomes) and looked up in the provider's list (sms.reconciling).

Claims are made ahead, free places are filled, and outcomes are stored together as they come: three things side by
side, each on a thread of its own, so that the next text is on its way while the last one is being written down.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core import dispatch
from sms import claiming, outcomes
from sms.claiming import Claimed
from sms.gateways import gateway
from sms.gateways.base import Failure, NotSent
from sms.outcomes import Outcome, Result

logger = logging.getLogger(__name__)
T = TypeVar("T")

# A run ends after this long though more is due, and the next begins: the dispatcher sees that sending lives.
LONGEST_RUN = 30.0
# Outcomes are stored together: waiting so long for company costs a fraction of what a transaction for each would.
GATHER = 0.05
# With no more than this many on their way there is no company to wait for.
FEW = 8
# The longest we rest when the provider is too busy or not there: each row has a due time of its own besides.
LONGEST_REST = timedelta(seconds=30)
# A database that restarts is worth waiting for: what was posted must be written down.
TRY_FOR, TRY_AGAIN_AFTER = 120.0, 0.5

# Nothing is claimed before this moment. Of one dispatcher: another may fare better.
_rest_until: ContextVar[datetime | None] = ContextVar("rest_until", default=None)


async def send_due() -> int:
    """Post what is due until nothing is, or the dispatcher is told to stop; how many were posted."""
    if not _is_over(_rest_until.get()) or not (claims := await _claim()):
        return 0
    window = _Window(claims)
    try:
        return await window.run()
    finally:
        _rest_until.set(window.rest_until)


def _is_over(rest_until: datetime | None) -> bool:
    return rest_until is None or timezone.now() >= rest_until


async def let_go() -> None:
    """Close the gateway's connections: they belong to this event loop."""
    await gateway().close()


async def _claim() -> list[Claimed]:
    """Claim a batch. Where a lost database leaves open whether that was committed, it is taken back."""
    most = max(claiming.BATCH, settings.SMS_IN_FLIGHT)
    try:
        return await sync_to_async(claiming.claim)(most)
    except claiming.PerhapsClaimed as error:
        async with dispatch.OwnThread() as thread:
            await _patiently(thread, partial(claiming.put_back, error.claims))
        raise


class _Window:
    """The texts of one run: claimed and waiting for a place, on their way, and come back."""

    def __init__(self, claims: list[Claimed]) -> None:
        self.places = settings.SMS_IN_FLIGHT
        self.waiting = deque(claims)
        self.flights: set[asyncio.Task[None]] = set()
        self.landed: list[Outcome] = []
        self.posted = 0
        self.rest_until: datetime | None = None
        # Nobody takes a text just now: what has not been posted waits in the outbox.
        self.is_called_off = False
        self.claims_end_at = asyncio.get_running_loop().time() + LONGEST_RUN
        self.will_claim = self.will_post = True
        self.changed = asyncio.Event()

    async def run(self) -> int:
        """All three to their end, whatever one of them meets; then raise what it met."""
        ends = await asyncio.gather(self._claim(), self._post(), self._store(), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return self.posted

    async def _claim(self) -> None:
        """Keep claims ahead of the free places, until nothing more is due."""
        try:
            while not self._is_time_to_end():
                if len(self.waiting) > self.places // 2:
                    await self._change()
                elif claims := await _claim():
                    self.waiting.extend(claims)
                    self._tell()
                else:
                    return
        finally:
            self.will_claim = False
            self._tell()

    def _is_time_to_end(self) -> bool:
        is_late = asyncio.get_running_loop().time() > self.claims_end_at
        return is_late or dispatch.is_stopping() or self.is_called_off

    async def _post(self) -> None:
        try:
            async with dispatch.OwnThread() as thread:
                while self.waiting or self.will_claim:
                    await self._fill(thread)
        finally:
            self.will_post = False
            self._tell()

    async def _fill(self, thread: dispatch.OwnThread) -> None:
        """Fill free places, several at a time: asking once for ten costs as little as asking for one."""
        if dispatch.is_stopping() or self.is_called_off:
            await self._put_back(thread)
        elif batch := self._next_batch():
            self._start(await _patiently(thread, partial(claiming.confirm, batch)))
        else:
            await self._change()

    def _next_batch(self) -> list[Claimed]:
        free = self.places - len(self.flights)
        is_worth_it = free >= self.places / 10 or not self.flights
        return [self.waiting.popleft() for _ in range(min(free, len(self.waiting)))] if is_worth_it else []

    def _start(self, claims: Sequence[Claimed]) -> None:
        for claimed in claims:
            flight = asyncio.create_task(self._fly(claimed))
            self.flights.add(flight)
            flight.add_done_callback(self._land)
        self.posted += len(claims)
        self._tell()

    async def _fly(self, claimed: Claimed) -> None:
        result = await _posted(claimed)
        # Not in one line: the list that it lands in may have become another while it was on its way.
        self.landed.append(Outcome(claimed.attempt_id, result))
        if isinstance(result, NotSent):
            self._heed(result)

    def _heed(self, refusal: NotSent) -> None:
        """Too busy, or nobody there: claim nothing for a while, whatever is due. Our account refused: nothing either,
        until one text tries it again (sms.pausing).
        """
        if refusal.is_about_all:
            rest = min(timedelta(seconds=refusal.wait or 1.0), LONGEST_REST)
            self.rest_until = max(timezone.now() + rest, self.rest_until or timezone.now())
        if refusal.is_about_all or refusal.failure is Failure.ACCOUNT:
            self.is_called_off = True

    def _land(self, flight: asyncio.Task[None]) -> None:
        self.flights.discard(flight)
        self._tell()

    async def _put_back(self, thread: dispatch.OwnThread) -> None:
        """Told to stop, or called off: what was not posted is queued again, what is on its way lands."""
        left = list(self.waiting)
        self.waiting.clear()
        await _patiently(thread, partial(claiming.put_back, left))
        if self.will_claim:
            await self._change()

    async def _store(self) -> None:
        async with dispatch.OwnThread() as thread:
            while self.landed or self.flights or self.will_post:
                if not self.landed:
                    await self._change()
                    continue
                if len(self.flights) > FEW:
                    await asyncio.sleep(GATHER)
                batch, self.landed = self.landed, []
                await _patiently(thread, partial(outcomes.store, batch))

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def _change(self) -> None:
        """Until something has happened; not for long, for being told to stop is no event of ours."""
        try:
            await asyncio.wait_for(self.changed.wait(), 0.25)
        except TimeoutError:
            return


async def _posted(claimed: Claimed) -> Result:
    try:
        return await gateway().send(claimed.sms)
    except NotSent as error:
        return error
    except Exception:
        # A fault of ours or the package's: whether it was posted is not known, so it is not posted again.
        logger.exception("attempt %s ended in an error nobody foresaw", claimed.attempt_id)
        return NotSent(Failure.UNCLEAR)


async def _patiently(thread: dispatch.OwnThread, work: Callable[[], T]) -> T:
    """Do `work` on `thread`, again and again while the database is away; after TRY_FOR seconds raise what the last try
    met: what is not written down by then is healed as unknown.
    """
    clock = asyncio.get_running_loop().time
    give_up_at = clock() + TRY_FOR
    while True:
        try:
            return await thread.run(work)
        except (OperationalError, InterfaceError):
            if clock() > give_up_at:
                raise
            logger.warning("the database is away; what was sent waits to be written down")
            await asyncio.sleep(TRY_AGAIN_AFTER)
