"""What the provider reports of a text, in any order, and what follows: another try, forgetting, a person."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demo.cast import Cast
from sms import actions, outcomes
from sms.claiming import claim
from sms.gateways.base import Receipt
from sms.models import InboundText, OutboundText, PhoneNumber, SendAttempt
from tests.cast import drain, signed, text_in
from tests.engine import HOUR, Clock, let_pass, sid_of
from tests.standin import Standin, broken
from tests.test_sending import queue, report, state

State = OutboundText.State


# --- In any order -------------------------------------------------------------------------------


class Event(NamedTuple):
    """A status callback; or the answer to the POST being stored."""

    status: str
    code: str = ""


ANSWER = Event("the answer")
EARLIER = [Event("queued"), Event("sending"), Event("sent"), Event("accepted"), Event("a-new-one")]
ENDS = [
    Event("delivered"),
    Event("undelivered", "30003"),
    Event("failed", "30008"),
    Event("undelivered", "30005"),
    Event("failed", "30007"),
    Event("undelivered"),
    Event("canceled"),
]
LATER = {"30001", "30003", "30008"}
number = count()


def should_be(events: Sequence[Event]) -> str:
    """The contract: delivered beats all; else the first end counts, and may mean one more try; else it was taken."""
    ends = [event for event in events if event in ENDS]
    if Event("delivered") in ends:
        return State.DELIVERED
    if ends:
        return State.QUEUED if ends[0].code in LATER else State(ends[0].status)
    return State.SENT if events else State.SENDING


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.sampled_from([ANSWER, *EARLIER, *ENDS]), max_size=8), twice=st.booleans())
@example(events=[Event("undelivered", "30003"), ANSWER], twice=False)
@example(events=[Event("delivered"), Event("undelivered", "30003")], twice=True)
def test_reports_in_any_order_early_doubled_or_missing_end_in_the_same_truth(
    twilio: Standin, ben: PhoneNumber, client: Client, events: list[Event], twice: bool
) -> None:
    nth = next(number)
    # What an earlier example said of the number is none of this one's business.
    PhoneNumber.objects.update(flaw="")
    text = queue(ben, f"test:{nth}")
    (claimed,) = claim()
    attempt = SendAttempt.objects.get(pk=claimed.attempt_id)
    sid = f"SM{nth:032x}"
    for event in events * 2 if twice else events:
        if event is ANSWER:
            outcomes.store([outcomes.Outcome(attempt.id, Receipt(sid, 1))])
        else:
            assert report(client, attempt, event.status, sid, ErrorCode=event.code) == 204
    assert state(text).state == should_be(events)
    assert text.was_tried_later == (text.state == State.QUEUED or was_queued_between(events))
    if text.state == State.QUEUED:
        assert text.due_at > timezone.now() + timedelta(minutes=29)
    if events:
        assert text.attempts.get().sid == sid
    # Out of the next example's way.
    OutboundText.objects.filter(pk=text.pk).update(state=State.CANCELED)


@pytest.mark.parametrize(
    "forge", ["no signature", "empty", "altered status", "added parameter", "other attempt", "other token", "account"]
)
def test_a_forged_report_is_refused_and_moves_nothing(
    twilio: Standin, ben: PhoneNumber, client: Client, forge: str
) -> None:
    texts = [queue(ben, "test:1"), queue(ben, "test:2")]
    drain()
    paths = [f"/sms/status/{text.attempts.get().id}/" for text in texts]
    params = {"MessageSid": sid_of(twilio), "MessageStatus": "sent", "AccountSid": twilio.account}
    if forge == "account":
        params["AccountSid"] = "AC" + "f" * 32
    headers = signed(paths[0], **params)
    changes = {"altered status": {"MessageStatus": "delivered"}, "added parameter": {"ErrorCode": "30003"}}
    signatures = {"empty": "", "other token": headers["X-Twilio-Signature"][::-1]}
    if forge in signatures:
        headers = {"X-Twilio-Signature": signatures[forge]}
    path = paths[1] if forge == "other attempt" else paths[0]
    answer = client.post(path, params | changes.get(forge, {}), headers={} if forge == "no signature" else headers)
    assert answer.status_code == 403
    assert [(state(text).state, text.attempts.get().outcome) for text in texts] == [(State.SENT, "taken")] * 2


def was_queued_between(events: Sequence[Event]) -> bool:
    """Whether the first end asked for one more try, though the text arrived after all."""
    first = next((event for event in events if event in ENDS), ANSWER)
    return first.code in LATER


# --- One more try, later ------------------------------------------------------------------------


def test_a_phone_that_was_off_is_tried_once_more_and_no_third_time(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client
) -> None:
    text = queue(ben)
    drain()
    first = text.attempts.get()
    for _ in range(2):
        report(client, first, "undelivered", sid_of(twilio), ErrorCode="30003")
        assert (state(text).state, text.reason) == (State.QUEUED, "unreached")
    let_pass(clock, timedelta(minutes=29), timedelta(minutes=5))
    assert len(twilio.posts) == 1
    clock.shift(timedelta(minutes=10))
    drain()
    second = text.attempts.exclude(pk=first.pk).get()
    assert (state(text).state, len(twilio.posts)) == (State.SENT, 2)
    report(client, first, "undelivered", sid_of(twilio), ErrorCode="30003")
    assert state(text).state == State.SENT
    report(client, second, "undelivered", sid_of(twilio, 1), ErrorCode="30003")
    assert (state(text).state, text.reason) == (State.UNDELIVERED, "off")
    let_pass(clock, 4 * HOUR, HOUR)
    assert len(twilio.posts) == 2


def test_nothing_is_tried_later_outside_its_window(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client
) -> None:
    text = queue(ben, expires_at=timezone.now() + timedelta(minutes=20))
    drain()
    report(client, text.attempts.first(), "undelivered", sid_of(twilio), ErrorCode="30003")
    let_pass(clock, 2 * HOUR, HOUR)
    assert (state(text).state, text.reason, len(twilio.posts)) == (State.UNDELIVERED, "off", 1)


def test_the_first_try_may_have_arrived_after_all_and_then_there_is_no_second(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client
) -> None:
    text = queue(ben)
    drain()
    for status, more in [("undelivered", {"ErrorCode": "30008"}), ("delivered", {})]:
        report(client, text.attempts.first(), status, sid_of(twilio), **more)
    let_pass(clock, 2 * HOUR, HOUR / 2)
    assert (state(text).state, len(twilio.posts)) == (State.DELIVERED, 1)


def test_an_unknown_second_try_is_not_called_sent_because_the_first_report_comes_again(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client
) -> None:
    text = queue(ben)
    drain()
    first = text.attempts.get()
    report(client, first, "undelivered", sid_of(twilio), ErrorCode="30003")
    twilio.next(broken(accepted=False))
    clock.shift(timedelta(minutes=31))
    drain()
    report(client, first, "undelivered", sid_of(twilio), ErrorCode="30003")
    assert state(text).state == State.UNKNOWN


# --- Afterwards ---------------------------------------------------------------------------------


def test_the_provider_forgets_our_words_an_hour_after_the_end_and_not_before_it_is_known(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client
) -> None:
    text = queue(ben)
    drain()
    attempt, sid = text.attempts.get(), sid_of(twilio)
    report(client, attempt, "sent", sid)
    let_pass(clock, 20 * HOUR, 4 * HOUR)
    assert twilio.forgotten == []
    for status in ["delivered", "sent"]:
        report(client, attempt, status, sid)
    let_pass(clock, timedelta(minutes=58), timedelta(minutes=29))
    assert twilio.messages[sid]["body"] == "Hello"
    twilio.next_other(broken(accepted=False))
    let_pass(clock, timedelta(minutes=4))
    assert twilio.messages[sid]["body"] == "Hello"
    let_pass(clock, HOUR, HOUR / 2)
    assert twilio.messages[sid]["body"] == ""
    let_pass(clock, 3 * HOUR, HOUR)
    assert twilio.forgotten == [sid]


def test_the_provider_forgets_their_words_too_and_one_it_does_not_know_is_forgotten(
    cast: Cast, twilio: Standin, clock: Clock, client: Client
) -> None:
    sid = "SM" + "e" * 32
    text_in(client, cast.ben.user.phone, "hello", sid=sid)
    let_pass(clock, timedelta(minutes=50), timedelta(minutes=25))
    assert sid not in twilio.forgotten
    let_pass(clock, 4 * HOUR, HOUR)
    assert twilio.forgotten.count(sid) == 1
    assert InboundText.objects.get(sid=sid).forget_at is None


def test_a_person_settles_what_is_unknown_and_may_send_again_what_did_not_arrive_once(
    cast: Cast, twilio: Standin
) -> None:
    ben, by = cast.ben.user.phone, cast.priya
    assert ben is not None
    twilio.next(broken(accepted=False))
    text = queue(ben)
    drain()
    with pytest.raises(actions.CannotGoAgain):
        actions.send_again(text, actor=by.actor)
    actions.settle(text, arrived=False, by=by, actor=by.actor)
    assert (state(text).state, text.reason) == (State.FAILED, "settled")
    with pytest.raises(actions.AlreadyKnown):
        actions.settle(text, arrived=True, by=by, actor=by.actor)
    actions.send_again(text, actor=by.actor)
    with pytest.raises(actions.CannotGoAgain):
        actions.send_again(text, actor=by.actor)
    drain()
    assert [post.params["Body"] for post in twilio.posts] == ["Hello", "Hello"]
    assert [bool(post.sid) for post in twilio.posts] == [False, True]
