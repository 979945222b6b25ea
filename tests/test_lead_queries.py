"""A lead's lists ask as many queries for a hundred rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.cast import Cast
from mentors import actions
from mentors.models import Champion
from sms.actions import queue
from sms.models import OutboundText
from tests.cast import sign_in, text_in
from tests.test_lead import refer


def count(client: Client, address: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        # Everywhere: session, user, authenticator twice; alerts, referrals and two of rights for the menu;
        # programmes for the bar; may they: ten.
        # The desk: alerts, pauses, referrals, our numbers, troubled texts, unknown texts, today's texts.
        ("/lead/", 10 + 7),
        # Texts: pauses, a page of them, how many in three lists. Then who wrote the messages, and what is being sent.
        ("/lead/texts/", 10 + 5),
        ("/lead/texts/?show=trouble", 10 + 6),
        ("/lead/texts/?show=due", 10 + 5),
        ("/lead/texts/?show=sent", 10 + 7),
        # Referrals, their offers.
        ("/lead/referrals/", 10 + 2),
        # How many pairings, a page of them, champions.
        ("/lead/people/", 10 + 3),
        # The open ones, the closed ones.
        ("/lead/alerts/", 10 + 2),
    ],
)
def test_a_longer_list_asks_no_more_queries(cast: Cast, client: Client, address: str, most: int) -> None:
    priya = sign_in(Client(), cast.priya)
    fill(cast, client, "14")
    before = count(priya, address)
    fill(cast, client, "15")
    assert count(priya, address) == before <= most


def fill(cast: Cast, client: Client, tens: str) -> None:
    """Two more of everything that stands on a list."""
    for nth in range(2):
        offered = refer(cast, f"Leah{tens}{nth}", f"{tens}{nth}")
        actions.offer_pairing(by=cast.priya, referral=offered, champion=new_champion(cast, f"{tens}{nth}"))
        phone = refer(cast, f"Idris{tens}{nth}", f"{tens}{nth + 5}").participant.user.phone
        assert phone
        text = queue(key=f"trouble {tens}{nth}", number=phone, body="Hello")
        OutboundText.objects.filter(pk=text.pk).update(state=OutboundText.State.FAILED, reason="dead")
        blocked = queue(key=f"blocked {tens}{nth}", number=phone, body="Hello")
        OutboundText.objects.filter(pk=blocked.pk).update(state=OutboundText.State.FAILED, reason="blocked")
        text_in(client, phone, "i want to die")
        text_in(client, f"+4477009019{tens[1]}{nth}", "who is this")


def new_champion(cast: Cast, ending: str) -> Champion:
    user = User.objects.create_staff(email=f"champion{ending}@handrail.example", password=None, name=f"Champ{ending}")
    return Champion.objects.create(user=user, programme=cast.trentside)
