"""How the outbox behaves when the provider, the network or a person does not: against the stand-in, over real HTTP."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from demo.cast import Cast
from messaging import texting
from messaging.models import Message
from sms import actions, hooks, outcomes
from sms.claiming import claim, confirm, put_back
from sms.gateways import gateway
from sms.models import OutboundText, PhoneNumber, SendAttempt, SendingPause, SentInHour
from tests.cast import address, drain, sign_in, text_in
from tests.engine import HOUR, MINUTE, Clock, heard, let_pass, sid_of
from tests.standin import Standin, broken, lost, refused, stall
from tests.test_at_once import at_once, errors
from tests.test_sending import queue, report, state

State = OutboundText.State


# --- Answers that are lost ----------------------------------------------------------------------


def test_outcomes_that_come_while_others_are_stored_are_stored_too(
    twilio: Standin, ben: PhoneNumber, settings: Any
) -> None:
    settings.SMS_IN_FLIGHT = 6
    for n in range(30):
        queue(ben, f"test:{n}")
        twilio.next(stall(0.01 if n % 3 else 0.15))
    drain()
    assert {text.state for text in OutboundText.objects.all()} == {State.SENT}


@pytest.mark.parametrize("list_fails", [False, True])
def test_a_lost_answer_is_found_in_the_list_within_a_minute(
    twilio: Standin, ben: PhoneNumber, clock: Clock, client: Client, told: list[object], list_fails: bool
) -> None:
    twilio.next(lost())
    text = queue(ben)
    drain()
    assert state(text).state == State.UNKNOWN
    if list_fails:
        twilio.next_other(broken(accepted=False))
    let_pass(clock, MINUTE, timedelta(seconds=5))
    assert (state(text).state, text.look_up_at, told) == (State.SENT, None, [])
    assert text.attempts.get().sid == sid_of(twilio)
    assert len(twilio.posts) == 1
    report(client, text.attempts.first(), "delivered", sid_of(twilio))
    assert state(text).state == State.DELIVERED


def test_what_is_not_in_the_list_is_never_posted_again_and_a_person_is_told_once(
    twilio: Standin, ben: PhoneNumber, clock: Clock, told: list[object]
) -> None:
    twilio.next(broken(accepted=False))
    text = queue(ben)
    drain()
    let_pass(clock, timedelta(minutes=10))
    assert told == []
    let_pass(clock, HOUR)
    assert (state(text).state, text.reason, text.look_up_at) == (State.UNKNOWN, "unclear", None)
    assert told == [text.id]
    assert len(twilio.posts) == 1


def test_of_two_texts_with_the_same_words_the_list_cannot_tell_which_one_it_has(
    twilio: Standin, ben: PhoneNumber, clock: Clock, told: list[object]
) -> None:
    twilio.next(lost(), broken(accepted=False))
    twins = [queue(ben, "test:1"), queue(ben, "test:2")]
    drain()
    let_pass(clock, HOUR)
    assert [state(text).state for text in twins] == [State.UNKNOWN] * 2
    assert sorted(told, key=str) == sorted((text.id for text in twins), key=str)
    assert len(twilio.posts) == 2


def test_an_unknown_text_does_not_take_what_belongs_to_its_twin_on_its_way(
    twilio: Standin, ben: PhoneNumber, clock: Clock
) -> None:
    twilio.next(broken(accepted=False))
    lost_one = queue(ben, "test:1")
    drain()
    twin = queue(ben, "test:2")
    (claimed,) = claim()
    receipt = async_to_sync(gateway().send)(claimed.sms)
    clock.shift(timedelta(seconds=15))
    drain()
    outcomes.store([outcomes.Outcome(claimed.attempt_id, receipt)])
    assert (state(lost_one).state, state(twin).state) == (State.UNKNOWN, State.SENT)


def test_a_text_is_found_behind_many_others_to_the_same_number(twilio: Standin, ben: PhoneNumber, clock: Clock) -> None:
    twilio.next(lost())
    text = queue(ben)
    drain()
    for n in range(120):
        queue(ben, f"other:{n}", body=f"Another {n}")
    drain()
    clock.shift(timedelta(seconds=15))
    drain()
    assert (state(text).state, text.attempts.get().sid) == (State.SENT, sid_of(twilio))


# --- Refusals that pass -------------------------------------------------------------------------


def test_too_many_requests_are_heeded_by_all_that_waits_and_they_do_not_come_back_together(
    twilio: Standin, ben: PhoneNumber, clock: Clock, settings: Any
) -> None:
    settings.SMS_IN_FLIGHT = 8
    twilio.next(refused(429, 20429, retry_after=20), times=8)
    texts = [queue(ben, f"test:{n}") for n in range(40)]
    began = timezone.now()
    drain()
    drain()
    assert len(twilio.posts) == 8
    again = sorted(text.due_at for text in OutboundText.objects.filter(reason="later"))
    assert len(again) == 8
    assert again[0] >= began + timedelta(seconds=20)
    assert again[-1] <= timezone.now() + timedelta(seconds=25)
    assert again[-1] - again[0] > timedelta(seconds=0.5)
    let_pass(clock, timedelta(seconds=30), timedelta(seconds=1))
    assert {state(text).state for text in texts} == {State.SENT}
    assert len(twilio.messages) == 40


def test_a_provider_that_is_not_there_for_an_hour_gets_each_text_once_and_no_old_one(
    twilio: Standin, ben: PhoneNumber, clock: Clock
) -> None:
    texts = [queue(ben, f"test:{n}") for n in range(3)]
    old = queue(ben, "old", expires_at=timezone.now() + HOUR / 2)
    with twilio.down():
        drain()
        let_pass(clock, HOUR)
    let_pass(clock, timedelta(minutes=7))
    assert {state(text).state for text in texts} == {State.SENT}
    assert state(old).state == State.EXPIRED
    assert len(twilio.posts) == 3


def test_a_full_queue_of_a_number_holds_up_nobody_else(twilio: Standin, ben: PhoneNumber, clock: Clock) -> None:
    twilio.next(refused(400, 21611))
    full, other = queue(ben, "test:1"), queue(actions.find_or_add("+447700900118"), "test:2")
    drain()
    # Which of the two was posted first is not said.
    waiting = next(text for text in (full, other) if state(text).state == State.QUEUED)
    assert waiting.reason == "full"
    assert {state(full).state, state(other).state} == {State.QUEUED, State.SENT}
    let_pass(clock, timedelta(seconds=55), timedelta(seconds=5))
    assert len(twilio.posts) == 2
    let_pass(clock, timedelta(seconds=30), timedelta(seconds=5))
    assert state(waiting).state == State.SENT


def test_a_refused_account_stops_everything_is_tried_every_five_minutes_and_goes_on_by_itself(
    twilio: Standin, ben: PhoneNumber, clock: Clock, settings: Any, told: list[object]
) -> None:
    settings.SMS_IN_FLIGHT = 4
    token, twilio.token = twilio.token, "another"
    texts = [queue(ben, f"test:{n}") for n in range(20)]
    drain()
    assert len(twilio.posts) <= 4
    assert {state(text).state for text in texts} == {State.QUEUED}
    assert told == ["account"]
    before = len(twilio.posts)
    let_pass(clock, timedelta(minutes=26))
    assert len(twilio.posts) == before + 5
    vital = queue(ben, "vital", body="Call 999.", is_vital=True)
    twilio.token = token
    let_pass(clock, timedelta(minutes=6))
    assert {state(text).state for text in [*texts, vital]} == {State.SENT}
    accepted = [post.params["Body"] for post in twilio.posts if post.sid]
    assert len(accepted) == 21
    assert accepted[0] == "Call 999."
    assert not SendingPause.objects.exists()
    assert told == ["account"]


# --- Pauses, limits, hours ----------------------------------------------------------------------


def test_a_paused_lane_waits_and_what_is_vital_goes(cast: Cast, twilio: Standin) -> None:
    ben = cast.ben.user.phone
    assert ben is not None
    actions.pause(by=cast.priya, actor=cast.priya.actor, lanes=["east"])
    waits = queue(ben, "test:1", body="waits", lane="east")
    queue(ben, "test:2", body="vital", lane="east", is_vital=True)
    queue(ben, "test:3", body="west", lane="west")
    drain()
    assert sorted(post.params["Body"] for post in twilio.posts) == ["vital", "west"]
    actions.go_on(actor=cast.priya.actor, lanes=["east"])
    drain()
    assert state(waits).state == State.SENT


def test_a_pause_and_a_stop_are_heeded_between_the_claim_and_the_post(
    cast: Cast, twilio: Standin, client: Client
) -> None:
    ben, dev = cast.ben.user.phone, cast.dev.user.phone
    assert ben is not None
    assert dev is not None
    paused, stopped, free = queue(dev, "test:1", lane="east"), queue(ben, "test:2"), queue(dev, "test:3")
    claims = claim()
    text_in(client, ben, "STOP")
    actions.pause(by=cast.priya, actor=cast.priya.actor, lanes=["east"])
    assert [one.text_id for one in confirm(claims)] == [free.id]
    assert (state(paused).state, state(stopped).state) == (State.QUEUED, State.SUPPRESSED)
    assert stopped.reason == "stopped"
    assert SentInHour.objects.aggregate(all=Sum("texts"))["all"] - _sent() == 1


def _sent() -> int:
    return OutboundText.objects.filter(sent_at__isnull=False).count()


def test_what_is_put_back_does_not_count_towards_the_daily_limit(
    twilio: Standin, ben: PhoneNumber, settings: Any
) -> None:
    settings.SMS_DAILY_LIMIT = 3
    for n in range(3):
        queue(ben, f"test:{n}")
    put_back(claim())
    assert not SendAttempt.objects.exists()
    drain()
    assert len(twilio.posts) == 3


@pytest.mark.django_db(transaction=True)
def test_three_dispatchers_together_keep_the_daily_limit_exactly(
    twilio: Standin, ben: PhoneNumber, settings: Any
) -> None:
    settings.SMS_DAILY_LIMIT = 25
    for n in range(60):
        queue(ben, f"test:{n}")
    claimed = at_once(*[lambda: claim(20)] * 3)
    assert not errors(claimed)
    assert sum(len(batch) for batch in claimed) == 25


def test_quiet_hours_are_asked_again_at_the_moment_of_sending(cast: Cast, twilio: Standin, monday: Clock) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    monday.move_to(datetime.fromisoformat("2026-11-23T19:00:00+00:00"))
    with twilio.down():
        alice = sign_in(Client(), cast.alice.user)
        alice.post(address(cast.conversation), {"body": "see you at six"})
        drain()
    monday.move_to(datetime.fromisoformat("2026-11-23T22:00:00+00:00"))
    drain()
    assert twilio.posts == []
    assert Message.objects.get().reason == "quiet"
    texting.answer(cast.ben, key="answer:1", body="Thank you")
    drain()
    assert [post.params["Body"] for post in twilio.posts] == ["Thank you"]
    monday.move_to(datetime.fromisoformat("2026-11-24T09:00:30+00:00"))
    drain()
    assert [post.params["Body"] for post in twilio.posts] == ["Thank you", "Alice: see you at six"]


def test_no_more_requests_are_on_their_way_than_the_setting_says(
    twilio: Standin, ben: PhoneNumber, settings: Any
) -> None:
    settings.SMS_IN_FLIGHT = 5
    for n in range(40):
        queue(ben, f"test:{n}")
    twilio.next(stall(0.05), times=40)
    drain()
    assert twilio.most_at_once == 5


def test_a_claim_that_waited_long_gets_a_new_lease(twilio: Standin, ben: PhoneNumber, clock: Clock) -> None:
    text = queue(ben)
    claims = claim()
    clock.shift(timedelta(seconds=40))
    assert confirm(claims) == claims
    clock.shift(timedelta(seconds=40))
    drain()
    assert state(text).state == State.SENDING


def test_a_room_above_that_stumbles_over_one_text_stops_none(twilio: Standin, ben: PhoneNumber, clock: Clock) -> None:
    texts = [queue(ben, f"test:{n}") for n in range(4)]
    old = queue(ben, "old", expires_at=timezone.now() - MINUTE)

    def stumble(changed: list[OutboundText]) -> None:
        if {texts[1].pk, old.pk} & {text.pk for text in changed}:
            raise ValueError("what nobody foresaw")

    with heard(hooks.texts_changed, stumble):
        drain()
        let_pass(clock, timedelta(minutes=2))
    assert [state(text).state for text in texts] == [State.SENT] * 4
    assert state(old).state == State.EXPIRED
    assert len(twilio.posts) == 4


def test_what_was_sent_again_too_often_is_refused_and_breaks_nothing(twilio: Standin, ben: PhoneNumber) -> None:
    text = queue(ben, "test:" + "again:" * 19)
    twilio.next(refused(400, 29999))
    drain()
    with pytest.raises(actions.CannotGoAgain):
        actions.send_again(text, actor="user:test")
    assert len(twilio.posts) == 1
