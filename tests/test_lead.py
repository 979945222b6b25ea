"""The lead's desk: referrals, matches, alerts, and what a lead must never see."""

from datetime import time, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import AuditEvent
from demo.cast import Cast
from mentors import actions
from mentors.models import Champion, KeepApart, Pairing, Referral
from messaging.models import CheckIn, CheckInPlan
from partners.models import Membership
from safeguarding.actions import raise_alert
from safeguarding.models import Alert
from sms.actions import find_or_add, queue
from sms.models import InboundText, OutboundText
from tests.cast import drain, sign_in, text_in, texts_to

DANGER = "i want to die"
PLAIN_NUMBER = "07700 900150"


@pytest.fixture
def priya(cast: Cast) -> Client:
    """Priya's browser."""
    return sign_in(Client(), cast.priya)


@pytest.fixture
def mere(cast: Cast) -> Client:
    """Mere's browser: she leads the other programme."""
    return sign_in(Client(), cast.mere)


def referral_form(**changes: str) -> dict[str, str]:
    """What the form for a referral posts."""
    form = {
        "name": "Leah",
        "number": PLAIN_NUMBER,
        "office": "",
        "language": "en-gb",
        "time_zone": "Europe/London",
        "reads": "text",
        "texts_are_safe": "yes",
        "texts_from": "09:00",
        "texts_until": "18:00",
        "asked_for": "Evenings",
    }
    return form | changes


def refer(cast: Cast, name: str, ending: str) -> Referral:
    return actions.register_referral(
        by=cast.priya,
        programme=cast.trentside,
        name=name,
        phone=find_or_add(f"+447700900{ending}"),
        language="en-gb",
        time_zone="Europe/London",
    )


def red_alert(client: Client, cast: Cast) -> Alert:
    text_in(client, cast.ben.user.phone, DANGER)
    return Alert.objects.get(participant=cast.ben)


def words(response: Any) -> str:
    return str(response.content.decode())


# --- Referrals ---------------------------------------------------------------------------------


def test_a_person_is_put_forward(priya: Client, cast: Cast) -> None:
    response = priya.post("/lead/referrals/new/", referral_form(office=str(cast.offices[0].pk)), follow=True)
    referral = Referral.objects.get(participant__user__name="Leah")
    assert response.redirect_chain[-1][0] == f"/lead/referrals/{referral.id}/"
    assert "Leah is on the list." in words(response)
    assert referral.participant.texts_until.hour == 18
    assert referral.participant.office == cast.offices[0]


@pytest.mark.parametrize("number", ["07700 9001234", "not a number", "020 7123 4567"])
def test_a_wrong_number_is_named_at_its_field(priya: Client, cast: Cast, number: str) -> None:
    response = priya.post("/lead/referrals/new/", referral_form(number=number))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["number"]
    assert 'aria-invalid="true"' in words(response)
    assert not User.objects.filter(name="Leah").exists()


def test_a_number_that_is_known_is_refused_and_written_down(priya: Client, cast: Cast) -> None:
    response = priya.post("/lead/referrals/new/", referral_form(number="07700 900112"))
    assert response.status_code == 422
    assert "so a text from it could not be told apart" in words(response)
    assert User.objects.filter(phone=cast.ben.user.phone).count() == 1
    event = AuditEvent.objects.get(action="known number tried")
    assert (event.actor, event.subject) == (cast.priya.actor, f"number:{cast.ben.user.phone_id}")


def test_numbers_are_not_tried_without_end(priya: Client, mere: Client, cast: Cast) -> None:
    for _try in range(20):
        priya.post("/lead/referrals/new/", referral_form(number="07700 900112"))
    response = priya.post("/lead/referrals/new/", referral_form())
    assert response.status_code == 422
    assert "That was a lot of numbers. Wait" in words(response)
    assert not User.objects.filter(name="Leah").exists()
    assert mere.post("/lead/referrals/new/", referral_form(number="021 555 0123")).status_code == 303


def test_a_number_is_read_as_one_of_the_programmes_country(mere: Client, cast: Cast) -> None:
    mere.post("/lead/referrals/new/", referral_form(number="021 555 0123", time_zone="Pacific/Auckland"))
    phone = User.objects.get(name="Leah").phone
    assert phone is not None
    assert phone.country == "NZ"


def test_a_lead_of_two_programmes_chooses_one_and_an_office_in_it(priya: Client, cast: Cast) -> None:
    Membership.objects.create(user=cast.priya, programme=cast.aotearoa, role=Membership.Role.LEAD)
    form = referral_form(programme=str(cast.aotearoa.pk), office=str(cast.offices[0].pk))
    response = priya.post("/lead/referrals/new/", form)
    assert "This office is not in that programme." in words(response)


