"""Which moments a plan comes to: over clock changes, holidays, pauses and ends; through the dispatcher and by rule."""

import logging
import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.cast import Cast
from mentors.models import Participant
from messaging import actions, schedules, threads
from messaging.models import CheckIn, CheckInPlan
from sms.models import OutboundText
from tests.cast import drain, sign_in, still_theirs, text_in

EVERY_DAY = list(range(7))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def plan(cast: Cast, **changed: Any) -> CheckInPlan:
    """Alice's plan for Ben: Mondays at ten, but for what is `changed`."""
    usual: dict[str, Any] = {"weekdays": [0], "at": time(10), "questions": ["feeling"], "is_on": True}
    return actions.set_plan(by=cast.alice.user, conversation=cast.conversation, **usual | changed)


def asked(cast: Cast) -> list[date | None]:
    """The local dates on which Ben was asked."""
    return list(CheckIn.objects.order_by("asked_at").values_list("local_date", flat=True))


def live_on(traveller: time_machine.Traveller, hours: int) -> None:
    """Let that many hours go by, with the dispatcher doing what is due every half an hour."""
    for _ in range(2 * hours):
        traveller.shift(timedelta(minutes=30))
        drain()


# ---- The four days, through the dispatcher ----

LONDON = ("Europe/London", [("2027-03-28", "2027-03-27T22:00:00+00:00"), ("2027-10-31", "2027-10-30T22:00:00+00:00")])
AUCKLAND = (
    "Pacific/Auckland",
    [("2027-04-04", "2027-04-03T10:00:00+00:00"), ("2027-09-26", "2027-09-25T10:00:00+00:00")],
)
CHANGES = [(zone, day, eve) for zone, days in (LONDON, AUCKLAND) for day, eve in days]


@pytest.mark.parametrize(("zone", "day", "eve"), CHANGES)
@pytest.mark.parametrize("wall", [time(0), time(1, 30), time(2, 30), time(10), time(23, 30)])
def test_on_a_day_when_the_clocks_change_one_text_goes(cast: Cast, zone: str, day: str, eve: str, wall: time) -> None:
    User.objects.filter(pk=cast.ben.user.pk).update(time_zone=zone)
    sunday = date.fromisoformat(day)
    with time_machine.travel(at(eve), tick=False) as traveller:
        still_theirs()
        plan(cast, weekdays=[6], at=wall)
        live_on(traveller, 28)
    (check_in,) = CheckIn.objects.all()
    local = check_in.asked_at.astimezone(ZoneInfo(zone))
    assert check_in.local_date == local.date() == sunday
    skipped = not exists(sunday, wall, ZoneInfo(zone))
    expected = datetime.combine(sunday, wall) + (timedelta(hours=1) if skipped else timedelta())
    assert local.replace(tzinfo=None) == expected
    assert OutboundText.objects.filter(key=f"check-in:{check_in.id}:feeling", state="delivered").count() == 1


@pytest.mark.parametrize(("zone", "day", "eve"), CHANGES)
@pytest.mark.parametrize("wall", [time(9), time(19, 59)])
def test_nor_does_it_come_in_quiet_hours(cast: Cast, zone: str, day: str, eve: str, wall: time) -> None:
    User.objects.filter(pk=cast.ben.user.pk).update(time_zone=zone)
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from=time(9), texts_until=time(20))
    with time_machine.travel(at(eve), tick=False) as traveller:
        still_theirs()
        plan(cast, weekdays=[6], at=wall)
        live_on(traveller, 28)
    texts = OutboundText.objects.filter(key__startswith="check-in:", state="delivered")
    if wall == time(19, 59):
        # The dispatcher was away in its one minute: nothing goes at night, and nothing next morning.
        assert not texts
    else:
        (text,) = texts
        assert text.sent_at
        local = text.sent_at.astimezone(ZoneInfo(zone))
        assert (local.date(), wall <= local.time() < time(20)) == (date.fromisoformat(day), True)


