"""Phone numbers that can be trusted: asked about, flagged, told apart; what waits for a yes, and what never does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from accounts.models import User
from core.models import AuditEvent
from demo.cast import Cast
from mentors.models import ContactNumber, Participant
from safeguarding.models import Alert
from sms.actions import find_or_add
from sms.models import InboundText, OutboundText, PhoneNumber, SendAttempt
from sms.numbers import e164
from tests.cast import address, drain, page, sign_in, signed, text_in, texts_to
from tests.test_lead import referral_form
from tests.test_sign_in import ask as ask_for_code
from tests.test_sign_in import code_of

QUESTION = "Hi Nia. Is this your number? Reply 1 for yes, 2 for no."
STILL = "Hi Ben. Is this still your number? Reply 1 for yes, 2 for no."
SECOND = "07700 900155"
Kind = Alert.Kind


@pytest.fixture
def cast(monday: Traveller, cast: Cast) -> Cast:
    """The cast, met on a Monday: the clock is ours from then on."""
    return cast


@pytest.fixture
def priya(cast: Cast) -> Client:
    return sign_in(Client(), cast.priya)


def phone(participant: Participant) -> PhoneNumber:
    """The number their texts go to, as it is now."""
    return PhoneNumber.objects.get(user__participant=participant)


def offer(cast: Cast) -> PhoneNumber:
    """Priya offers Nia a champion; the dispatcher has done what it can."""
    lead = sign_in(Client(), cast.priya)
    assert lead.post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": cast.alice.id}).status_code == 303
    drain()
    return phone(cast.nia)


def alice_writes(cast: Cast, words: str) -> None:
    response = sign_in(Client(), cast.alice.user).post(address(cast.conversation), {"body": words})
    assert response.status_code == 303
    drain()


def person_page(participant: Participant) -> str:
    return f"/lead/people/{participant.id}/"


def words(response: Any) -> str:
    return str(response.content.decode())


def add(client: Client, participant: Participant, number: str = SECOND, label: str = "new") -> Any:
    return client.post(f"{person_page(participant)}numbers/", {"number": number, "label": label}, follow=True)


def press(client: Client, contact: ContactNumber, what: str) -> Any:
    return client.post(f"{person_page(contact.participant)}numbers/{contact.id}/{what}/", follow=True)


def second_of(participant: Participant) -> ContactNumber:
    return ContactNumber.objects.select_related("number__data_key").get(participant=participant, label="new")


def report(status: str, code: str) -> None:
    """The provider reports on the last text that was tried, which it had taken."""
    attempt = SendAttempt.objects.latest("started_at")
    OutboundText.objects.filter(pk=attempt.text_id).update(state=OutboundText.State.SENT)
    path = f"/sms/status/{attempt.id}/"
    params = {"MessageSid": "SM" + "e" * 32, "MessageStatus": status, "ErrorCode": code, "AccountSid": "AC" + "5" * 32}
    assert Client().post(path, params, headers=signed(path, **params)).status_code == 204


# --- Numbers that take no texts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "flaw"),
    [
        ("21614", "landline"),
        ("21635", "landline"),
        ("21211", "dead"),
        ("21265", "dead"),
        ("30005", "dead"),
        ("30006", "dead"),
        ("30003", ""),
        ("30007", ""),
        ("", ""),
    ],
)
def test_what_the_phone_company_says_flags_the_number(cast: Cast, code: str, flaw: str) -> None:
    drain()
    alice_writes(cast, "one")
    report("undelivered", code)
    ben = phone(cast.ben)
    assert ben.flaw == flaw
    assert AuditEvent.objects.filter(action="number flagged", subject=ben.actor).count() == bool(flaw)
    before = len(texts_to(ben))
    alice_writes(cast, "two")
    shown = page(sign_in(Client(), cast.alice.user), cast.conversation)
    if flaw:
        assert len(texts_to(ben)) == before
        assert "This number does not work. Ask them for another." in shown
    else:
        assert texts_to(ben)[-1] == "Alice: two"


def test_a_phone_that_writes_is_not_dead(cast: Cast) -> None:
    alice_writes(cast, "one")
    report("undelivered", "30005")
    text_in(Client(), phone(cast.ben), "im back")
    alice_writes(cast, "good")
    assert texts_to(phone(cast.ben))[-1] == "Alice: good"


# --- Several numbers ------------------------------------------------------------------------------


def test_a_second_number_is_asked_about_and_its_texts_reach_the_thread(cast: Cast, priya: Client) -> None:
    response = add(priya, cast.ben)
    drain()
    assert "The number is added." in words(response)
    second = second_of(cast.ben).number
    assert texts_to(second) == ["Hi Ben. Is this your number? Reply 1 for yes, 2 for no."]
    text_in(Client(), second, "1")
    drain()
    assert texts_to(second)[-1] == "Thanks Ben. That is all for now."
    text_in(Client(), second, "its me on the other phone")
    assert "its me on the other phone" in page(sign_in(Client(), cast.alice.user), cast.conversation)
    alice_writes(cast, "I see you")
    assert texts_to(phone(cast.ben))[-1] == "Alice: I see you"
    assert len(texts_to(second)) == 2


def test_crisis_lines_go_to_the_phone_that_wrote(cast: Cast, priya: Client) -> None:
    add(priya, cast.ben)
    drain()
    second, before = second_of(cast.ben).number, len(texts_to(phone(cast.ben)))
    text_in(Client(), second, "i want to die")
    drain()
    assert "Call 999." in texts_to(second)[-1]
    assert len(texts_to(phone(cast.ben))) == before


def test_a_stop_from_another_phone_is_told_as_that(cast: Cast, priya: Client) -> None:
    add(priya, cast.ben)
    text_in(Client(), second_of(cast.ben).number, "STOP")
    shown = page(sign_in(Client(), cast.alice.user), cast.conversation)
    assert "Ben sent STOP from another phone of theirs. Texts to the phone you write to go on." in shown
    alice_writes(cast, "fine")
    assert texts_to(phone(cast.ben))[-1] == "Alice: fine"


def test_texts_are_moved_only_to_a_number_that_was_checked(cast: Cast, priya: Client) -> None:
    add(priya, cast.ben)
    contact = second_of(cast.ben)
    assert "Send texts here" not in words(priya.get(person_page(cast.ben)))
    assert "Somebody must say yes on that phone first." in words(press(priya, contact, "use"))
    assert User.objects.get(participant=cast.ben).phone_id == phone(cast.ben).id != contact.number_id


def test_moving_texts_takes_along_what_waits_and_tells_the_old_phone(cast: Cast, priya: Client) -> None:
    old = phone(cast.ben)
    add(priya, cast.ben)
    drain()
    contact = second_of(cast.ben)
    text_in(Client(), contact.number, "1")
    sign_in(Client(), cast.alice.user).post(address(cast.conversation), {"body": "on its way"})
    assert "Texts go to this number now." in words(press(priya, contact, "use"))
    drain()
    assert texts_to(contact.number)[-1] == "Alice: on its way"
    assert texts_to(old)[-1] == "Hi Ben. We will not text this number any more. Is that not right? Tell us here."
    assert AuditEvent.objects.filter(action="texts moved", subject=contact.number.actor).count() == 1
    text_in(Client(), old, "no thats right")
    assert "no thats right" in page(sign_in(Client(), cast.alice.user), cast.conversation)


def test_moving_texts_signs_out_whoever_is_signed_in_and_voids_the_codes(cast: Cast, priya: Client) -> None:
    browser, other = sign_in(Client(), cast.dev.user), Client()
    ask_for_code(other)
    code = code_of(cast.dev.user)
    add(priya, cast.dev)
    drain()
    text_in(Client(), second_of(cast.dev).number, "1")
    assert browser.get("/inbox/").status_code == 200
    press(priya, second_of(cast.dev), "use")
    assert browser.get("/inbox/").status_code == 302
    assert other.post("/sign-in/code/", {"code": code}).status_code == 422


def test_a_number_that_is_taken_away_is_free_and_starts_afresh(cast: Cast, priya: Client) -> None:
    add(priya, cast.ben)
    drain()
    contact = second_of(cast.ben)
    text_in(Client(), contact.number, "1")
    assert "Their texts go to this number." in words(
        press(priya, ContactNumber.objects.get(number=phone(cast.ben)), "take-away")
    )
    assert "The number is taken away." in words(press(priya, contact, "take-away"))
    text_in(Client(), contact.number, "hello again")
    assert InboundText.objects.filter(is_unknown=True).count() == 1
    assert "The number is added." in words(add(priya, cast.dev))
    drain()
    assert texts_to(contact.number)[-1] == "Hi Dev. Is this your number? Reply 1 for yes, 2 for no."
    assert press(priya, contact, "use").status_code == 404


def test_a_flagged_number_can_be_asked_about_again(cast: Cast, priya: Client) -> None:
    nia = offer(cast)
    text_in(Client(), nia, "2")
    assert "Somebody on that phone said it is not theirs." in words(priya.get(person_page(cast.nia)))
    press(priya, ContactNumber.objects.get(number=nia), "check")
    drain()
    assert texts_to(nia) == [QUESTION, QUESTION]
    text_in(Client(), nia, "1")
    assert phone(cast.nia).is_sure


# --- Somebody else's number -----------------------------------------------------------------------

REFUSED = "Someone here uses this number already, so a text from it could not be told apart. Ask for another number."


@pytest.mark.parametrize("number", ["07700 900118", "07700 900131", "07700 900103", "07700 900101"])
def test_somebody_elses_number_is_refused_without_a_hint_whose(cast: Cast, priya: Client, number: str) -> None:
    """A participant's, one of another programme, a champion's, a lead's: the same words."""
    response = add(priya, cast.ben, number)
    assert response.status_code == 422
    assert REFUSED in words(response)
    assert not any(name in words(response) for name in ("Dev", "Hana", "Alice"))
    assert number in words(response)
    assert AuditEvent.objects.filter(action="known number tried", actor=cast.priya.actor).count() == 1
    put_forward = priya.post("/lead/referrals/new/", referral_form(number=number))
    assert REFUSED in words(put_forward)


