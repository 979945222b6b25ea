"""Sealing, the audit trail, limits, wall time: what the rooms above stand on."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st

from core import audit, keyring
from core.clock import moment, next_within
from core.limits import Limit, TooMany, count
from core.models import AuditEvent, AuditHead, DataKey
from core.sealing import Unreadable, new_data_key, seal, unseal

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")


# --- Sealing ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sealed_words_open_only_where_they_were_sealed() -> None:
    key, other = new_data_key(), new_data_key()
    sealed = seal(key, "Felt like a small win", bond="message|1|2|participant")
    assert unseal(key, sealed, bond="message|1|2|participant") == "Felt like a small win"
    for wrong_key, bond in [
        (key, "message|1|3|participant"),
        (key, "message|1|2|champion"),
        (other, "message|1|2|participant"),
    ]:
        with pytest.raises(Unreadable):
            unseal(wrong_key, sealed, bond=bond)


@pytest.mark.django_db
def test_altered_bytes_do_not_open() -> None:
    key = new_data_key()
    sealed = seal(key, "hello", bond="b")
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Unreadable):
            unseal(key, altered, bond="b")


@pytest.mark.django_db
def test_the_same_words_never_look_the_same_twice() -> None:
    key = new_data_key()
    assert seal(key, "4", bond="b") != seal(key, "4", bond="b")


@pytest.mark.django_db
def test_destroying_the_wrapped_key_destroys_the_words() -> None:
    key = new_data_key()
    sealed = seal(key, "gone", bond="b")
    DataKey.objects.filter(pk=key.pk).update(wrapped=None)
    with pytest.raises(Unreadable):
        unseal(DataKey.objects.get(pk=key.pk), sealed, bond="b")


def test_new_key_prints_a_ring_that_can_be_used() -> None:
    out = StringIO()
    call_command("new_key", stdout=out)
    ring = keyring.parse(out.getvalue())
    assert len({*ring.data.values(), ring.index, ring.audit}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"active": "k2", "data": {}, "index": "", "audit": ""}',
        '{"active": "k1", "data": {"k1": "c2hvcnQ="}, "index": "c2hvcnQ=", "audit": "c2hvcnQ="}',
    ],
)
def test_a_broken_ring_is_named_and_never_shown(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        keyring.parse(text)
    assert "c2hvcnQ" not in str(caught.value)


# --- The audit trail ----------------------------------------------------------------------------


@pytest.fixture
def trail(db: None) -> list[AuditEvent]:
    with transaction.atomic():
        return [audit.record(actor="user:1", action="tried", subject=f"thing:{n}", n=n) for n in range(5)]


def _verify() -> str:
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out)
    except CommandError as error:
        return str(error)
    return out.getvalue()


def test_a_whole_trail_verifies(trail: list[AuditEvent]) -> None:
    assert "whole: 5 events" in _verify()


def test_an_edited_event_is_found(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=3).update(actor="user:2")
    assert "event 3 was altered" in _verify()


def test_edited_details_are_found(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=2).update(details={"n": 9})
    assert "event 2 was altered" in _verify()


def test_a_deleted_event_is_found(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number=2).delete()
    assert "missing" in _verify()


def test_a_cut_end_is_found(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number__gte=4).delete()
    assert "cut" in _verify()


def test_a_cut_end_is_found_even_when_the_head_was_set_back(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(number__gte=4).delete()
    last = AuditEvent.objects.get(number=3)
    AuditHead.objects.update(number=3, mac=last.mac)
    assert "the head of the trail was altered" in _verify()


def test_a_head_that_is_gone_is_found(trail: list[AuditEvent]) -> None:
    AuditHead.objects.all().delete()
    assert "beyond the head" in _verify()


def test_wiping_all_but_the_head_is_found_too(trail: list[AuditEvent]) -> None:
    AuditEvent.objects.all().delete()
    AuditHead.objects.update(number=0, mac="")
    assert "the head of the trail was altered" in _verify()


@pytest.mark.django_db(transaction=True)
def test_an_event_belongs_into_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        audit.record(actor="user:1", action="tried", subject="thing:1")


def test_reordered_events_are_found(trail: list[AuditEvent]) -> None:
    for old, new in [(2, 99), (3, 2), (99, 3)]:
        AuditEvent.objects.filter(number=old).update(number=new)
    assert "altered" in _verify()


# --- Limits -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_limit_lets_so_many_through_and_says_how_long_to_wait() -> None:
    limit = Limit("test", 3, timedelta(minutes=15), "to see")
    with time_machine.travel("2026-11-23T10:05:00Z", tick=False) as traveller:
        for _ in range(3):
            count(limit, "somebody")
        count(limit, "somebody else")
        with pytest.raises(TooMany) as caught:
            count(limit, "somebody")
        assert caught.value.wait == timedelta(minutes=10)
        traveller.shift(timedelta(minutes=11))
        count(limit, "somebody")


# --- Wall time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        (LONDON, date(2026, 11, 23), time(10), "2026-11-23T10:00"),
        (LONDON, date(2027, 6, 7), time(10), "2027-06-07T09:00"),
        # Clocks go from 01:00 to 02:00: half past one comes as much later as they jump.
        (LONDON, date(2027, 3, 28), time(1, 30), "2027-03-28T01:30"),
        # 01:30 happens twice: the first.
        (LONDON, date(2027, 10, 31), time(1, 30), "2027-10-31T00:30"),
        (AUCKLAND, date(2027, 9, 26), time(2, 30), "2027-09-25T14:30"),
        (AUCKLAND, date(2027, 4, 4), time(2, 30), "2027-04-03T13:30"),
    ],
)
def test_wall_time_names_one_moment(zone: ZoneInfo, day: date, wall: time, utc: str) -> None:
    assert moment(day, wall, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(
    at=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from([LONDON, AUCKLAND]),
    start=st.integers(5, 12),
    end=st.integers(13, 23),
)
def test_the_next_civil_moment_is_civil_and_soon(at: datetime, zone: ZoneInfo, start: int, end: int) -> None:
    civil = next_within(at, time(start), time(end), zone)
    assert time(start) <= civil.astimezone(zone).time() < time(end)
    assert timedelta(0) <= civil - at < timedelta(hours=25)


def test_equal_hours_mean_all_day() -> None:
    night = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert next_within(night, time(0), time(0), LONDON) == night
