"""The pretend handsets: they speak to the same inbox and outbox as real phones do."""

import re
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client
from twilio.request_validator import RequestValidator

from demo.cast import Cast
from mentors.models import Participant
from sms.access import inbound_body
from sms.actions import queue
from sms.models import InboundText, PhoneNumber
from sms.phones import PhonesConsumer
from sms.webhooks import Forged
from tests.cast import drain, sign_in
from tests.test_sign_in import STAFF_CODE, give_password

JSON = {"Accept": "application/json"}


def phone_of(person: Participant) -> PhoneNumber:
    assert person.user.phone is not None
    return person.user.phone


def write(client: Client, phone: PhoneNumber, **what: str) -> Any:
    return client.post(f"/phones/{phone.id}/write/", what)


def handset(client: Client, phone: PhoneNumber) -> str:
    return client.get(f"/phones/{phone.id}/?part=1").content.decode()


@pytest.mark.parametrize("field", ["key", "body"])
def test_what_is_typed_arrives_as_a_signed_text(cast: Cast, client: Client, field: str) -> None:
    response = write(client, phone_of(cast.ben), **{field: "4"})
    assert response.headers["Location"] == f"/phones/#phone-{phone_of(cast.ben).id}"
    text = InboundText.objects.get()
    assert (text.number, inbound_body(text), text.recipient) == (phone_of(cast.ben), "4", "+447700900000")
    assert text.handled_at is not None


def test_a_handset_cannot_do_without_the_signature(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes through the webhook that real texts come in by, not round it."""
    monkeypatch.setattr(RequestValidator, "compute_signature", lambda *args: "not the provider's")
    monkeypatch.setattr(RequestValidator, "validate", lambda *args: False)
    with pytest.raises(Forged):
        write(client, phone_of(cast.ben), body="4")
    assert not InboundText.objects.exists()


def test_a_phone_answers_the_number_that_texted_it(cast: Cast, client: Client) -> None:
    write(client, phone_of(cast.hana), body="Kia ora")
    assert InboundText.objects.get().recipient == "+447700900001"


def test_the_page_posts_in_the_background(cast: Cast, client: Client) -> None:
    path = f"/phones/{phone_of(cast.ben).id}/write/"
    assert client.post(path, {"body": "Hello"}, headers=JSON).status_code == 204
    assert "Hello" in handset(client, phone_of(cast.ben))


def test_nothing_typed_sends_nothing(cast: Cast, client: Client) -> None:
    write(client, phone_of(cast.ben), body="  ")
    assert not InboundText.objects.exists()


def test_old_phones_have_keys_and_smartphones_none(cast: Cast, client: Client) -> None:
    old, smart = handset(client, phone_of(cast.ben)), handset(client, phone_of(cast.dev))
    assert 'name="key" value="STOP"' in old
    assert "Old phone, texts only. Champion: Alice." in old
    assert 'name="key"' not in smart
    assert "Smartphone, signs in." in smart


def test_stop_is_shown(cast: Cast, client: Client) -> None:
    write(client, phone_of(cast.ben), key="STOP")
    assert "Texts stopped" in handset(client, phone_of(cast.ben))
    assert "Texts stopped" not in handset(client, phone_of(cast.dev))


def test_links_in_texts_are_links_and_words_stay_words(cast: Cast, client: Client) -> None:
    queue(key="test", number=phone_of(cast.dev), body="See http://localhost:8000/stories/ <script>")
    drain()
    write(client, phone_of(cast.dev), body="<b>Bold</b> http://evil.example/")
    page = handset(client, phone_of(cast.dev))
    assert '<a href="http://localhost:8000/stories/"' in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;Bold" in page
    assert 'href="http://evil' not in page


def test_staff_phones_show_the_code_they_sign_in_with(cast: Cast, client: Client) -> None:
    """Twice in the same half minute: a code counts once, so the phone shows the next."""
    alice = cast.alice.user
    assert alice.phone is not None
    for _time in range(2):
        page = handset(client, alice.phone)
        assert "Signs in as alice@handrail.example" in page
        shown = re.findall(r"phone-code\">(\d{3} \d{3})<", page)[0]
        give_password(client, alice)
        assert client.post(STAFF_CODE, {"code": shown}).headers["Location"] == "/start/"
        client.post("/sign-out/")


def test_a_phone_we_do_not_know_can_write(cast: Cast, client: Client) -> None:
    response = client.post("/phones/new/", {"number": "07700 900199", "body": "Who is this?"})
    drain()
    number = InboundText.objects.get().number
    assert response.headers["Location"] == f"/phones/#phone-{number.id}"
    page = client.get("/phones/?part=1").content.decode()
    assert "A phone we don’t know" in page
    assert page.rindex("Who is this?") > page.rindex("Tama"), "it stands last"
    assert "We do not know this number" in handset(client, number)


def test_a_wrong_number_is_named_at_the_field(cast: Cast, client: Client) -> None:
    page = client.post("/phones/new/", {"number": "hello", "body": "Who is this?"})
    assert page.status_code == 422
    assert re.search(r'id="id_number_error">.*not a phone number', page.content.decode(), re.DOTALL)
    assert 'value="Who is this?"' in page.content.decode()
    assert not InboundText.objects.exists()


def test_all_phones_work_without_scripts(cast: Cast, client: Client) -> None:
    page = client.get("/phones/").content.decode()
    assert page.count('class="phone ') + page.count('class="phone"') == len(cast.staff) + 4
    assert len(re.findall(r'<form class="(?:keys|phone-write)[^>]*method="post"', page)) == len(cast.staff) + 4 + 3
    assert "This page is not there when real texts are on." in page


def test_looking_at_phones_keeps_nobody_signed_in(cast: Cast, client: Client) -> None:
    """phones.js asks without cookies; the page must not need them."""
    assert client.get("/phones/?part=1").status_code == 200
    assert client.get(f"/phones/{phone_of(cast.ben).id}/").status_code == 200
    assert sign_in(Client(), cast.ben.user).get("/phones/?part=1").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "is_let_in"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)])
async def test_the_socket_is_for_this_computer(address: str, is_let_in: bool) -> None:
    scope = {"type": "websocket", "path": "/ws/phones/", "client": (address, 4711)}
    socket: Any = ApplicationCommunicator(PhonesConsumer.as_asgi(), scope)  # type: ignore[no-untyped-call]
    await socket.send_input({"type": "websocket.connect"})
    answer = await socket.receive_output()
    assert (answer["type"] == "websocket.accept") is is_let_in
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait()