def test_a_second_number_cannot_be_put_forward_as_somebody_elses_first(cast: Cast, priya: Client) -> None:
    add(priya, cast.ben)
    assert REFUSED in words(priya.post("/lead/referrals/new/", referral_form(number=SECOND)))
    assert not User.objects.filter(name="Leah").exists()


def test_one_of_their_own_is_said_to_be_theirs(cast: Cast, priya: Client) -> None:
    assert "They have this number already." in words(add(priya, cast.ben, "07700 900112"))


@pytest.mark.parametrize("number", ["020 7123 4567", "12", "", "hello"])
def test_what_takes_no_texts_is_refused_with_a_reason(cast: Cast, priya: Client, number: str) -> None:
    response = add(priya, cast.ben, number)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["number"]
    assert ContactNumber.objects.filter(participant=cast.ben).count() == 1


# --- The lead's page ------------------------------------------------------------------------------


def test_the_page_shows_the_end_of_each_number_and_what_is_known(cast: Cast, priya: Client, monday: Traveller) -> None:
    add(priya, cast.ben)
    shown = words(priya.get(person_page(cast.ben)))
    for said in ("Ends in 112", "They said yes on 23 November 2026.", "Ends in 155", "We asked on 23 November 2026."):
        assert said in shown
    assert "900112" not in shown.replace(" ", "")
    assert "900155" not in shown.replace(" ", "")
    monday.shift(timedelta(days=34))
    shown = words(sign_in(Client(), cast.priya).get(f"{person_page(cast.ben)}?part=1"))
    assert "Quiet for 34 days." in shown
    assert "<html" not in shown


