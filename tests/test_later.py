"""A champion's message that goes later: on the participant's clock, once, or not at all and said so."""

import re
import uuid
from datetime import datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import AuditEvent
from demo.cast import Cast
from messaging.models import Conversation
from messaging.planned import LaterMessage
from tests.cast import address, drain, page, sign_in, still_theirs, text_in, texts_to
from tests.test_check_ins import at

WORDS = "Good luck at the garden today"


def set_later(client: Client, conversation: Conversation, day: str, wall: str, **more: str) -> Any:
    """What the page's form posts."""
    form = {"body": WORDS, "day": day, "at": wall, "client_id": str(uuid.uuid4())} | more
    return client.post(f"{address(conversation)}later/", form)


def at_alices(cast: Cast) -> Client:
    """Alice's browser, signed in just now: a session lasts half an hour."""
    return sign_in(Client(), cast.alice.user)


def waiting() -> LaterMessage:
    return LaterMessage.objects.get(state="waits")


def went(cast: Cast) -> int:
    return texts_to(cast.ben.user.phone).count(f"Alice: {WORDS}")


# --- Setting it ---------------------------------------------------------------------------------


def test_it_goes_at_its_time_and_once(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    response = set_later(alice, cast.conversation, "2026-11-24", "10:00")
    assert response.status_code == 303
    shown = page(alice, cast.conversation)
    assert "Goes Tuesday 24 November, 10:00, Ben’s time" in shown
    assert WORDS in shown
    at(monday, "2026-11-24T09:59:58+00:00")
    assert went(cast) == 0
    at(monday, "2026-11-24T10:00:01+00:00")
    at(monday, "2026-11-24T10:20:00+00:00")
    assert went(cast) == 1
    shown = page(at_alices(cast), cast.conversation)
    assert "Goes Tuesday" not in shown
    assert shown.count(f"{WORDS}</p>") == 1


def test_the_write_box_brings_its_words_and_the_next_morning_is_offered(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    alice = at_alices(cast)
    shown = page(alice, cast.conversation)
    assert f'formaction="{address(cast.conversation)}later/"' in shown
    form = alice.post(f"{address(cast.conversation)}later/", {"body": WORDS, "open": "1"}).content.decode()
    assert f"{WORDS}</textarea>" in form
    assert 'value="2026-11-24"' in form
    assert 'value="09:00"' in form
    assert "It is 10:00 there." in form
    assert not LaterMessage.objects.exists()


@pytest.mark.parametrize(
    ("now", "opens", "expected"),
    [
        ("2026-11-23T10:00:00+00:00", time(9), ("2026-11-24", "09:00")),
        ("2026-11-23T02:00:00+00:00", time(9), ("2026-11-23", "09:00")),
        ("2026-11-23T08:50:00+00:00", time(9), ("2026-11-24", "09:00")),
        ("2026-11-23T10:00:00+00:00", time(11), ("2026-11-24", "11:00")),
    ],
)
def test_the_next_morning_is_a_civil_one(cast: Cast, now: str, opens: time, expected: tuple[str, str]) -> None:
    cast.ben.texts_from, cast.ben.texts_until = opens, time(20)
    cast.ben.save()
    with time_machine.travel(datetime.fromisoformat(now)):
        still_theirs()
        form = sign_in(Client(), cast.alice.user).get(f"{address(cast.conversation)}later/").content.decode()
    assert all(f'value="{value}"' in form for value in expected)


@pytest.mark.parametrize(
    ("day", "wall", "says"),
    [
        ("2026-11-24", "08:59", "Ben gets texts from 09:00 to 20:00. Choose a time between."),
        ("2026-11-24", "20:00", "Ben gets texts from 09:00 to 20:00. Choose a time between."),
        ("2026-11-23", "09:59", "That time has passed. It is 10:00 where Ben is. Choose a later one."),
        ("2026-11-22", "12:00", "That day is over. Choose another."),
        ("2027-01-19", "12:00", "That is too far ahead. Choose an earlier day."),
        ("2027-01-18", "10:01", "That is too far ahead. Choose a day up to Monday 18 January."),
        ("9999-12-31", "23:59", "That is too far ahead. Choose an earlier day."),
        ("0001-01-01", "00:00", "That day is over. Choose another."),
        ("soon", "12:00", "Enter a valid date."),
        ("2026-11-24", "", "This field is required."),
    ],
)
def test_a_time_that_will_not_do_is_refused_and_the_words_stay(
    cast: Cast, monday: time_machine.Traveller, day: str, wall: str, says: str
) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    response = set_later(at_alices(cast), cast.conversation, day, wall)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert f"{WORDS}</textarea>" in response.content.decode()
    assert not LaterMessage.objects.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("  \u200b ", "Write something first."),
        ("x" * 1001, "That is 1001 characters. The most is 1000."),
        ("🙂" * 500, "That is too long for a text."),
    ],
)
def test_words_that_could_not_go_are_refused_at_once(
    cast: Cast, monday: time_machine.Traveller, words: str, says: str
) -> None:
    response = set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00", body=words)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not LaterMessage.objects.exists()


