"""When no answer comes: the reminder, the champion, the lead, each with a clock; and how often they answer."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo.cast import Cast
from messaging import actions
from messaging.models import CheckIn, Message
from safeguarding.models import Alert
from sms.models import OutboundText
from tests.cast import sign_in, text_in, texts_to
from tests.test_check_ins import at, plan


def test_no_answer_one_reminder_then_the_champion_then_the_lead(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1, 3])
    phone = cast.ben.user.phone
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-24T13:59:00+00:00")
    assert not any("no rush" in text for text in texts_to(phone))
    for hour in (14, 15, 18, 22):
        at(monday, f"2026-11-24T{hour}:01:00+00:00")
    reminders = [text for text in texts_to(phone) if "no rush" in text]
    assert reminders == [
        "Hi Ben, no rush. When you have a minute: How are you today? Reply 1 to 5. 5 is really good, 1 is really low. "
        "Alice will see your answers."
    ]
    alice = sign_in(Client(), cast.alice.user)
    address = f"/conversations/{cast.conversation.id}/"
    assert "has not answered the check-in" not in alice.get(address).content.decode()

    at(monday, "2026-11-25T10:01:00+00:00")
    alice = sign_in(Client(), cast.alice.user)
    assert "Ben has not answered the check-in" in alice.get(address).content.decode()
    assert "The last check-in was not answered" in alice.get("/inbox/").content.decode()
    assert not Alert.objects.exists()

    at(monday, "2026-11-26T10:00:01+00:00")
    at(monday, "2026-11-27T10:01:00+00:00")
    alert = Alert.objects.get()
    assert (alert.level, alert.kind) == ("amber", "silence")
    assert "Ben" in sign_in(Client(), cast.priya).get("/lead/").content.decode()


def test_an_answer_in_between_starts_the_count_anew(cast: Cast, client: Client, monday: time_machine.Traveller) -> None:
    plan(cast, weekdays=[1, 2])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:00:02+00:00")
    text_in(client, cast.ben.user.phone, "3")
    at(monday, "2026-12-01T10:00:01+00:00")
    at(monday, "2026-12-02T10:01:00+00:00")
    states = CheckIn.objects.order_by("asked_at").values_list("state", flat=True)
    assert list(states) == ["missed", "answered", "missed", "asked"]
    assert not Alert.objects.exists()


def test_after_two_days_without_a_word_the_lead_is_told_and_once(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:01:00+00:00")
    at(monday, "2026-11-26T09:59:00+00:00")
    assert not Alert.objects.exists()
    at(monday, "2026-11-26T10:01:00+00:00")
    at(monday, "2026-11-26T12:00:00+00:00")
    alert = Alert.objects.get()
    assert (alert.level, alert.kind, alert.participant) == ("amber", "silence", cast.ben)
    page = sign_in(client, cast.priya).get(f"/lead/alerts/{alert.id}/").content.decode()
    assert "Ben has gone quiet" in page


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(lambda cast, client: text_in(client, cast.ben.user.phone, "not now"), id="a text"),
        pytest.param(lambda cast, client: text_in(client, cast.ben.user.phone, "", media="1"), id="a picture"),
        pytest.param(lambda cast, client: text_in(client, cast.ben.user.phone, "STOP"), id="STOP"),
        pytest.param(
            lambda cast, client: actions.write(by=cast.ben.user, conversation=cast.conversation, words="hi"),
            id="a message on the web",
        ),
    ],
)
@pytest.mark.parametrize("hour", [1, 30])
def test_any_word_from_them_stops_all_three_clocks(
    cast: Cast, client: Client, monday: time_machine.Traveller, word: Callable[[Cast, Client], Any], hour: int
) -> None:
    plan(cast, weekdays=[1])
    asked_at = datetime.fromisoformat("2026-11-24T10:00:01+00:00")
    at(monday, asked_at.isoformat())
    clocks = [4.1, 24.1, 48.1, 60]
    for passed in [hours for hours in clocks if hours < hour] + [hour]:
        at(monday, (asked_at + timedelta(hours=passed)).isoformat())
    word(cast, client)
    for passed in [hours for hours in clocks if hours > hour]:
        at(monday, (asked_at + timedelta(hours=passed)).isoformat())
    assert not Alert.objects.filter(kind=Alert.Kind.SILENCE).exists()
    reminders = [text for text in texts_to(cast.ben.user.phone) if "no rush" in text]
    notices = Message.objects.filter(conversation=cast.conversation, kind=Message.Kind.NOTICE)
    silent = [notice.body for notice in notices if "has not answered" in notice.body]
    was_silent = hour > 24
    assert (len(reminders), len(silent)) == (was_silent, was_silent)
    assert CheckIn.objects.get().state == ("missed" if was_silent else "in words")


def test_two_misses_with_a_word_between_are_not_two_in_a_row(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    plan(cast, weekdays=[1, 3])
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T10:01:00+00:00")
    text_in(client, cast.ben.user.phone, "sorry been busy")
    at(monday, "2026-11-26T10:00:01+00:00")
    at(monday, "2026-11-27T10:01:00+00:00")
    assert not Alert.objects.exists()


@pytest.mark.parametrize("state", ["failed", "undelivered", "suppressed", "expired", "canceled", "unknown", "queued"])
def test_nobody_is_called_silent_who_was_never_asked(
    cast: Cast, client: Client, monday: time_machine.Traveller, state: str
) -> None:
    plan(cast, weekdays=[1, 3])
    for day in (24, 26):
        at(monday, f"2026-11-{day}T10:00:01+00:00")
        text = OutboundText.objects.filter(key__endswith=":feeling").order_by("-created_at")[0]
        far = timezone.now() + timedelta(days=30)
        OutboundText.objects.filter(pk=text.pk).update(state=state, reason="dead", due_at=far, expires_at=far)
        for hours in (5, 24.1, 30):
            at(monday, (datetime.fromisoformat(f"2026-11-{day}T10:00:01+00:00") + timedelta(hours=hours)).isoformat())
    assert {check_in.state for check_in in CheckIn.objects.all()} == {"not reached"}
    assert not Alert.objects.exists()
    alice = sign_in(client, cast.alice.user)
    page = alice.get(f"/conversations/{cast.conversation.id}/").content.decode()
    assert "The check-in did not reach Ben, so this is no silence. The number is no longer used" in page
    assert "has not answered" not in page
    assert "not answered" not in alice.get(f"/conversations/{cast.conversation.id}/person/").content.decode()
    assert "The last check-in did not reach them" in alice.get("/inbox/").content.decode()
    reminders = [text for text in texts_to(cast.ben.user.phone) if "no rush" in text]
    assert len(reminders) == (2 if state in {"unknown", "queued"} else 0)


def test_the_numbers_count_what_reached_them_and_show_the_rest_beside(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    """Answered, missed, undelivered, stopped, and one that nobody knows about: 1 of 2 is 50%."""
    kinds: list[tuple[str, dict[str, str]]] = [
        ("3", {}),
        ("", {}),
        ("", {"state": "undelivered", "reason": "dead"}),
        ("", {"state": "suppressed", "reason": "stopped"}),
        ("", {}),
    ]
    plan(cast, weekdays=[1])
    tuesday = datetime.fromisoformat("2026-11-24T10:00:01+00:00")
    for week, (answer, became) in enumerate(kinds):
        at(monday, (tuesday + timedelta(weeks=week)).isoformat())
        if became:
            key = f"check-in:{CheckIn.objects.order_by('-asked_at')[0].id}:feeling"
            OutboundText.objects.filter(key=key).update(**became)
        if answer:
            text_in(client, cast.ben.user.phone, answer)
        at(monday, (tuesday + timedelta(weeks=week, hours=25)).isoformat())
    newest = CheckIn.objects.order_by("-asked_at")[0]
    OutboundText.objects.filter(key=f"check-in:{newest.id}:feeling").update(state="sent")  # and no report ever came
    page = sign_in(client, cast.priya).get(f"/lead/pairings/{cast.pairing.id}/").content.decode()
    found = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert {name: found[name] for name in list(found)[:8]} == {
        "Asked": "5",
        "Reached their phone": "2",
        "Answered, of those": "1 (50%)",
        "Not answered": "2",
        "Did not reach their phone": "1",
        "Texts were stopped": "1",
        "Sent, but nobody knows if it arrived": "1",
        "Waiting for an answer": "0",
    }


def test_the_numbers_are_one_query_however_many_check_ins(cast: Cast, monday: time_machine.Traveller) -> None:
    def queries() -> int:
        priya = sign_in(Client(), cast.priya)
        with CaptureQueriesContext(connection) as captured:
            assert priya.get(f"/lead/pairings/{cast.pairing.id}/").status_code == 200
        return len(captured)

    plan(cast, weekdays=[1, 3])
    at(monday, "2026-11-24T10:00:01+00:00")
    before = queries()
    at(monday, "2026-11-26T10:00:01+00:00")
    at(monday, "2026-12-01T10:00:01+00:00")
    assert CheckIn.objects.count() == 3
    assert queries() == before