def exists(day: date, wall: time, zone: ZoneInfo) -> bool:
    there = datetime.combine(day, wall, zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) == datetime.combine(day, wall)


# ---- Due: outages, moves, two dispatchers ----


def test_after_an_outage_only_the_newest_goes_and_the_log_says_what_was_skipped(
    cast: Cast, monday: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    made = plan(cast, weekdays=[1, 2, 3])
    monday.move_to(at("2026-11-26T11:30:00+00:00"))
    with caplog.at_level(logging.WARNING, "messaging.schedules"):
        drain()
    assert asked(cast) == [date(2026, 11, 26)]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert all(
        str(made.id) in line and day in line for line, day in zip(said, ["2026-11-24", "2026-11-25"], strict=True)
    )
    assert not any("Ben" in line for line in said)


def test_what_is_three_hours_late_is_not_asked(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1])
    monday.move_to(at("2026-11-24T13:00:00+00:00"))
    drain()
    assert asked(cast) == []
    assert CheckInPlan.objects.get().next_at == at("2026-12-01T10:00:00+00:00")


def test_late_in_the_evening_it_does_not_wait_for_another_day(cast: Cast, monday: time_machine.Traveller) -> None:
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from=time(9), texts_until=time(20))
    plan(cast, weekdays=[1], at=time(19, 30))
    monday.move_to(at("2026-11-24T20:10:00+00:00"))
    drain()
    monday.move_to(at("2026-11-25T09:30:00+00:00"))
    drain()
    assert asked(cast) == []


def test_a_time_that_became_unsafe_goes_at_the_next_safe_hour_of_that_day(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1, 3])
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from=time(14), texts_until=time(20))
    monday.move_to(at("2026-11-24T10:05:00+00:00"))
    drain()
    assert asked(cast) == []
    assert CheckInPlan.objects.get().next_at == at("2026-11-24T14:00:00+00:00")
    monday.move_to(at("2026-11-24T14:00:01+00:00"))
    drain()
    assert asked(cast) == [date(2026, 11, 24)]


def test_where_no_safe_hour_is_left_nothing_goes_until_the_hours_change_again(
    cast: Cast, monday: time_machine.Traveller, alice: Client
) -> None:
    plan(cast, weekdays=EVERY_DAY, at=time(18))
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from=time(9), texts_until=time(12))
    for day in (23, 24, 25):
        monday.move_to(at(f"2026-11-{day}T18:10:00+00:00"))
        drain()
    assert asked(cast) == []
    page = sign_in(Client(), cast.alice.user).get(f"/conversations/{cast.conversation.id}/person/").content.decode()
    assert "Nothing. Ben gets texts from 09:00 to 12:00" in page
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from=time(9), texts_until=time(20))
    monday.move_to(at("2026-11-26T18:10:00+00:00"))
    drain()
    assert asked(cast) == [date(2026, 11, 26)]


def test_somebody_who_moved_is_asked_by_their_new_clock(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=EVERY_DAY)
    User.objects.filter(pk=cast.ben.user.pk).update(time_zone="Pacific/Auckland")
    # Ten in London is 23:00 in Auckland: not a time to ask.
    monday.move_to(at("2026-11-24T10:00:01+00:00"))
    drain()
    assert asked(cast) == []
    monday.move_to(at("2026-11-24T21:00:01+00:00"))
    drain()
    assert asked(cast) == [date(2026, 11, 25)]


