"""Two at once, each on a connection of its own: nothing doubled, nothing lost, nobody waits for ever."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from demo.cast import Cast
from messaging import actions, schedules
from messaging.models import CheckIn, CheckInPlan, Message
from sms import actions as sms_actions
from sms.claiming import claim
from sms.models import OutboundText, SendAttempt
from tests.cast import address, drain, sign_in, text_in

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all of `works` in threads that start together; what they returned, or the exception they raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(nth: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[nth] = work()
        except Exception as error:  # noqa: BLE001  (handed to the test)
            results[nth] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def errors(results: Iterable[Any]) -> list[BaseException]:
    return [result for result in results if isinstance(result, BaseException)]


def test_messages_written_at_once_are_numbered_without_a_gap(cast: Cast) -> None:
    def write(n: int) -> Callable[[], Message]:
        by = cast.alice.user if n % 2 else cast.dev.user
        return lambda: actions.write(by=by, conversation=cast.dev_conversation, words=f"message {n}")

    assert not errors(at_once(*(write(n) for n in range(10))))
    numbers = Message.objects.filter(conversation=cast.dev_conversation).values_list("number", flat=True)
    assert list(numbers) == list(range(1, 11))


def test_two_dispatchers_never_claim_the_same_text(cast: Cast) -> None:
    for n in range(60):
        sms_actions.queue(key=f"test:{n}", number=cast.ben.user.phone, body="Hello")  # type: ignore[arg-type]
    claimed = at_once(*[lambda: claim(40)] * 3)
    assert not errors(claimed)
    ids = [one.attempt_id for batch in claimed for one in batch]
    assert len(ids) == len(set(ids)) == 60
    assert SendAttempt.objects.filter(text__key__startswith="test:").count() == 60


def test_a_plan_saved_in_the_second_it_falls_due_is_saved_and_asked_once(cast: Cast) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T09:59:00+00:00")) as traveller:
        _plan(cast, time(10))
        traveller.move_to(datetime.fromisoformat("2026-11-23T10:00:01+00:00"))
        results = at_once(schedules.open_due, lambda: _plan(cast, time(11)), schedules.open_due)
        assert not errors(results)
    assert CheckInPlan.objects.get().at == time(11)
    assert CheckIn.objects.count() <= 1


def _plan(cast: Cast, at: time) -> CheckInPlan:
    return actions.set_plan(
        by=cast.alice.user,
        conversation=cast.conversation,
        weekdays=[0],
        at=at,
        questions=["feeling"],
        is_on=True,
    )


def test_stop_and_the_claim_at_once_leave_one_truth(cast: Cast) -> None:
    phone = cast.ben.user.phone
    sms_actions.queue(key="test:1", number=phone, body="Hello")  # type: ignore[arg-type]
    assert not errors(at_once(lambda: text_in(Client(), phone, "STOP"), claim))
    text = OutboundText.objects.get(key="test:1")
    assert text.state in {"queued", "sending"}
    if text.state == "queued":
        drain()
        text.refresh_from_db()
        assert text.state == "suppressed"


def test_an_answer_and_a_second_check_in_at_once(cast: Cast) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    alice = sign_in(Client(), cast.alice.user)
    again = f"{address(cast.conversation)}check-in/"
    results = at_once(
        lambda: text_in(Client(), cast.ben.user.phone, "4"),
        lambda: alice.post(again),
        lambda: text_in(Client(), cast.ben.user.phone, "4"),
    )
    assert not errors(results)
    assert CheckIn.objects.filter(state="asked").count() <= 1
    assert CheckIn.objects.order_by("asked_at")[0].answers == {"feeling": 4}
