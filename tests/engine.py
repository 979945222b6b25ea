"""What the tests of the outbox share: a number, a clock to turn, whoever listens above, and time that passes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from sms import actions, hooks, sending
from sms.models import OutboundText, PhoneNumber
from tests.cast import drain
from tests.standin import Standin

BEN = "+447700900112"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Clock = time_machine.Traveller


@pytest.fixture(autouse=True)
def rested() -> None:
    """No rest that an earlier test's provider asked for."""
    sending._rest_until.set(None)


@pytest.fixture
def ben(db: None) -> PhoneNumber:
    return actions.find_or_add(BEN)


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


@pytest.fixture
def told() -> Iterator[list[object]]:
    """Whom sms has told that a person is needed, and why all stopped: the text's id, or the reason."""
    seen: list[object] = []

    def person(text: OutboundText) -> None:
        seen.append(text.id)

    def stopped(reason: str) -> None:
        seen.append(reason)

    with heard(hooks.person_needed, person), heard(hooks.sending_stopped, stopped):
        yield seen


class heard:
    """A room above that listens for a while."""

    def __init__(self, hook: Any, handler: Callable[..., None]) -> None:
        self.hook, self.handler = hook, handler

    def __enter__(self) -> None:
        self.hook.register(self.handler)

    def __exit__(self, *_: object) -> None:
        self.hook._handlers.remove(self.handler)


def let_pass(clock: Clock, span: timedelta, step: timedelta = MINUTE) -> None:
    """Let the dispatcher go round while time passes."""
    for _ in range(int(span / step)):
        clock.shift(step)
        drain()


def sid_of(twilio: Standin, nth: int = 0) -> str:
    return twilio.posts[nth].sid or ""
