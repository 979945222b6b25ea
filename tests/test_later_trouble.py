"""A message for later that cannot go is not sent late, is not lost, and its champion is told; nor does it go twice."""

import re
from datetime import datetime, time

import pytest
import time_machine
from django.test import Client

from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions, later
from messaging.models import Message
from messaging.planned import LaterMessage
from tests.cast import address, drain, page, sign_in, text_in, texts_to
from tests.test_at_once import at_once, errors
from tests.test_check_ins import at
from tests.test_later import WORDS, at_alices, set_later, waiting, went
from tests.test_sockets import in_thread, room, signed_in, socket, until


def test_after_a_short_outage_it_still_goes(cast: Cast, monday: time_machine.Traveller) -> None:
    set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
    at(monday, "2026-11-24T12:59:00+00:00")
    assert went(cast) == 1


def test_after_a_long_outage_it_is_not_sent_late_and_the_champion_is_told(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
    at(monday, "2026-11-24T13:00:10+00:00")
    at(monday, "2026-11-24T14:00:00+00:00")
    assert went(cast) == 0
    alice = at_alices(cast)
    assert "was not sent" in alice.get("/inbox/").content.decode()
    shown = page(alice, cast.conversation)
    assert "Not sent on Tuesday 24 November, 10:00." in shown
    assert "did not want to send it late" in shown
    assert shown.count("Your message to Ben for Tuesday 24 November, 10:00 was not sent.") == 1
    # Anew, with another time.
    its_page = f"{address(cast.conversation)}later/{LaterMessage.objects.get().id}/"
    assert f"{WORDS}</textarea>" in alice.get(its_page).content.decode()
    alice.post(its_page, {"body": WORDS, "day": "2026-11-25", "at": "10:00"})
    at(monday, "2026-11-25T10:00:01+00:00")
    assert went(cast) == 1


def test_an_outage_into_the_night_does_not_make_it_a_text_for_the_morning(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(9), time(20)
    cast.ben.save()
    set_later(at_alices(cast), cast.conversation, "2026-11-24", "19:30")
    at(monday, "2026-11-24T20:30:00+00:00")
    at(monday, "2026-11-25T09:00:01+00:00")
    assert went(cast) == 0
    assert "Not sent on Tuesday 24 November, 19:30." in page(at_alices(cast), cast.conversation)


def test_after_stop_it_does_not_go_and_can_go_once_they_text_start(cast: Cast, monday: time_machine.Traveller) -> None:
    set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
    text_in(Client(), cast.ben.user.phone, "STOP")
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 0
    alice, later_id = at_alices(cast), LaterMessage.objects.get().id
    shown = page(alice, cast.conversation)
    assert "They have stopped texts. Reach them another way." in shown
    assert WORDS in shown
    pressed = alice.post(f"{address(cast.conversation)}later/{later_id}/now/", follow=True).content.decode()
    assert "Ben has stopped texts, so this was not sent." in pressed
    assert WORDS in pressed
    text_in(Client(), cast.ben.user.phone, "START")
    alice.post(f"{address(cast.conversation)}later/{later_id}/now/")
    drain()
    assert went(cast) == 1


def test_taken_back_from_somebody_who_stopped_texts_the_words_can_still_be_read(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    text_in(Client(), cast.ben.user.phone, "STOP")
    response = alice.post(f"{address(cast.conversation)}later/{waiting().id}/back/", follow=True)
    assert WORDS in response.content.decode()


def test_where_texts_are_not_safe_any_more_it_does_not_go(cast: Cast, monday: time_machine.Traveller) -> None:
    set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
    cast.ben.texts_are_safe = False
    cast.ben.save()
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 0
    assert LaterMessage.objects.get().state == "not sent"


def test_when_the_pairing_ends_nothing_that_waits_goes_and_nobody_reads_it(
    cast: Cast, monday: time_machine.Traveller
) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    later_id = waiting().id
    end_pairing(by=cast.priya, pairing=cast.pairing)
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 0
    assert LaterMessage.objects.get().state == "not sent"
    for client in (at_alices(cast), sign_in(Client(), cast.priya)):
        for place in ("", "now/", "back/"):
            assert client.post(f"{address(cast.conversation)}later/{later_id}/{place}").status_code == 404
        assert client.get(f"{address(cast.conversation)}later/{later_id}/").status_code == 404


def test_one_that_cannot_be_read_stops_no_other(cast: Cast, monday: time_machine.Traveller) -> None:
    alice = at_alices(cast)
    set_later(alice, cast.conversation, "2026-11-24", "10:00", body="broken")
    LaterMessage.objects.update(sealed_body=b"x" * 40)
    set_later(alice, cast.conversation, "2026-11-24", "10:00")
    at(monday, "2026-11-24T10:00:01+00:00")
    assert went(cast) == 1
    shown = page(at_alices(cast), cast.conversation)
    assert "Its words can no longer be read." in shown
    broken = LaterMessage.objects.get(state="not sent")
    alice = at_alices(cast)
    alice.post(f"{address(cast.conversation)}later/{broken.id}/now/")
    response = alice.post(f"{address(cast.conversation)}later/{broken.id}/back/", follow=True)
    assert "no longer be read" not in re.findall(r"<textarea.*?</textarea>", response.content.decode())[0]
    drain()
    assert not any("no longer be read" in text for text in texts_to(cast.ben.user.phone))


# --- Live, and at once --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_an_open_screen_learns_of_it(cast: Cast) -> None:
    _, cookie = await signed_in(cast.alice.user)
    _, dev_cookie = await signed_in(cast.dev.user)
    ws, dev_ws = socket(room(cast.dev_conversation), cookie), socket(room(cast.dev_conversation), dev_cookie)
    await ws.connect()
    await dev_ws.connect()
    due = later.next_morning(cast.dev)
    await in_thread(later.schedule)(by=cast.alice.user, conversation=cast.dev_conversation, words=WORDS, due_at=due)
    assert WORDS in (await until(ws, "later"))["html"]
    assert await dev_ws.receive_nothing(0.3)
    await ws.disconnect()
    await dev_ws.disconnect()


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_send_it_once(cast: Cast) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T10:00:00+00:00")) as traveller:
        for n in range(10):
            set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00", body=f"{WORDS} {n}")
        traveller.move_to(datetime.fromisoformat("2026-11-24T10:00:01+00:00"))
        assert not errors(at_once(later.send_due, later.send_due, later.send_due))
        drain()
    assert Message.objects.filter(author="champion").count() == 10
    assert len([text for text in texts_to(cast.ben.user.phone) if WORDS in text]) == 10


@pytest.mark.django_db(transaction=True)
def test_taken_back_changed_and_sent_in_the_same_second_it_goes_at_most_once(cast: Cast) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-11-23T10:00:00+00:00")) as traveller:
        set_later(at_alices(cast), cast.conversation, "2026-11-24", "10:00")
        known = waiting()
        traveller.move_to(datetime.fromisoformat("2026-11-24T10:00:01+00:00"))
        alice, conversation = cast.alice.user, cast.conversation
        results = at_once(
            later.send_due,
            lambda: later.take_back(by=alice, conversation=conversation, later_id=known.id),
            lambda: later.send_now(by=alice, conversation=conversation, later_id=known.id),
            later.send_due,
        )
        assert not [error for error in errors(results) if not isinstance(error, later.Gone)]
        drain()
    known.refresh_from_db()
    assert went(cast) == (known.state == "sent")
    assert known.state in {"sent", "taken back"}


def test_a_message_that_waits_asks_the_same_as_writing(cast: Cast, monday: time_machine.Traveller) -> None:
    with pytest.raises(actions.Nothing):
        later.schedule(
            by=cast.alice.user, conversation=cast.conversation, words=" ", due_at=later.next_morning(cast.ben)
        )
    end_pairing(by=cast.priya, pairing=cast.pairing)
    with pytest.raises(actions.ConversationEnded):
        later.schedule(
            by=cast.alice.user, conversation=cast.conversation, words=WORDS, due_at=later.next_morning(cast.ben)
        )