def test_a_plan_that_cannot_be_opened_stands_before_no_other(
    cast: Cast, monday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = plan(cast, weekdays=[1])
    dev = actions.set_plan(
        by=cast.alice.user,
        conversation=cast.dev_conversation,
        weekdays=[1],
        at=time(10, 1),
        questions=["feeling"],
        is_on=True,
    )
    CheckInPlan.objects.filter(pk=broken.pk).update(questions=["no such question"])
    monkeypatch.setattr(schedules, "BATCH", 1)
    monday.move_to(at("2026-11-24T10:02:00+00:00"))
    drain()
    drain()
    assert schedules.open_due() == 0
    assert list(CheckIn.objects.values_list("conversation", flat=True)) == [dev.conversation_id]
    # Mended within the hour, it still goes.
    CheckInPlan.objects.filter(pk=broken.pk).update(questions=["feeling"])
    monday.move_to(at("2026-11-24T10:08:00+00:00"))
    drain()
    assert CheckIn.objects.count() == 2


def test_moving_on_a_plan_asks_few_queries(cast: Cast, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1])
    monday.move_to(at("2026-11-24T10:00:01+00:00"))
    # Which are due; a transaction (a savepoint in a test): two. The conversation with its people and its plan; moving
    # it on; what was asked; the check-in; the outbox: is it there, put it in (with a savepoint), read it.
    with CaptureQueriesContext(connection) as queries:
        assert schedules.open_due() == 1
    assert len(queries) <= 1 + 2 + 4 + 5


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_open_each_plan_once(cast: Cast) -> None:
    conversations = [cast.conversation, cast.dev_conversation, cast.hana_conversation]
    with time_machine.travel(at("2026-11-23T08:00:00+00:00"), tick=False) as traveller:
        for one in conversations:
            actions.set_plan(
                by=cast.alice.user,
                conversation=one,
                weekdays=EVERY_DAY,
                at=time(10),
                questions=["feeling"],
                is_on=True,
            )
        CheckInPlan.objects.update(next_at=at("2026-11-23T09:00:00+00:00"))
        CheckInPlan.objects.filter(conversation=cast.hana_conversation).update(at=time(23))
        traveller.move_to(at("2026-11-23T10:00:01+00:00"))
        counts: list[int] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                counts.append(schedules.open_due())
            except Exception as error:  # noqa: BLE001  (handed to the test)
                failed.append(error)
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
        schedules.open_due()
        assert not failed
        assert sum(counts) <= 3
        assert CheckIn.objects.count() == 3
        assert OutboundText.objects.filter(key__startswith="check-in:").count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: the second waits")
def test_a_conversation_that_is_held_is_left_for_the_next_round(cast: Cast) -> None:
    with time_machine.travel(at("2026-11-24T09:59:00+00:00"), tick=False) as traveller:
        plan(cast, weekdays=[1])
        traveller.move_to(at("2026-11-24T10:00:01+00:00"))
        held, done = threading.Event(), threading.Event()

        def write() -> None:
            with transaction.atomic():
                threads.held(cast.conversation)
                held.set()
                done.wait(30)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        assert held.wait(30)
        assert schedules.open_due() == 0
        done.set()
        writer.join(30)
        assert schedules.open_due() == 1
    assert asked(cast) == [date(2026, 11, 24)]


def test_after_its_last_day_it_is_not_looked_at_again(cast: Cast, monday: time_machine.Traveller) -> None:
    made = plan(cast, weekdays=[1], ends_on=date(2026, 11, 24))
    monday.move_to(at("2026-11-24T10:00:01+00:00"))
    drain()
    made.refresh_from_db()
    assert asked(cast) == [date(2026, 11, 24)]
    assert made.next_at is None


def test_a_pause_ends_by_itself(cast: Cast, monday: time_machine.Traveller, client: Client) -> None:
    plan(cast, weekdays=EVERY_DAY, paused_until=date(2026, 11, 25))
    for day in range(23, 29):
        monday.move_to(at(f"2026-11-{day}T10:30:00+00:00"))
        drain()
        text_in(client, cast.ben.user.phone, "4")
    assert asked(cast) == [date(2026, 11, day) for day in (26, 27, 28)]
    page = sign_in(Client(), cast.alice.user).get(f"/conversations/{cast.conversation.id}/person/").content.decode()
    assert "Paused until" not in page
    assert 'value="2026-11-25"' not in page