# --- Matches -----------------------------------------------------------------------------------


def test_a_match_is_offered_and_both_are_asked(priya: Client, cast: Cast) -> None:
    page = words(priya.get(f"/lead/referrals/{cast.waiting.id}/"))
    assert "Ask Carol" in page
    assert "Same office, Canal Side" in page
    priya.post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": str(cast.carol.pk)})
    drain()
    assert "Waiting for Carol and Nia." in words(priya.get("/lead/referrals/"))
    assert texts_to(cast.nia.user.phone) == ["Hi Nia. Is this your number? Reply 1 for yes, 2 for no."]


def test_keep_apart_is_refused(priya: Client, cast: Cast) -> None:
    address = f"/lead/referrals/{cast.waiting.id}/"
    priya.post(f"{address}keep-apart/", {"champion": str(cast.carol.pk)})
    assert KeepApart.objects.filter(champion=cast.carol, participant=cast.nia, set_by=cast.priya).exists()
    refused = priya.post(f"{address}offer/", {"champion": str(cast.carol.pk)}, follow=True)
    assert "Carol was not asked. A keep-apart rule." in words(refused)
    assert not Pairing.objects.filter(participant=cast.nia).exists()


def test_keep_apart_wants_a_champion(priya: Client, cast: Cast) -> None:
    response = priya.post(f"/lead/referrals/{cast.waiting.id}/keep-apart/", {"champion": ""})
    assert response.status_code == 422
    assert "Choose a champion." in words(response)


def test_a_full_champion_cannot_be_asked(priya: Client, cast: Cast) -> None:
    Champion.objects.filter(pk=cast.alice.pk).update(capacity=2)
    refused = priya.post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": str(cast.alice.pk)}, follow=True)
    assert "Alice was not asked. Full, 2 of 2." in words(refused)
    assert "<strong>Alice.</strong> Full, 2 of 2" in words(refused)


