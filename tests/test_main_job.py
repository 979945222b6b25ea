"""The main job, through the public doors: paired, checked in by text, talking."""

from django.test import Client

from demo.cast import Cast
from messaging import actions
from messaging.models import CheckIn
from tests.cast import drain, sign_in, text_in, texts_to


def test_an_answer_to_a_check_in_reaches_the_champion(cast: Cast, stories: object, client: Client) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    phone = cast.ben.user.phone
    assert "How are you today?" in texts_to(phone)[-1]

    assert text_in(client, phone, "4").status_code == 200
    drain()

    assert CheckIn.objects.get(conversation=cast.conversation).answers == {"feeling": 4}
    assert "Alice can see that" in texts_to(phone)[-1]
    page = sign_in(Client(), cast.alice.user).get(f"/conversations/{cast.conversation.id}/")
    assert page.status_code == 200