def test_the_last_day_of_eight_weeks_may_be_chosen(cast: Cast, monday: time_machine.Traveller) -> None:
    assert set_later(at_alices(cast), cast.conversation, "2027-01-18", "10:00").status_code == 303


def test_to_somebody_who_has_stopped_texts_nothing_is_set(cast: Cast, monday: time_machine.Traveller) -> None:
    text_in(Client(), cast.ben.user.phone, "STOP")
    response = set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
    assert response.status_code == 422
    assert "Ben has stopped texts" in response.content.decode()
    assert f"{WORDS}</textarea>" in response.content.decode()


def test_the_time_is_the_participants_wherever_the_champion_is(cast: Cast, monday: time_machine.Traveller) -> None:
    cast.tama.user.time_zone = "Europe/London"
    cast.tama.user.save()
    tama = sign_in(Client(), cast.tama.user)
    assert set_later(tama, cast.hana_conversation, "2026-11-25", "10:00").status_code == 303
    # Ten in Auckland is nine in the evening of the day before in London.
    assert waiting().due_at == datetime.fromisoformat("2026-11-24T21:00:00+00:00")
    assert "Goes Wednesday 25 November, 10:00, Hana’s time" in page(tama, cast.hana_conversation)


@pytest.mark.parametrize(
    ("now", "day", "expected", "shown"),
    [
        # Clocks jump from one to two: half past one is half past two.
        ("2027-03-27T12:00:00+00:00", "2027-03-28", "2027-03-28T01:30:00+00:00", "28 March, 02:30"),
        # Half past one comes twice: the first.
        ("2027-10-30T12:00:00+00:00", "2027-10-31", "2027-10-31T00:30:00+00:00", "31 October, 01:30"),
    ],
)
def test_when_the_clocks_change_it_still_goes_once(cast: Cast, now: str, day: str, expected: str, shown: str) -> None:
    with time_machine.travel(datetime.fromisoformat(now)) as traveller:
        still_theirs()
        alice = sign_in(Client(), cast.alice.user)
        set_later(alice, cast.conversation, day, "01:30")
        assert waiting().due_at == datetime.fromisoformat(expected)
        assert shown in page(alice, cast.conversation)
        for hour in range(8):
            at(traveller, f"{day}T0{hour}:00:01+00:00")
        assert went(cast) == 1


# --- Before it goes -----------------------------------------------------------------------------


