"""Put forward, put forward again: through the pages a lead uses."""

from django.test import Client

from demo.cast import Cast
from mentors.actions import end_pairing
from mentors.models import Pairing, Referral
from messaging.models import Conversation
from tests.cast import drain, sign_in, text_in, texts_to


def test_after_an_ending_somebody_can_have_another_champion(cast: Cast) -> None:
    priya = sign_in(Client(), cast.priya)
    end_pairing(by=cast.priya, pairing=cast.pairing)
    page = priya.get(f"/lead/pairings/{cast.pairing.id}/").content.decode()
    assert "Look for another champion for Ben" in page
    for _ in range(2):
        response = priya.post(f"/lead/pairings/{cast.pairing.id}/refer-again/")
        assert response.status_code == 303
    referral = Referral.objects.get(participant=cast.ben, status=Referral.Status.WAITING)
    priya.post(f"/lead/referrals/{referral.id}/offer/", {"champion": cast.carol.id})
    drain()
    assert texts_to(cast.ben.user.phone)[-1].startswith("Hi Ben. Carol would like to keep in touch")
    text_in(Client(), cast.ben.user.phone, "1")
    pairing = Pairing.objects.get(participant=cast.ben, status="offered")
    sign_in(Client(), cast.carol.user).post(f"/inbox/offers/{pairing.id}/", {"answer": "yes"})
    text_in(Client(), cast.ben.user.phone, "hello Carol")
    assert Conversation.objects.get(pairing=pairing).last_number == 1
    assert Conversation.objects.get(pairing=cast.pairing).last_number == 0


def test_an_offer_that_was_declined_is_not_texted_any_more(cast: Cast) -> None:
    priya = sign_in(Client(), cast.priya)
    priya.post(f"/lead/referrals/{cast.waiting.id}/offer/", {"champion": cast.alice.id})
    pairing = Pairing.objects.get(participant=cast.nia, status="offered")
    sign_in(Client(), cast.alice.user).post(f"/inbox/offers/{pairing.id}/", {"answer": "no"})
    drain()
    assert texts_to(cast.nia.user.phone) == []
    cast.waiting.refresh_from_db()
    assert cast.waiting.status == Referral.Status.WAITING


def test_only_the_lead_of_the_programme_refers_again(cast: Cast) -> None:
    end_pairing(by=cast.priya, pairing=cast.pairing)
    for stranger in (cast.mere, cast.alice.user, cast.sam):
        response = sign_in(Client(), stranger).post(f"/lead/pairings/{cast.pairing.id}/refer-again/")
        assert response.status_code == 404
