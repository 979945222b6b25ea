"""What comes in: believed only when signed, kept once, answered politely, never lost."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.models import AuditEvent
from demo.cast import Cast
from messaging.models import Message
from sms.access import default_sender, unknown_texts
from sms.gateways import gateway
from sms.models import InboundText, OptChange, PhoneNumber
from tests.cast import drain, sign_in, signed, text_in, texts_to

STRANGER = "+447700900999"
PARAMS = {"MessageSid": "SM" + "a" * 32, "From": STRANGER, "To": "+447700900000", "Body": "hello", "NumMedia": "0"}


def _params(**changes: str) -> dict[str, str]:
    return {**PARAMS, "AccountSid": gateway().account_sid, **changes}


def _post(client: Client, params: dict[str, str], headers: dict[str, str], path: str = "/sms/inbound/") -> int:
    return int(client.post(path, params, headers=headers).status_code)


def test_a_signed_text_is_stored(client: Client, db: None) -> None:
    params = _params()
    response = client.post("/sms/inbound/", params, headers=signed("/sms/inbound/", **params))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml"
    assert response.content.endswith(b"<Response/>")
    assert InboundText.objects.count() == 1


@pytest.mark.parametrize(
    "forge",
    ["no signature", "empty", "altered body", "added parameter", "other address", "other token", "other account"],
)
def test_a_forged_webhook_is_refused_and_leaves_nothing(client: Client, db: None, forge: str) -> None:
    params = _params()
    headers = signed("/sms/inbound/", **params)
    if forge == "no signature":
        headers = {}
    elif forge == "empty":
        headers = {"X-Twilio-Signature": ""}
    elif forge == "altered body":
        params["Body"] = "STOP"
    elif forge == "added parameter":
        params["OptOutType"] = "STOP"
    elif forge == "other address":
        headers = signed("/sms/status/", **params)
    elif forge == "other token":
        headers = {"X-Twilio-Signature": headers["X-Twilio-Signature"][::-1]}
    else:
        params = _params(AccountSid="AC" + "f" * 32)
        headers = signed("/sms/inbound/", **params)
    assert _post(client, params, headers) == 403
    assert not InboundText.objects.exists()
    assert not PhoneNumber.objects.exists()


def test_the_signature_counts_the_public_address_and_not_the_host_header(
    client: Client, db: None, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    params = _params()
    headers = signed("/sms/inbound/", **params)
    assert client.post("/sms/inbound/", params, headers=headers, HTTP_HOST="evil.example").status_code == 200
    assert _post(client, _params(MessageSid="SM" + "b" * 32), headers) == 403


def test_get_is_no_webhook(client: Client, db: None) -> None:
    assert client.get("/sms/inbound/").status_code == 405


def test_a_text_without_a_sid_is_refused(client: Client, db: None) -> None:
    params = _params(MessageSid="")
    assert _post(client, params, signed("/sms/inbound/", **params)) == 400


def test_one_sid_is_one_text(client: Client, cast: Cast) -> None:
    for _ in range(3):
        assert text_in(client, cast.ben.user.phone, "hello again", sid="SM" + "c" * 32).status_code == 200
    assert Message.objects.filter(conversation=cast.conversation).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_sid_twenty_times_at_once_is_one_row_and_one_answer(cast: Cast) -> None:
    """Threads, each with its own connection, as a provider's retries come."""
    codes: list[int] = []

    def send() -> None:
        codes.append(text_in(Client(), STRANGER, "hi is this still sams phone", sid="SM" + "d" * 32).status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain()
    assert codes == [200] * 20
    text = InboundText.objects.get(sid="SM" + "d" * 32)
    assert text.number.inbound.count() == 1
    assert len(texts_to(text.number)) == 1


# --- Somebody we do not know --------------------------------------------------------------------


def test_a_stranger_is_kept_answered_once_a_day_and_shown_to_the_lead(client: Client, cast: Cast) -> None:
    for words in ["hi is this still sams phone", "hello?", "anyone there"]:
        text_in(client, STRANGER, words)
    drain()
    kept = InboundText.objects.filter(is_unknown=True)
    answers = texts_to(kept[0].number)
    assert len(answers) == 1
    assert "do not know this number" in answers[0]
    assert unknown_texts([default_sender()]).count() == 3
    page = sign_in(Client(), cast.priya).get("/lead/").content.decode()
    assert "hi is this still sams phone" in page
    assert STRANGER not in page


def test_a_stranger_to_one_programme_is_not_shown_to_another(client: Client, cast: Cast) -> None:
    text_in(client, STRANGER, "hi is this still sams phone")
    page = sign_in(Client(), cast.mere).get("/lead/").content.decode()
    assert "sams phone" not in page


def test_a_short_code_is_kept_and_never_answered(client: Client, cast: Cast) -> None:
    assert text_in(client, "85258", "Thank you for texting").status_code == 200
    drain()
    number = InboundText.objects.get(is_unknown=True).number
    assert texts_to(number) == []


# --- STOP and START -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop. ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
def test_every_stop_word_stops_every_text(client: Client, cast: Cast, word: str) -> None:
    phone = cast.ben.user.phone
    text_in(client, phone, word)
    change = OptChange.objects.get()
    assert change.stopped
    assert change.number == phone
    assert change.number.is_stopped
    assert AuditEvent.objects.filter(action="texts stopped").count() == 1
    before = len(texts_to(phone))
    drain()
    assert len(texts_to(phone)) == before


def test_stop_and_start_are_told_to_the_champion_in_plain_words(client: Client, cast: Cast) -> None:
    phone, alice = cast.ben.user.phone, sign_in(Client(), cast.alice.user)
    address = f"/conversations/{cast.conversation.id}/"
    text_in(client, phone, "STOP")
    page = alice.get(address).content.decode()
    assert "Ben has stopped texts. Nothing you write here reaches that phone until they text START." in page
    refused = alice.post(address, {"body": "see you at six"})
    assert refused.status_code == 422
    assert not Message.objects.filter(author="champion").exists()

    text_in(client, phone, "START")
    page = alice.get(address).content.decode()
    assert "Ben gets texts again." in page
    assert alice.post(address, {"body": "see you at six"}).status_code == 303
    drain()
    assert texts_to(phone)[-1] == "Alice: see you at six"


def test_a_sentence_with_stop_in_it_is_a_message(client: Client, cast: Cast) -> None:
    text_in(client, cast.ben.user.phone, "I cant stop thinking about it")
    assert not OptChange.objects.exists()
    assert Message.objects.filter(conversation=cast.conversation).count() == 1


def test_a_lone_quit_is_looked_at_by_a_person(client: Client, cast: Cast) -> None:
    text_in(client, cast.ben.user.phone, "QUIT")
    page = sign_in(Client(), cast.priya).get("/lead/").content.decode()
    assert "Ben" in page
    assert cast.trentside.alerts.filter(kind="stopped texts", closed_at=None).count() == 1
