"""The stand-in keeps Twilio's contract, as Twilio's own client reads it."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.standin import Fault, Standin, broken, lost, refused, stall

TEXT = {"to": "+447700900123", "from_": "+447700900001", "body": "Hello"}


@pytest.fixture
def client(standin: Standin) -> Client:
    client = Client(standin.account, standin.token, http_client=TwilioHttpClient(timeout=0.5))
    client.api.base_url = standin.url
    return client


def test_a_text_is_accepted_and_found(standin: Standin, client: Client) -> None:
    sent = client.messages.create(**TEXT)
    standin.move(sent.sid, "delivered")
    (found,) = client.messages.list(to=TEXT["to"])
    assert (sent.status, sent.num_segments, sent.date_sent) == ("queued", "1", None)
    assert (found.sid, found.status, found.body) == (sent.sid, "delivered", "Hello")


def test_the_list_comes_in_pages(client: Client) -> None:
    sids = {client.messages.create(**TEXT).sid for _ in range(5)}
    assert {message.sid for message in client.messages.list(page_size=2)} == sids


@pytest.mark.parametrize(
    ("change", "code"), [({"to": "07700 900123"}, 21211), ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617)]
)
def test_a_bad_text_is_refused(standin: Standin, client: Client, change: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**TEXT | change)
    assert (refusal.value.code, standin.messages) == (code, {})


def test_a_wrong_token_is_refused(standin: Standin, client: Client) -> None:
    standin.token = "another"
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**TEXT)
    assert (refusal.value.status, refusal.value.code) == (401, 20003)


def test_a_refusal_sends_nothing(standin: Standin, client: Client) -> None:
    standin.next(refused(429, 20429, retry_after=2))
    with pytest.raises(TwilioRestException) as refusal:
        client.messages.create(**TEXT)
    assert (refusal.value.code, standin.messages) == (20429, {})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (stall(1), requests.exceptions.ReadTimeout),
        (lost(), requests.exceptions.ConnectionError),
        (broken(accepted=True), TwilioRestException),
    ],
)
def test_a_lost_answer_still_means_a_text(
    standin: Standin, client: Client, fault: Fault, error: type[Exception]
) -> None:
    standin.next(fault)
    with pytest.raises(error):
        client.messages.create(**TEXT)
    assert [post.sid for post in standin.posts] == list(standin.messages)
    assert len(standin.messages) == 1


def test_nobody_listens_while_it_is_down(standin: Standin, client: Client) -> None:
    with standin.down(), pytest.raises(requests.exceptions.ConnectionError):
        client.messages.create(**TEXT)
    assert standin.posts == []
    assert client.messages.create(**TEXT).status == "queued"
