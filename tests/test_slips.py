"""What slipped through once: texts that went though they must not, and words or check-ins that were lost."""

from collections.abc import Callable, Iterable
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core import dispatch
from demo.cast import Cast
from mentors.models import Participant
from messaging import answers, schedules, silence
from messaging.models import CheckIn, CheckInAnswer
from messaging.planned import LaterMessage
from messaging.questions import FEELING
from sms.actions import queue, try_account_now
from sms.models import OutboundText, SendingPause
from tests.cast import address, drain, page, sign_in, signed, text_in, texts_to
from tests.test_check_ins import at, plan
from tests.test_later import at_alices, set_later
from tests.test_numbers import add, alice_writes, phone, press, second_of

State = OutboundText.State
NIGHT = "2026-11-24T03:00:00+00:00"


def by_day(participant: Participant) -> None:
    """Texts are welcome from nine to eight, and not all day as in the demo."""
    Participant.objects.filter(pk=participant.pk).update(texts_from=time(9), texts_until=time(20))


# --- Two texts about the same thing, in one batch -------------------------------------------------


def test_two_notes_about_one_conversation_are_both_asked_about(cast: Cast, monday: time_machine.Traveller) -> None:
    at(monday, "2026-11-23T22:00:00+00:00")
    carol = sign_in(Client(), cast.dev_pairing.champion.user)
    room = address(cast.dev_conversation)
    before = len(texts_to(phone(cast.dev)))
    for words in ("one", "two"):
        assert carol.post(room, {"body": words}).status_code == 303
        sign_in(Client(), cast.dev.user).get(room)
    assert OutboundText.objects.filter(key__startswith="new-message", state=State.QUEUED).count() == 2
    Participant.objects.filter(pk=cast.dev.pk).update(texts_are_safe=False)
    at(monday, "2026-11-24T10:00:00+00:00")
    assert len(texts_to(phone(cast.dev))) == before


# --- A phone that is not theirs any more ----------------------------------------------------------


def test_a_later_try_does_not_go_to_a_number_that_was_taken_away(cast: Cast, monday: time_machine.Traveller) -> None:
    lost = phone(cast.ben)
    alice_writes(cast, "about your housing")
    priya = sign_in(Client(), cast.priya)
    add(priya, cast.ben)
    drain()
    text_in(Client(), second_of(cast.ben).number, "1")
    press(priya, second_of(cast.ben), "use")
    press(priya, cast.ben.contact_numbers.get(number=lost), "take-away")
    text = OutboundText.objects.get(key__startswith="message:")
    attempt = text.attempts.get()
    path = f"/sms/status/{attempt.id}/"
    params = {
        "MessageSid": "SM" + "e" * 32,
        "MessageStatus": "undelivered",
        "ErrorCode": "30003",
        "AccountSid": "AC" + "5" * 32,
    }
    OutboundText.objects.filter(pk=text.pk).update(state=State.SENT)
    assert Client().post(path, params, headers=signed(path, **params)).status_code == 204
    text.refresh_from_db()
    monday.shift(timedelta(minutes=31))
    drain()
    text.refresh_from_db()
    assert text.attempts.count() == 1


# --- Check-ins and numbers in doubt ----------------------------------------------------------------


@pytest.mark.parametrize("words", ["who is this", "4"])
def test_no_question_of_a_check_in_goes_to_a_number_nobody_confirmed(
    cast: Cast, monday: time_machine.Traveller, words: str
) -> None:
    plan(cast, weekdays=[1], questions=["feeling", "cravings"])
    ben = phone(cast.ben)
    type(ben).objects.filter(pk=ben.pk).update(verified_at=None, heard_at=None)
    at(monday, "2026-11-24T10:00:01+00:00")
    drain()
    before = texts_to(ben)
    text_in(Client(), ben, words)
    drain()
    assert texts_to(ben)[len(before) :] == [
        "Sorry, I did not get that. Is this the number of Ben? Reply 1 for yes, 2 for no."
    ]
    assert not CheckInAnswer.objects.exists()


