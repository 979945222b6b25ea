"""Sending through the real Twilio package, against a local stand-in for its API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from sms import actions
from sms.claiming import claim
from sms.models import OutboundText, PhoneNumber, SendAttempt
from sms.outbox import body_of
from tests.cast import drain, signed, text_in
from tests.standin import OURS, Standin, broken, lost, refused, stall

State = OutboundText.State
BEN = "+447700900112"


@pytest.fixture
def ben(db: None) -> PhoneNumber:
    return actions.find_or_add(BEN)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


def queue(number: PhoneNumber, key: str = "test:1", body: str = "Hello", **more: Any) -> OutboundText:
    return actions.queue(key=key, number=number, body=body, **more)


def state(text: OutboundText) -> OutboundText:
    text.refresh_from_db()
    return text


def report(client: Client, attempt: SendAttempt | None, status: str, sid: str, **more: str) -> int:
    """The status callback that Twilio would make."""
    assert attempt is not None
    path = f"/sms/status/{attempt.id}/"
    params = {"MessageSid": sid, "MessageStatus": status, "AccountSid": "AC" + "0" * 32, **more}
    return client.post(path, params, headers=signed(path, **params)).status_code


def test_a_text_is_posted_once_with_all_that_the_contract_wants(twilio: Standin, ben: PhoneNumber) -> None:
    text = queue(ben, body="Don’t worry – see you at six…")
    drain()
    drain()
    (post,) = twilio.posts
    attempt = SendAttempt.objects.get(text=text)
    assert post.params["To"] == BEN
    assert post.params["From"] == OURS
    assert post.params["Body"] == "Don't worry - see you at six..."
    assert post.params["StatusCallback"] == f"http://localhost:8000/sms/status/{attempt.id}/"
    assert 1 <= int(post.params["ValidityPeriod"]) <= 36000
    assert state(text).state == State.SENT
    assert attempt.sid == post.sid


def test_the_same_key_is_one_text(twilio: Standin, ben: PhoneNumber) -> None:
    first, second = queue(ben), queue(ben, body="Something else")
    drain()
    assert first.pk == second.pk
    assert [post.params["Body"] for post in twilio.posts] == ["Hello"]


def test_a_text_waits_until_it_is_due(twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller) -> None:
    queue(ben, due_at=timezone.now() + timedelta(hours=2))
    drain()
    assert twilio.posts == []
    clock.shift(timedelta(hours=2, seconds=1))
    drain()
    assert len(twilio.posts) == 1


def test_a_text_that_waited_too_long_is_not_sent(
    twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller
) -> None:
    text = queue(ben, expires_at=timezone.now() + timedelta(minutes=10))
    clock.shift(timedelta(minutes=11))
    drain()
    assert twilio.posts == []
    assert state(text).state == State.EXPIRED


def test_too_many_requests_is_tried_again_when_it_may_be(
    twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller
) -> None:
    twilio.next(refused(429, 20429, retry_after=30))
    text = queue(ben)
    drain()
    assert state(text).state == State.QUEUED
    clock.shift(timedelta(seconds=25))
    drain()
    assert len(twilio.posts) == 1
    # Up to a quarter longer than it was told, so that not all come back at once.
    clock.shift(timedelta(seconds=13))
    drain()
    assert len(twilio.posts) == 2
    assert state(text).state == State.SENT


def test_a_refused_connection_is_tried_again(twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller) -> None:
    text = queue(ben)
    with twilio.down():
        drain()
    assert state(text).state == State.QUEUED
    clock.shift(timedelta(minutes=5))
    drain()
    assert len(twilio.messages) == 1
    assert state(text).state == State.SENT


@pytest.mark.parametrize("fault", [lost(), broken(accepted=True), broken(503, 20503, accepted=False)])
def test_what_may_have_been_taken_is_never_posted_again(
    twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller, fault: Any
) -> None:
    twilio.next(fault)
    text = queue(ben)
    drain()
    assert state(text).state == State.UNKNOWN
    for _ in range(5):
        clock.shift(timedelta(hours=1))
        drain()
    assert len(twilio.posts) == 1


def test_an_answer_that_takes_too_long_is_not_posted_again(
    twilio: Standin, ben: PhoneNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms.gateways.twilio.TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    twilio.next(stall(2))
    text = queue(ben)
    drain()
    drain()
    assert state(text).state == State.UNKNOWN
    assert len(twilio.messages) == 1


def test_the_callback_heals_a_lost_answer(twilio: Standin, ben: PhoneNumber, client: Client) -> None:
    twilio.next(lost())
    text = queue(ben)
    drain()
    (sid,) = twilio.messages
    assert report(client, text.attempts.first(), "delivered", sid) == 204
    assert state(text).state == State.DELIVERED
    assert SendAttempt.objects.get(text=text).sid == sid


@pytest.mark.parametrize(
    ("status", "code", "state_then", "reason"),
    [
        (400, 21211, State.FAILED, "number"),
        (400, 21614, State.FAILED, "number"),
        (400, 21610, State.SUPPRESSED, "stopped"),
        (400, 21408, State.FAILED, "country"),
        (400, 21602, State.FAILED, "bug"),
        (400, 29999, State.FAILED, "failed"),
    ],
)
def test_a_refusal_is_final_and_named(
    twilio: Standin, ben: PhoneNumber, status: int, code: int, state_then: str, reason: str
) -> None:
    twilio.next(refused(status, code))
    text = queue(ben)
    drain()
    drain()
    assert len(twilio.posts) == 1
    assert (state(text).state, text.reason) == (state_then, reason)


def test_a_status_only_ever_moves_up(twilio: Standin, ben: PhoneNumber, client: Client) -> None:
    text = queue(ben)
    drain()
    sid = twilio.posts[0].sid or ""
    attempt = text.attempts.first()
    for status in ["delivered", "sent", "sending", "queued", "delivered", "undelivered", "a-new-one"]:
        assert report(client, attempt, status, sid) == 204
        assert state(text).state == State.DELIVERED


def test_a_callback_before_the_answer_is_stored_is_kept(twilio: Standin, ben: PhoneNumber, client: Client) -> None:
    text = queue(ben)
    (claimed,) = claim()
    attempt = SendAttempt.objects.get(pk=claimed.attempt_id)
    assert report(client, attempt, "delivered", "SM" + "1" * 32) == 204
    assert state(text).state == State.DELIVERED


def test_a_dead_number_is_named(twilio: Standin, ben: PhoneNumber, client: Client) -> None:
    text = queue(ben)
    drain()
    report(client, text.attempts.first(), "undelivered", twilio.posts[0].sid or "", ErrorCode="30005")
    assert (state(text).state, text.reason) == (State.UNDELIVERED, "dead")


def test_what_a_dead_dispatcher_left_is_unknown_and_not_resent(
    twilio: Standin, ben: PhoneNumber, clock: time_machine.Traveller
) -> None:
    text = queue(ben)
    claim()
    drain()
    assert state(text).state == State.SENDING
    clock.shift(timedelta(minutes=2))
    drain()
    drain()
    assert state(text).state == State.UNKNOWN
    assert twilio.posts == []


def test_stop_while_queued_is_never_sent(twilio: Standin, ben: PhoneNumber, client: Client) -> None:
    text = queue(ben)
    text_in(client, ben, "STOP")
    drain()
    assert twilio.posts == []
    assert (state(text).state, text.reason) == (State.SUPPRESSED, "stopped")


def test_a_country_that_is_not_allowed_costs_no_request(twilio: Standin, db: None) -> None:
    text = queue(actions.find_or_add("+33612345678"))
    drain()
    assert twilio.posts == []
    assert (state(text).state, text.reason) == (State.SUPPRESSED, "country")


def test_the_daily_limit_holds_and_what_waits_goes_later(
    twilio: Standin, ben: PhoneNumber, settings: Any, clock: time_machine.Traveller
) -> None:
    settings.SMS_DAILY_LIMIT = 3
    texts = [queue(ben, f"test:{n}", expires_at=timezone.now() + timedelta(days=3)) for n in range(5)]
    drain()
    assert len(twilio.posts) == 3
    assert [state(text).state for text in texts].count(State.QUEUED) == 2
    clock.shift(timedelta(days=1, minutes=1))
    drain()
    assert len(twilio.posts) == 5


def test_two_hundred_due_texts_are_two_hundred_posts(twilio: Standin, ben: PhoneNumber) -> None:
    for n in range(200):
        queue(ben, f"test:{n}")
    drain()
    assert len(twilio.posts) == 200
    assert len({post.params["StatusCallback"] for post in twilio.posts}) == 200


def test_the_body_is_sealed_in_the_database(ben: PhoneNumber) -> None:
    text = queue(ben, body="Felt like a small win")
    row = OutboundText.objects.get(pk=text.pk)
    assert b"small win" not in bytes(row.sealed_body)
    assert BEN.encode() not in bytes(row.number.sealed_number)
    assert body_of(row) == "Felt like a small win"


def test_an_attempt_nobody_made_is_404(twilio: Standin, client: Client, db: None) -> None:
    nobody = SendAttempt(id=UUID(int=7))
    assert report(client, nobody, "delivered", "SM" + "2" * 32) == 404