def test_it_can_be_changed(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    its_page = f"{address(cast.conversation)}later/{waiting().id}/"
    assert f"{WORDS}</textarea>" in alice.get(its_page).content.decode()
    response = alice.post(its_page, {"body": "Other words", "day": "2026-11-24", "at": "15:00"})
    assert response.status_code == 303
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 0
    at(monday, "2026-11-24T15:00:01+00:00")
    assert texts_to(cast.ben.user.phone)[-1] == "Alice: Other words"


def test_it_can_go_at_once_and_then_not_again(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    now = f"{address(cast.conversation)}later/{waiting().id}/now/"
    alice.post(now)
    again_pressed = alice.post(now, follow=True)
    assert "does not wait any more" in again_pressed.content.decode()
    drain()
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 1


def test_taken_back_the_words_are_in_the_write_box(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    back = f"{address(cast.conversation)}later/{waiting().id}/back/"
    for _ in range(2):
        response = alice.post(back)
        assert response.status_code == 303
        assert WORDS.split()[0] not in response["Location"]
        shown = alice.get(response["Location"]).content.decode()
        assert f"{WORDS}</textarea>" in shown
        assert "Goes Tuesday" not in shown
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 0
    # Sent from the box without a script: once, and then the same address gives no words a second time.
    alice = at_alices(cast)
    shown = alice.get(response["Location"]).content.decode()
    client_id = re.search(r'name="client_id" value="([0-9a-f-]{36})"', shown)
    assert client_id
    for _ in range(2):
        alice.post(address(cast.conversation), {"body": WORDS, "client_id": client_id[1]})
    assert f"{WORDS}</textarea>" not in alice.get(response["Location"]).content.decode()
    drain()
    assert went(cast) == 1


def test_on_the_way_back_to_writing_no_word_is_lost(cast: Cast, alice: Client) -> None:
    words = "y" * 1200
    response = set_later(alice, cast.conversation, "", "", body=words, back="1")
    assert f"{words}</textarea>" in alice.get(response["Location"]).content.decode()
    assert set_later(alice, cast.conversation, "", "", body=" ", back="1")["Location"] == address(cast.conversation)


def test_changing_what_has_gone_keeps_the_new_words(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    its_page = f"{address(cast.conversation)}later/{waiting().id}/"
    at(monday, "2026-11-24T10:00:01+00:00")
    alice = at_alices(cast)
    response = alice.post(its_page, {"body": "Too late?", "day": "2026-11-25", "at": "10:00"})
    assert response.status_code == 422
    assert "Too late?</textarea>" in response.content.decode()
    assert "was sent or taken back meanwhile" in response.content.decode()
    assert alice.post(f"{its_page}back/", follow=True).content.decode().count("does not wait any more") == 1
    assert alice.get(its_page, follow=True).content.decode().count("does not wait any more") == 1


def test_a_double_tap_sets_one(cast: Cast, monday: time_machine.Traveller) -> None:
    alice, client_id = at_alices(cast), str(uuid.uuid4())
    for _ in range(2):
        assert set_later(alice, cast.conversation, "2026-11-24", "10:00", client_id=client_id).status_code == 303
    at(monday, "2026-11-24T10:00:01+00:00")
    assert set_later(at_alices(cast), cast.conversation, "2026-11-25", "10:00", client_id=client_id).status_code == 303
    at(monday, "2026-11-25T10:00:01+00:00")
    assert went(cast) == 1


@pytest.mark.parametrize("client_id", ["", "x", "0" * 400])
def test_a_strange_client_id_is_ignored(cast: Cast, monday: time_machine.Traveller, client_id: str) -> None:
    assert set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00", client_id=client_id).status_code == 303


# --- Who sees it, what is kept ------------------------------------------------------------------


def test_a_participant_neither_sees_it_nor_sets_one(cast: Cast, monday: time_machine.Traveller) -> None:
    alice, dev = at_alices(cast), sign_in(Client(), cast.dev.user)
    set_later(alice, cast.dev_conversation, "2026-11-24", "10:00")
    shown = page(dev, cast.dev_conversation)
    assert WORDS not in shown
    assert "later" not in shown.lower()
    assert "later" not in dev.get(f"{address(cast.dev_conversation)}since/0/").json()
    assert WORDS in alice.get(f"{address(cast.dev_conversation)}since/0/").json()["later"]
    assert set_later(dev, cast.dev_conversation, "2026-11-24", "10:00").status_code == 404
    at(monday, "2026-11-24T10:00:01+00:00")
    assert WORDS in page(sign_in(Client(), cast.dev.user), cast.dev_conversation)


def test_strangers_find_none_of_it(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    later_id = waiting().id
    places = ["later/", f"later/{later_id}/", f"later/{later_id}/now/", f"later/{later_id}/back/"]
    for stranger in (cast.carol.user, cast.priya, cast.sam, cast.omar, cast.elin, cast.mere, cast.dev.user):
        client = sign_in(Client(), stranger)
        for place in places:
            assert client.post(address(cast.conversation) + place, {"body": "hi"}).status_code == 404, stranger.name
            assert client.get(address(cast.conversation) + place).status_code in {404, 405}, stranger.name
    # Nor by way of another conversation of one's own.
    for place in places[1:]:
        response = alice.post(address(cast.dev_conversation) + place, {"body": "hi"}, follow=True)
        assert WORDS not in response.content.decode()
    assert WORDS not in alice.get(f"{address(cast.dev_conversation)}?words={later_id}").content.decode()
    assert waiting().id == later_id


def test_the_words_are_sealed_and_in_no_trail(
    cast: Cast, monday: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    set_later(alice, cast.dev_conversation, "2026-11-24", "10:00", body="other")
    mine, other = (
        LaterMessage.objects.filter(conversation=cast.conversation),
        LaterMessage.objects.exclude(conversation=cast.conversation),
    )
    assert WORDS.encode() not in bytes(mine.get().sealed_body)
    other.update(sealed_body=mine.get().sealed_body)
    assert "can no longer be read" in page(alice, cast.dev_conversation)
    at(monday, "2026-11-24T10:00:01+00:00")
    assert bytes(mine.get().sealed_body) == b""
    assert WORDS not in caplog.text
    assert not [event for event in AuditEvent.objects.all() if WORDS in f"{event.action}{event.subject}{event.details}"]
    assert AuditEvent.objects.filter(action="message set for later").count() == 2


def test_what_is_done_is_forgotten_after_a_day(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    for wall in ("10:00", "11:00", "12:00"):
        set_later(alice, cast.conversation, "2026-11-26", wall)
    first, second, _ = LaterMessage.objects.order_by("due_at")
    alice.post(f"{address(cast.conversation)}later/{first.id}/now/")
    alice.post(f"{address(cast.conversation)}later/{second.id}/back/")
    at(monday, "2026-11-24T09:59:00+00:00")
    assert LaterMessage.objects.count() == 3
    at(monday, "2026-11-24T10:01:00+00:00")
    assert [row.state for row in LaterMessage.objects.all()] == ["waits"]


def test_what_waits_costs_one_query_however_much_it_is(
    cast: Cast, monday: time_machine.Traveller, django_assert_max_num_queries: Any
) -> None:
    alice = at_alices(cast)

    def cost() -> int:
        with django_assert_max_num_queries(40) as captured:
            page(alice, cast.conversation)
        return len(captured)

    none = cost()
    for hour in range(10, 20):
        set_later(alice, cast.conversation, "2026-11-24", f"{hour}:00")
    assert cost() == none