def test_an_answer_from_another_phone_wakes_nobody(cast: Cast, monday: time_machine.Traveller) -> None:
    by_day(cast.ben)
    plan(cast, weekdays=[1], questions=["feeling", "cravings"])
    priya = sign_in(Client(), cast.priya)
    add(priya, cast.ben)
    drain()
    text_in(Client(), second_of(cast.ben).number, "1")
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-25T03:00:00+00:00")
    before = len(texts_to(phone(cast.ben)))
    text_in(Client(), second_of(cast.ben).number, "4")
    drain()
    assert len(texts_to(phone(cast.ben))) == before


def test_a_question_about_another_number_keeps_quiet_hours_after_a_pause(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    by_day(cast.ben)
    priya = sign_in(Client(), cast.priya)
    priya.post("/lead/texts/pause/")
    add(priya, cast.ben)
    at(monday, NIGHT)
    sign_in(Client(), cast.priya).post("/lead/texts/go-on/")
    drain()
    assert texts_to(second_of(cast.ben).number) == []


@pytest.mark.parametrize("words", ["5 valium", "5 shots last night", "3 overdoses", "5 glasses of wine", "2 relapses"])
def test_how_much_they_took_is_not_how_they_feel(words: str) -> None:
    assert answers.read(words, FEELING) is None


# --- Two dispatchers, one daily plan ---------------------------------------------------------------


def test_a_dispatcher_that_comes_late_does_not_close_the_next_check_in(
    cast: Cast, monday: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(cast, weekdays=list(range(7)))
    at(monday, "2026-11-24T10:00:01+00:00")
    monday.move_to("2026-11-25T10:00:02+00:00")
    each = dispatch.each

    def other_first(name: str, ids: Iterable[UUID], work: Callable[[UUID], None]) -> int:
        if name == "messaging.miss_due":
            schedules.open_due()
        return each(name, ids, work)

    monkeypatch.setattr(dispatch, "each", other_first)
    silence.miss_due()
    monkeypatch.undo()
    drain()
    assert CheckIn.objects.latest("asked_at").state == "asked"


# --- A form that is sent again ---------------------------------------------------------------------


def test_going_back_and_writing_something_else_loses_nothing(cast: Cast, monday: time_machine.Traveller) -> None:
    alice, same = at_alices(cast), str(uuid4())
    set_later(alice, cast.conversation, "2026-11-24", "10:00", client_id=same)
    response = set_later(alice, cast.conversation, "2026-11-24", "15:00", client_id=same, body="Bring your letter")
    shown = page(alice, cast.conversation) + response.content.decode()
    assert "Bring your letter" in shown
    set_later(alice, cast.conversation, "2026-11-24", "15:00", client_id=same, body="Bring your letter")
    assert LaterMessage.objects.filter(state="waits").count() == 2
    later = LaterMessage.objects.get(client_id=same)
    alice.post(f"{address(cast.conversation)}later/{later.id}/back/")
    set_later(alice, cast.conversation, "2026-11-24", "12:00", client_id=same)
    assert LaterMessage.objects.filter(state="waits").count() == 2


# --- An account that is well again -----------------------------------------------------------------


def test_the_try_of_the_account_is_not_spent_on_a_text_that_does_not_go(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    for n in range(6):
        queue(
            key=f"test:{n}", number=phone(cast.ben), body="x", lane="l", expires_at=timezone.now() + timedelta(hours=1)
        )
    SendingPause.objects.create(
        lane="", reason="account", since=timezone.now(), try_at=timezone.now() + timedelta(minutes=5)
    )
    monday.shift(timedelta(hours=2))
    queue(key="fresh:1", number=phone(cast.ben), body="y", lane="l")
    SendingPause.objects.update(try_at=timezone.now() + timedelta(minutes=5))
    try_account_now(actor="x")
    for _ in range(12):
        drain()
        monday.shift(timedelta(seconds=1))
    assert not SendingPause.objects.exists()


# --- Crisis lines to another phone of theirs --------------------------------------------------------


def test_a_lead_can_look_at_crisis_lines_to_another_phone(cast: Cast, monday: time_machine.Traveller) -> None:
    priya = sign_in(Client(), cast.priya)
    add(priya, cast.ben)
    drain()
    text_in(Client(), second_of(cast.ben).number, "i want to die")
    drain()
    text = OutboundText.objects.get(key__startswith="crisis:")
    assert "Ben" in priya.get(f"/lead/texts/{text.id}/").content.decode()
    assert sign_in(Client(), cast.mere).get(f"/lead/texts/{text.id}/").status_code == 404
