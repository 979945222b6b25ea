"""What the kill harness (tests/killing.py) runs in its children: a dispatcher that dies at a named place.

The real code runs up to the kill. Only the child that is to die has its functions wrapped; nothing is replaced.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from itertools import accumulate
from typing import Any, Literal

import django
import time_machine

from tests import env

env.apply()
# Not the simulator, whose step would report deliveries.
os.environ |= {
    "SMS_GATEWAY": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM": "+447700900009",
    "SMS_DAILY_LIMIT": "1000000",
}
django.setup()

# What needs Django set up.
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import get_resolver  # noqa: E402
from django.utils import timezone  # noqa: E402

from core import audit, dispatch  # noqa: E402
from core.models import AuditEvent  # noqa: E402
from sms import actions, claiming, hooks, outcomes, reconciling, spending  # noqa: E402
from sms.gateways import gateway  # noqa: E402
from sms.models import OutboundText, PhoneNumber, SendAttempt  # noqa: E402
from tests.cast import signed  # noqa: E402

# Whatever is loaded at first use would be loaded anew in each child.
gateway()
get_resolver().reverse_dict  # noqa: B018

State = OutboundText.State
# A dispatcher that has not died by then will not (the machine may be busy).
LIVES_FOR = 60.0
# The lease is over; then each look into the provider's list, and the one after which a person is told. Whoever dies
# there is followed ten minutes later.
LOOKS = [61, *(wait.total_seconds() + 1 for wait in reconciling.LOOK_AGAIN), 900]
CLOCK = [0, *accumulate(LOOKS)]
TOLD = "a person is needed"


@dataclass(frozen=True)
class Place:
    """Where to die: before or after (still inside of what called it) a function, at its nth call, n up to `most`."""

    owner: Any
    name: str
    when: Literal["before", "after"]
    most: int = 1
    # Dies while it looks after what an earlier death left behind, and not while it sends.
    late: bool = False
    # Is told to stop as soon as it has begun to post.
    stops: bool = False


PLACES: dict[str, Place | None] = {
    "before the claim": Place(claiming, "claim", "before", most=3),
    "claimed, not committed": Place(claiming, "_take", "after"),
    "claimed, not posted": Place(claiming, "claim", "after"),
    "confirmed, not posted": Place(claiming, "confirm", "after", most=3),
    # The parent kills these two: when the provider has taken so many; at any statement.
    "posted, no answer": None,
    "at any statement": None,
    "answered, not stored": Place(outcomes, "store", "before"),
    "stored, not committed": Place(outcomes, "_store_sent", "after"),
    "stored": Place(outcomes, "store", "after"),
    "told to stop, putting back": Place(spending, "refund", "after", stops=True),
    "while healing": Place(outcomes, "move", "after", late=True),
    "while looking up": Place(reconciling, "_compare", "before", most=3, late=True),
    "before giving up": Place(reconciling, "_give_up", "before", late=True),
    "giving up, not committed": Place(hooks.person_needed, "tell", "after", late=True),
}


@dataclass(frozen=True)
class World:
    """Where a child finds the database and the provider."""

    database: str
    url: str
    in_flight: int = 32

    def enter(self) -> None:
        setup_test_environment()
        connections["default"].settings_dict["NAME"] = self.database
        settings.TWILIO_API_BASE_URL, settings.SMS_IN_FLIGHT = self.url, self.in_flight
        hooks.person_needed.register(_note)
        # The other rooms' steps would only take time.
        dispatch._steps[:] = [step for step in dispatch._steps if step.name.startswith("sms.")]


def _note(text: OutboundText) -> None:
    """Whoever is told stands in the trail, in the transaction that told them."""
    audit.record(actor=audit.SYSTEM, action=TOLD, subject=f"text:{text.id}")


# --- In the children -------------------------------------------------------------------------


def send_and_die(world: World, step: str, nth: int) -> None:
    """Be a dispatcher until the place of `step` is reached the nth time."""
    world.enter()
    place = PLACES[step]
    die = _countdown(nth)
    if step == "at any statement":
        connection_created.connect(
            lambda connection, **_: connection.execute_wrappers.append(_counting(die)), weak=False
        )
    if place is not None:
        _wrap(place.owner, place.name, place.when, die)
    if place is not None and place.late:
        _let_time_pass()
    else:
        asyncio.run(_dispatch(stops=place is not None and place.stops))


def look_after(world: World, reports: Sequence[tuple[str, str]]) -> None:
    """Be the next dispatcher, with the clock moved on until nothing is left to do. `reports` are the status callbacks
    that come before it starts: (address, SID).
    """
    world.enter()
    for path, sid in reports:
        params = {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": gateway().account_sid}
        answer = Client().post(path, params, headers=signed(path, **params))
        assert answer.status_code == 204, answer.status_code
    _let_time_pass()


def _let_time_pass() -> None:
    start = timezone.now()
    for seconds in CLOCK:
        with time_machine.travel(start + timedelta(seconds=seconds), tick=True):
            asyncio.run(dispatch.drain())


async def _dispatch(*, stops: bool) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    if stops:
        _wrap(claiming, "confirm", "after", lambda: loop.call_soon_threadsafe(stop.set))
    loop.call_later(LIVES_FOR, stop.set)
    await dispatch.run_until(stop)


def _countdown(nth: int) -> Callable[[], None]:
    seen = Counter[str]()

    def tick() -> None:
        seen["calls"] += 1
        if seen["calls"] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return tick


def _wrap(owner: Any, name: str, when: str, tick: Callable[[], Any]) -> None:
    real = getattr(owner, name)

    @wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            tick()
        result = real(*args, **kwargs)
        if when == "after":
            tick()
        return result

    setattr(owner, name, wrapped)


def _count_statements(tick: Callable[[], None]) -> None:
    """Call `tick` before and after each statement of the engine, on all connections to come."""

    def watch(connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(_counting(tick))

    connection_created.connect(watch, weak=False)


def _counting(tick: Callable[[], None]) -> Callable[..., Any]:
    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        is_ours = '"sms_' in sql
        if is_ours:
            tick()
        result = execute(sql, params, many, context)
        if is_ours:
            tick()
        return result

    return count


# --- In the parent ---------------------------------------------------------------------------


def find_numbers(count: int) -> list[PhoneNumber]:
    """Numbers set aside for stories, as rows."""
    return [actions.find_or_add(f"+447700900{n:03}") for n in range(100, 100 + count)]


def queue(key: str, number: PhoneNumber, texts: int) -> list[OutboundText]:
    """Texts that differ, due now."""
    return [actions.queue(key=f"{key}:{n}", number=number, body=f"{key} {n}") for n in range(texts)]


@dataclass(frozen=True)
class Verdict:
    """What became of one text: how often the provider took it, where it stands, and what is wrong with that."""

    accepted: int
    state: str
    fault: str


def judge(texts: Sequence[OutboundText], taken: Counter[str]) -> list[Verdict]:
    """What became of each. `taken`: how many messages the provider made, by attempt id."""
    return [_judged(OutboundText.objects.get(pk=text.pk), taken) for text in texts]


def _judged(text: OutboundText, taken: Counter[str]) -> Verdict:
    attempts = SendAttempt.objects.filter(text=text).values_list("pk", flat=True)
    accepted = sum(taken[str(attempt)] for attempt in attempts)
    told = AuditEvent.objects.filter(action=TOLD, subject=f"text:{text.id}").count()
    return Verdict(accepted, text.state, _fault(text, accepted, told))


def _fault(text: OutboundText, accepted: int, told: int) -> str:
    if accepted > 1:
        return "sent twice"
    if text.state in {State.QUEUED, State.SENDING}:
        return "waits for ever"
    if accepted and text.state not in {State.SENT, State.DELIVERED}:
        return f"was taken, and we say {text.state}"
    if not accepted and text.state != State.UNKNOWN:
        return f"was not taken, and we say {text.state}"
    if text.state == State.UNKNOWN and (told != 1 or text.look_up_at is not None):
        return f"unknown, and a person was told {told} times"
    return ""
