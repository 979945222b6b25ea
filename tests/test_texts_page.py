"""The lead's page of texts: what it shows and never shows, settling, sending again, pausing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import AuditEvent
from demo.cast import Cast
from mentors.models import Participant
from messaging import actions as messaging_actions
from messaging.models import Message
from partners.models import Membership
from sms.actions import cancel, queue
from sms.models import OutboundText, SendingPause
from sms.outbox import body_of
from tests.cast import drain, sign_in, text_in, texts_to
from tests.test_lead import words
from tests.test_sockets import in_thread, signed_in, socket, until

State = OutboundText.State
TEXTS = "/lead/texts/"
SECRET = "see you at noon"


@pytest.fixture
def priya(cast: Cast) -> Client:
    return sign_in(Client(), cast.priya)


@pytest.fixture
def mere(cast: Cast) -> Client:
    return sign_in(Client(), cast.mere)


def a_text(person: Participant, key: str = "test:1", state: str = State.QUEUED, **more: Any) -> OutboundText:
    """A text to this person, in that state."""
    phone = person.user.phone
    assert phone is not None
    made = queue(key=key, number=phone, body=SECRET, lane=str(person.programme_id))
    OutboundText.objects.filter(pk=made.pk).update(state=state, **more)
    made.refresh_from_db()
    return made


def unknown(person: Participant, key: str = "test:1") -> OutboundText:
    """A text that was looked for in vain."""
    return a_text(person, key, State.UNKNOWN, reason="unclear")


def page_of(text: OutboundText) -> str:
    return f"{TEXTS}{text.id}/"


# --- The lists ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason", "show", "said"),
    [
        (State.UNKNOWN, "unclear", "person", "Find out from Ben, then say so here."),
        (State.FAILED, "blocked", "person", "The phone company did not let it through. A person must look."),
        (State.FAILED, "bug", "person", "A mistake of ours kept it back."),
        (State.UNDELIVERED, "dead", "trouble", "It did not arrive. The number is no longer used"),
        (State.EXPIRED, "expired", "trouble", "It waited too long, so it was not sent."),
        (State.SUPPRESSED, "stopped", "trouble", "Held back. They have stopped texts."),
        (State.QUEUED, "limit", "trouble", "The limit for texts in a day is reached."),
        (State.QUEUED, "account", "trouble", "Our account with the text service has a problem."),
        (State.QUEUED, "quiet", "due", "It waits until texts are welcome."),
        (State.QUEUED, "", "due", "It waits."),
        (State.SENDING, "", "sent", "On its way."),
    ],
)
def test_each_text_stands_in_one_list_in_words(
    priya: Client, cast: Cast, state: str, reason: str, show: str, said: str
) -> None:
    text = a_text(cast.ben, state=state, reason=reason)
    lists = {other: words(priya.get(f"{TEXTS}?show={other}")) for other in ("person", "trouble", "due", "sent")}
    assert [other for other, page in lists.items() if page_of(text) in page] == [show]
    assert said in lists[show]
    assert SECRET not in "".join(lists.values()) + words(priya.get(page_of(text)))


def test_what_is_still_looked_for_needs_nobody_yet(priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    OutboundText.objects.filter(pk=text.pk).update(look_up_at=timezone.now())
    assert page_of(text) not in words(priya.get(TEXTS))
    assert page_of(text) in words(priya.get(f"{TEXTS}?show=trouble"))


def test_a_sent_text_says_what_it_is_and_who_wrote_it(priya: Client, cast: Cast) -> None:
    messaging_actions.write(by=cast.alice.user, conversation=cast.conversation, words=SECRET)
    drain()
    page = words(priya.get(f"{TEXTS}?show=sent"))
    assert "Message from Alice. It arrived." in page
    assert "Word that they have a champion. It arrived." in page
    assert SECRET not in page


def test_when_a_text_goes_is_said_in_the_persons_own_time(mere: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.mere.pk).update(time_zone="Europe/London")
    a_text(cast.hana, due_at=datetime(2027, 1, 20, 20, 30, tzinfo=UTC))
    assert "Thu 21 Jan, 9:30 am" in words(mere.get(f"{TEXTS}?show=due"))


def test_an_empty_page_says_so(mere: Client, cast: Cast) -> None:
    assert "No text needs you." in words(mere.get(TEXTS))
    assert "No text waits to be sent." in words(mere.get(f"{TEXTS}?show=due"))
    assert "none was lost in the last 7 days" in words(mere.get(f"{TEXTS}?show=trouble"))


@pytest.mark.parametrize("asked", ["?show=nonsense", "?page=0", "?page=-1", "?page=x", "?page=99999999", "?page=²"])
def test_an_odd_address_shows_the_page(priya: Client, cast: Cast, asked: str) -> None:
    assert priya.get(f"{TEXTS}{asked}").status_code == 200


def test_a_long_list_comes_in_pages_and_ends(priya: Client, cast: Cast) -> None:
    model = unknown(cast.ben)
    copies = [OutboundText(key=f"copy:{n}", state=State.UNKNOWN, reason="unclear") for n in range(520)]
    for copy in copies:
        copy.number, copy.sealed_body = model.number, b""
        copy.due_at = copy.expires_at = model.due_at
    OutboundText.objects.bulk_create(copies)
    first, last = words(priya.get(TEXTS)), words(priya.get(f"{TEXTS}?page=10"))
    assert "500+" in first
    assert first.count('<li><a class="row') == last.count('<li><a class="row') == 50
    assert "?show=person&amp;page=2" in first
    assert "page=11" not in last
    assert "The first 500 can be seen here." in last


def test_the_live_part_is_the_list_alone(priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    part = words(priya.get(f"{TEXTS}?part=1&show=person"))
    assert page_of(text) in part
    assert "<html" not in part


# --- Who may -----------------------------------------------------------------------------------


def test_a_lead_of_another_programme_finds_nothing(mere: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    assert "Ben" not in words(mere.get(TEXTS))
    assert mere.get(page_of(text)).status_code == 404
    assert mere.post(f"{page_of(text)}settle/", {"arrived": "yes"}).status_code == 404
    assert mere.post(f"{page_of(text)}again/").status_code == 404
    text.refresh_from_db()
    assert text.state == State.UNKNOWN


@pytest.mark.parametrize("who", ["alice", "omar", "kit", "rhys", "elin", "sam"])
def test_nobody_but_a_lead_has_the_page(cast: Cast, who: str) -> None:
    text = unknown(cast.ben)
    person = getattr(cast, who)
    client = sign_in(Client(), getattr(person, "user", person))
    for address in (TEXTS, f"{TEXTS}pause/", page_of(text)):
        assert client.get(address).status_code == 404
    posts = [f"{TEXTS}{name}/" for name in ("pause", "go-on", "try-account")]
    for address in [*posts, f"{page_of(text)}settle/", f"{page_of(text)}again/"]:
        assert client.post(address, {"arrived": "yes"}).status_code == 404
    assert not SendingPause.objects.exists()


# --- Settling and sending again ----------------------------------------------------------------


def test_a_person_says_that_it_arrived(priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    assert "Did it arrive?" in words(priya.get(page_of(text)))
    page = words(priya.post(f"{page_of(text)}settle/", {"arrived": "yes"}, follow=True))
    assert "It arrived." in page
    assert "Priya" in page
    assert "Send it again" not in page
    event = AuditEvent.objects.get(action="unknown text settled")
    assert (event.actor, event.details) == (cast.priya.actor, {"arrived": True})
    assert page_of(text) not in words(priya.get(TEXTS))


def test_what_did_not_arrive_is_sent_again_once(monday: time_machine.Traveller, priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    page = words(priya.post(f"{page_of(text)}settle/", {"arrived": "no"}, follow=True))
    assert "Send it again?" in page
    assert "they have it twice" in page
    before = texts_to(cast.ben.user.phone).count(SECRET)
    assert "The same words go once more." in words(priya.post(f"{page_of(text)}again/", follow=True))
    late = words(priya.post(f"{page_of(text)}again/", follow=True))
    assert "It was not sent again. Look at what became of it." in late
    assert "It was sent once more, as a new text." in late
    drain()
    assert texts_to(cast.ben.user.phone).count(SECRET) == before + 1
    assert AuditEvent.objects.filter(action="text sent again", actor=cast.priya.actor).count() == 1


def test_a_blocked_text_that_was_sent_again_needs_nobody_any_more(
    monday: time_machine.Traveller, priya: Client, cast: Cast
) -> None:
    text = a_text(cast.ben, state=State.FAILED, reason="blocked")
    assert page_of(text) in words(priya.get(TEXTS))
    priya.post(f"{page_of(text)}again/")
    assert page_of(text) not in words(priya.get(TEXTS))
    assert page_of(text) in words(priya.get(f"{TEXTS}?show=trouble"))


def test_sent_again_at_night_it_goes_in_the_morning(monday: time_machine.Traveller, priya: Client, cast: Cast) -> None:
    monday.shift(timedelta(hours=11))
    Participant.objects.filter(pk=cast.ben.pk).update(texts_from="09:00", texts_until="20:00")
    text = a_text(cast.ben, state=State.FAILED, reason="failed")
    priya = sign_in(Client(), cast.priya)
    priya.post(f"{page_of(text)}again/")
    drain()
    assert SECRET not in texts_to(cast.ben.user.phone)
    monday.shift(timedelta(hours=12, minutes=5))
    drain()
    assert SECRET in texts_to(cast.ben.user.phone)


def test_what_became_known_meanwhile_is_not_settled_over(priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    OutboundText.objects.filter(pk=text.pk).update(state=State.DELIVERED, delivered_at=timezone.now())
    page = words(priya.post(f"{page_of(text)}settle/", {"arrived": "no"}, follow=True))
    assert "Meanwhile it is known what became of it." in page
    text.refresh_from_db()
    assert text.state == State.DELIVERED


def test_an_answer_that_says_neither_changes_nothing(priya: Client, cast: Cast) -> None:
    text = unknown(cast.ben)
    assert "Say if it arrived or not." in words(priya.post(f"{page_of(text)}settle/", follow=True))
    text.refresh_from_db()
    assert text.state == State.UNKNOWN


def test_an_old_sign_in_code_is_not_sent_again(priya: Client, cast: Cast) -> None:
    code = a_text(cast.dev, "code:1", State.FAILED, reason="blocked")
    assert "Sign-in code" in words(priya.get(TEXTS))
    assert "Send it again" not in words(priya.get(page_of(code)))
    priya.post(f"{page_of(code)}again/")
    assert not OutboundText.objects.filter(key="code:1:again").exists()


def test_words_that_cannot_be_read_are_not_sent_again(priya: Client, cast: Cast) -> None:
    text = a_text(cast.ben, state=State.FAILED, reason="unreadable", sealed_body=b"broken")
    assert "can no longer be read" in words(priya.post(f"{page_of(text)}again/", follow=True))
    assert not OutboundText.objects.filter(key__endswith=":again").exists()


def test_the_message_in_the_thread_follows_the_one_sent_again(priya: Client, cast: Cast) -> None:
    messaging_actions.write(by=cast.alice.user, conversation=cast.conversation, words=SECRET)
    message = Message.objects.latest("number")
    text = OutboundText.objects.get(key=f"message:{message.id}")
    OutboundText.objects.filter(pk=text.pk).update(state=State.FAILED, reason="failed")
    priya.post(f"{page_of(text)}again/")
    drain()
    message.refresh_from_db()
    assert message.delivery == Message.Delivery.DELIVERED
    assert body_of(OutboundText.objects.get(key=f"{text.key}:again")) == body_of(text)


# --- Pausing -----------------------------------------------------------------------------------


def test_pausing_asks_first_and_says_what_it_means(priya: Client, cast: Cast) -> None:
    page = words(priya.get(f"{TEXTS}pause/"))
    assert "Check-ins, messages and reminders wait." in page
    assert "Crisis lines and sign-in codes still go." in page
    assert "What waits too long is not sent at all." in page
    assert not SendingPause.objects.exists()


def test_a_paused_programme_waits_and_the_others_and_crisis_lines_go(
    priya: Client, mere: Client, cast: Cast, client: Client
) -> None:
    assert "Sending is paused." in words(priya.post(f"{TEXTS}pause/", follow=True))
    a_text(cast.ben), a_text(cast.hana, "test:2")
    text_in(client, cast.ben.user.phone, "i want to die")
    drain()
    assert SECRET not in texts_to(cast.ben.user.phone)
    assert "Call 999." in texts_to(cast.ben.user.phone)[-1]
    assert SECRET in texts_to(cast.hana.user.phone)
    for address in (TEXTS, "/lead/"):
        page = words(priya.get(address))
        assert "by Priya" in page
        assert "Texts that wait: 1." in page
        assert "Sending is paused" not in words(mere.get(address))
    assert "Sending is paused." in words(priya.get(f"{TEXTS}?show=due"))
    assert "Texts go out again." in words(priya.post(f"{TEXTS}go-on/", follow=True))
    drain()
    assert SECRET in texts_to(cast.ben.user.phone)
    assert "Start sending again" not in words(priya.get("/lead/"))
    actions = list(AuditEvent.objects.filter(actor=cast.priya.actor).values_list("action", flat=True))
    assert actions[-2:] == ["sending paused", "sending goes on"]


def test_another_lead_of_the_programme_may_start_it_again(priya: Client, cast: Cast) -> None:
    priya.post(f"{TEXTS}pause/")
    Membership.objects.create(user=cast.sam, programme=cast.trentside, role=Membership.Role.LEAD)
    sam = sign_in(Client(), cast.sam)
    assert "by Priya" in words(sam.get("/lead/"))
    sam.post(f"{TEXTS}go-on/")
    assert not SendingPause.objects.exists()


def test_a_lead_cannot_start_what_another_programme_paused(priya: Client, mere: Client, cast: Cast) -> None:
    priya.post(f"{TEXTS}pause/")
    mere.post(f"{TEXTS}go-on/")
    assert SendingPause.objects.get().lane == str(cast.trentside.id)


def test_a_lead_of_two_programmes_sees_which_is_paused(priya: Client, cast: Cast) -> None:
    priya.post(f"{TEXTS}pause/")
    Membership.objects.create(user=cast.priya, programme=cast.aotearoa, role=Membership.Role.LEAD)
    page = words(priya.get(TEXTS))
    assert "Sending is paused: Trentside" in page
    assert "Pause all sending" in page


# --- Live --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_a_leads_open_page_hears_of_a_pause_and_another_programmes_does_not(cast: Cast) -> None:
    client, priya = await signed_in(cast.priya)
    _, mere = await signed_in(cast.mere)
    one, two = socket("/ws/live/", priya), socket("/ws/live/", mere)
    await one.connect()
    await two.connect()
    await in_thread(client.post)(f"{TEXTS}pause/")
    assert (await until(one, "texts"))["kind"] == "texts"
    assert await two.receive_nothing(0.5)
    await one.disconnect()
    await two.disconnect()


@pytest.mark.django_db(transaction=True)
async def test_many_changes_in_a_transaction_are_told_once_and_undone_ones_not_at_all(cast: Cast) -> None:
    _, priya = await signed_in(cast.priya)
    ws = socket("/ws/live/", priya)
    await ws.connect()
    await in_thread(take_back_twenty)(cast.ben)
    assert (await until(ws, "sending"))["kind"] == "sending"
    assert await ws.receive_nothing(0.5)
    await in_thread(take_back_and_undo)(cast.ben)
    assert await ws.receive_nothing(0.5)
    await ws.disconnect()


def take_back_twenty(person: Participant) -> None:
    with transaction.atomic():
        for n in range(20):
            cancel(a_text(person, f"taken:{n}").key)


def take_back_and_undo(person: Participant) -> None:
    with transaction.atomic():
        cancel(a_text(person, "undone").key)
        transaction.set_rollback(True)