@pytest.mark.parametrize("who", ["mere", "sam", "omar", "kit", "rhys", "elin", "alice", "carol", "tama"])
def test_nobody_but_their_lead_finds_the_page_or_its_buttons(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    client = sign_in(Client(), getattr(person, "user", person))
    contact = ContactNumber.objects.get(number=phone(cast.ben))
    assert client.get(person_page(cast.ben)).status_code == 404
    assert add(client, cast.ben).status_code == 404
    for what in ("check", "use", "take-away"):
        assert press(client, contact, what).status_code == 404
    assert ContactNumber.objects.filter(participant=cast.ben).count() == 1


def test_a_number_of_somebody_else_is_not_found_under_this_person(cast: Cast, priya: Client) -> None:
    contact = ContactNumber.objects.get(number=phone(cast.dev))
    assert priya.post(f"{person_page(cast.ben)}numbers/{contact.id}/use/").status_code == 404


def test_the_page_asks_as_many_queries_for_many_numbers(cast: Cast, priya: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert priya.get(person_page(cast.ben)).status_code == 200
        return len(queries)

    before = count()
    for nth in range(4):
        number = find_or_add(f"+4477009001{60 + nth}")
        ContactNumber.objects.create(participant=cast.ben, number=number)
    # Ten everywhere (test_lead_queries); the person, their numbers.
    assert count() == before <= 10 + 2


def test_no_number_is_in_the_trail_the_log_or_an_address(
    cast: Cast, priya: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    response = add(priya, cast.ben)
    drain()
    contact = second_of(cast.ben)
    text_in(Client(), contact.number, "1")
    press(priya, contact, "use")
    press(priya, ContactNumber.objects.get(number=cast.ben.user.phone), "take-away")
    trail = str(list(AuditEvent.objects.values()))
    for digits in (e164(contact.number)[-6:], "900112"):
        assert digits not in trail
        assert digits not in caplog.text
        assert digits not in str(response.redirect_chain)
    done = ["number added", "number verified", "texts moved", "number taken away"]
    assert [AuditEvent.objects.filter(action=action).exists() for action in done] == [True] * 4


# --- People who were here before ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_whoever_was_here_before_keeps_their_number_and_what_is_known_of_it(monday: Traveller, cast: Cast) -> None:
    text_in(Client(), phone(cast.ben), "hello")
    before = [("mentors", "0001_initial"), ("sms", "0001_initial")]
    now = [("mentors", "0003_numbers_so_far"), ("sms", "0003_number_trust")]
    for targets in (before, now):
        MigrationExecutor(connection).migrate(targets)
    contacts = ContactNumber.objects.current().select_related("number", "participant")
    kept = {contact.participant_id: contact.number for contact in contacts}
    assert set(kept) == {cast.ben.pk, cast.dev.pk, cast.nia.pk, cast.hana.pk}
    assert kept[cast.ben.pk].verified_at == cast.pairing.participant_agreed_at
    assert kept[cast.ben.pk].heard_at == InboundText.objects.get().received_at
    assert kept[cast.nia.pk].verified_at is kept[cast.nia.pk].heard_at is None