def test_a_champion_of_another_programme_is_not_there(priya: Client, cast: Cast) -> None:
    response = priya.post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": str(cast.tama.pk)})
    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_leads_at_once_cannot_overfill_a_champion(cast: Cast) -> None:
    Champion.objects.filter(pk=cast.carol.pk).update(capacity=1)
    Membership.objects.create(user=cast.sam, programme=cast.trentside, role=Membership.Role.LEAD)
    referrals = [cast.waiting, refer(cast, "Leah", "150")]
    clients = [sign_in(Client(), user) for user in (cast.priya, cast.sam)]
    start = Barrier(2)

    def offer(client: Client, referral: Referral) -> None:
        start.wait()
        client.post(f"/lead/referrals/{referral.id}/offer/", {"champion": str(cast.carol.pk)})
        connections.close_all()

    threads = [Thread(target=offer, args=pair) for pair in zip(clients, referrals, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Pairing.objects.filter(champion=cast.carol).open().count() == 1


# --- Pairings ----------------------------------------------------------------------------------


def test_a_pairing_is_ended_once_it_was_confirmed(priya: Client, cast: Cast) -> None:
    address = f"/lead/pairings/{cast.pairing.id}/end/"
    assert "End the pairing of Alice and Ben?" in words(priya.get(address))
    assert Pairing.objects.get(pk=cast.pairing.pk).is_active
    assert "The pairing of Alice and Ben has ended." in words(priya.post(address, follow=True))
    assert not Pairing.objects.get(pk=cast.pairing.pk).is_active
    assert "over already" in words(priya.post(address, follow=True))


def test_an_offer_is_taken_back(priya: Client, cast: Cast) -> None:
    pairing = actions.offer_pairing(by=cast.priya, referral=cast.waiting, champion=cast.carol)
    assert "Waiting for Carol and Nia." in words(priya.get(f"/lead/pairings/{pairing.id}/"))
    priya.post(f"/lead/pairings/{pairing.id}/end/")
    assert Referral.objects.get(pk=cast.waiting.pk).status == Referral.Status.WAITING


def test_the_lead_sets_the_plan_and_sends_one_now(priya: Client, cast: Cast) -> None:
    address = f"/lead/pairings/{cast.pairing.id}/"
    plan = {"weekdays": ["0", "3"], "at": "11:00", "questions": ["feeling"], "is_on": "on"}
    assert priya.post(f"{address}plan/", plan).status_code == 303
    assert CheckInPlan.objects.get(conversation=cast.conversation).weekdays == [0, 3]
    assert priya.post(f"{address}plan/", plan | {"at": ""}).status_code == 422
    priya.post(f"{address}check-in/")
    drain()
    assert "How are you today?" in texts_to(cast.ben.user.phone)[-1]


def test_a_plan_keeps_to_hours_over_midnight(priya: Client, cast: Cast) -> None:
    cast.ben.texts_from, cast.ben.texts_until = time(20), time(8)
    cast.ben.save()
    address = f"/lead/pairings/{cast.pairing.id}/plan/"
    plan = {"weekdays": ["0"], "at": "12:00", "questions": ["feeling"], "is_on": "on"}
    refused = priya.post(address, plan)
    assert refused.status_code == 422
    assert "Ben gets texts from 20:00 to 08:00. Choose a time between." in words(refused)
    for at in ("20:00", "23:30", "07:59"):
        assert priya.post(address, plan | {"at": at}).status_code == 303


def test_every_mistake_in_a_plan_is_tied_to_its_control(priya: Client, cast: Cast) -> None:
    page = words(priya.post(f"/lead/pairings/{cast.pairing.id}/plan/", {"at": ""}))
    for name in ("weekdays", "at", "questions"):
        assert f'<a href="#id_{name}">' in page
        assert page.count(f'id="id_{name}"') == page.count(f'id="id_{name}_error"') == 1
    for described in ("id_weekdays_error", "id_at_helptext id_at_error", "id_questions_helptext id_questions_error"):
        assert f'aria-describedby="{described}"' in page


def test_the_pairing_page_has_numbers_and_no_words(priya: Client, cast: Cast, client: Client) -> None:
    priya.post(f"/lead/pairings/{cast.pairing.id}/check-in/")
    drain()
    text_in(client, cast.ben.user.phone, "2 fed up with the housing people")
    drain()
    assert CheckIn.objects.get(conversation=cast.conversation).answers == {"feeling": 2}
    page = priya.get(f"/lead/pairings/{cast.pairing.id}/")
    assert page.context["numbers"]["answered"] == 1
    assert "fed up" not in words(page)
    assert "Low" not in words(page)


def test_a_lead_cannot_open_the_conversation(priya: Client, cast: Cast) -> None:
    assert priya.get(f"/conversations/{cast.conversation.id}/").status_code == 404


# --- The desk ----------------------------------------------------------------------------------


def test_an_empty_desk_says_so(mere: Client) -> None:
    assert "Nothing waits for you." in words(mere.get("/lead/"))


def test_an_unknown_sender_shows_to_the_lead_of_that_number_alone(
    priya: Client, mere: Client, cast: Cast, client: Client
) -> None:
    text_in(client, "+447700900555", "is this still sams phone", to=cast.aotearoa.text_number)
    text = InboundText.objects.get(is_unknown=True)
    assert "sams phone" in words(mere.get("/lead/"))
    assert "ending 555" in words(mere.get("/lead/"))
    assert "900555" not in words(mere.get("/lead/"))
    assert "sams phone" not in words(priya.get("/lead/"))
    assert priya.post(f"/lead/unknown-texts/{text.id}/").status_code == 404
    mere.post(f"/lead/unknown-texts/{text.id}/")
    assert "sams phone" not in words(mere.get("/lead/"))
    assert AuditEvent.objects.filter(action="unknown text looked at", actor=cast.mere.actor).exists()


def test_a_text_that_did_not_arrive_is_said_without_its_words(priya: Client, mere: Client, cast: Cast) -> None:
    assert cast.ben.user.phone
    text = queue(key="x", number=cast.ben.user.phone, body="see you at noon")
    OutboundText.objects.filter(pk=text.pk).update(state=OutboundText.State.UNKNOWN, reason="unclear")
    page = words(priya.get("/lead/"))
    assert "One text to Ben: sent or not?" in page
    assert "The text service did not say if it went." in page
    assert "noon" not in page
    assert "Ben" not in words(mere.get("/lead/"))


# --- Alerts ------------------------------------------------------------------------------------


def test_a_red_alert_is_on_the_desk_at_once(priya: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    part = words(priya.get("/lead/?part=1"))
    assert f"/lead/alerts/{alert.id}/" in part
    assert "15 min" in part
    assert DANGER not in part
    assert "<html" not in part
    assert "1<span" in words(priya.get("/lead/?part=menu&page=people"))


def test_an_alert_is_read_taken_and_closed_with_its_note(priya: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    address = f"/lead/alerts/{alert.id}/"
    page = words(priya.get(address))
    assert DANGER in page
    assert 'href="tel:+447700900112"' in page
    assert AuditEvent.objects.filter(action="alert read", actor=cast.priya.actor).count() == 1
    assert "You have this" in words(priya.post(f"{address}take/", follow=True))
    assert "Write how it ended." in words(priya.post(f"{address}close/", {"note": " "}))
    too_long = priya.post(f"{address}close/", {"note": "x" * 2001})
    assert too_long.status_code == 422
    assert "x" * 2001 in words(too_long)
    priya.post(f"{address}close/", {"note": "Rang Ben. Safe, with his brother."})
    alert.refresh_from_db()
    assert alert.note == "Rang Ben. Safe, with his brother."
    assert alert.closed_by == cast.priya
    assert "Priya closed it." in words(priya.get("/lead/alerts/"))
    assert "Rang Ben. Safe, with his brother." in words(priya.get(address))


def test_a_note_that_came_second_is_kept_in_its_box(priya: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    sam = sign_in(Client(), cast.sam)
    sam.post(f"/lead/alerts/{alert.id}/close/", {"note": "Ben is safe."})
    late = priya.post(f"/lead/alerts/{alert.id}/close/", {"note": "I rang too."})
    assert late.status_code == 409
    assert "I rang too." in words(late)
    alert.refresh_from_db()
    assert alert.note == "Ben is safe."
    assert "closed this alert before you" in words(priya.post(f"/lead/alerts/{alert.id}/take/", follow=True))


def test_a_second_taker_hears_who_has_it(priya: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    sign_in(Client(), cast.sam).post(f"/lead/alerts/{alert.id}/take/")
    assert "Sam has this already." in words(priya.post(f"/lead/alerts/{alert.id}/take/", follow=True))


def test_an_alert_for_a_text_that_is_stuck_says_what_to_do(priya: Client, cast: Cast) -> None:
    key, kind = cast.conversation.data_key, Alert.Kind.STUCK
    alert = raise_alert(source="x", level=Alert.Level.AMBER, kind=kind, participant=cast.ben, data_key=key)
    said = "A text from them could not be filed. Ring them and ask."
    assert said in words(priya.get("/lead/alerts/"))
    page = words(priya.get(f"/lead/alerts/{alert.id}/"))
    assert "A text from Ben could not be filed" in page
    assert said in page
    assert "A text would not arrive" not in page


def test_a_late_alert_says_so(priya: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    Alert.objects.filter(pk=alert.pk).update(due_at=timezone.now() - timedelta(hours=2))
    assert "late" in words(priya.get(f"/lead/alerts/{alert.id}/?part=1"))
    assert "2 h" in words(priya.get("/lead/"))


# --- Who sees what -----------------------------------------------------------------------------


def test_the_safeguarding_lead_sees_alerts_and_no_referrals(cast: Cast, client: Client) -> None:
    sam = sign_in(Client(), cast.sam)
    alert = red_alert(client, cast)
    assert "Referrals" not in words(sam.get("/lead/"))
    assert "Nia" not in words(sam.get("/lead/"))
    assert sam.get(f"/lead/alerts/{alert.id}/").status_code == 200
    for address in ("/lead/referrals/", "/lead/referrals/new/", "/lead/people/", f"/lead/pairings/{cast.pairing.id}/"):
        assert sam.get(address).status_code == 404


def test_the_lead_of_another_programme_finds_nothing(mere: Client, cast: Cast, client: Client) -> None:
    alert = red_alert(client, cast)
    referral, pairing = f"/lead/referrals/{cast.waiting.id}/", f"/lead/pairings/{cast.pairing.id}/"
    for address in (referral, pairing, f"{pairing}end/", f"/lead/alerts/{alert.id}/"):
        assert mere.get(address).status_code == 404
    for address in (
        f"{referral}offer/",
        f"{referral}keep-apart/",
        f"{pairing}end/",
        f"{pairing}plan/",
        f"{pairing}check-in/",
        f"/lead/alerts/{alert.id}/take/",
        f"/lead/alerts/{alert.id}/close/",
    ):
        assert mere.post(address, {"champion": str(cast.carol.pk), "note": "x"}).status_code == 404
    for address in ("/lead/", "/lead/alerts/", "/lead/referrals/", "/lead/people/"):
        page = words(mere.get(address))
        assert not any(name in page for name in ("Ben", "Nia", "Alice", "Trentside"))


@pytest.mark.parametrize("who", ["alice", "omar", "kit", "rhys", "elin"])
def test_nobody_else_has_a_desk(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    client = sign_in(Client(), getattr(person, "user", person))
    for address in ("", "alerts/", "referrals/", "referrals/new/", "people/", f"pairings/{cast.pairing.id}/"):
        assert client.get(f"/lead/{address}").status_code == 404
