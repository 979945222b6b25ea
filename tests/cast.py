"""The cast as fixtures, and how tests do what people and providers do."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from twilio.request_validator import RequestValidator

from accounts.models import User
from core import dispatch
from demo.cast import Cast, make_cast
from demo.stories import make_stories
from messaging.models import Conversation
from sms.access import default_sender
from sms.gateways import gateway
from sms.models import OutboundText, PhoneNumber
from sms.numbers import e164
from sms.outbox import body_of

# A Monday, ten in the morning in London.
MONDAY = "2026-11-23T10:00:00+00:00"


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, with the texts of their pairing sent already."""
    made = make_cast()
    drain()
    return made


@pytest.fixture
def stories(cast: Cast) -> list[object]:
    """The page tree, the stories and the helplines; Elin may edit them."""
    return list(make_stories(cast.elin))


@pytest.fixture
def alice(cast: Cast) -> Client:
    """Alice's browser, signed in."""
    return sign_in(Client(), cast.alice.user)


@pytest.fixture
def dev(cast: Cast) -> Client:
    """Dev's browser, signed in with a texted code."""
    return sign_in(Client(), cast.dev.user)


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """It is Monday 23 November 2026, 10:00 in London; the clock moves on by itself and by `shift`."""
    with time_machine.travel(MONDAY) as traveller:
        yield traveller


def sign_in(client: Client, user: User) -> Client:
    """Sign `user` in on `client` with all that their way of signing in asks for."""
    client.force_login(user)
    session = client.session
    session["signed_in_by"] = user.sign_in
    session["began"] = session["seen"] = timezone.now().timestamp()
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is not None:
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def still_theirs() -> None:
    """Everybody was heard from just now. Without it a test that travels for months finds their numbers in doubt."""
    PhoneNumber.objects.exclude(verified_at=None).update(verified_at=timezone.now())


def drain() -> int:
    """Let the dispatcher do all that is due."""
    return async_to_sync(dispatch.drain)()


def signed(path: str, **params: str) -> dict[str, str]:
    """The signature header that the provider would send with `params` to `path`."""
    form = QueryDict(mutable=True)
    form.update(params)
    validator = RequestValidator(gateway().auth_token)
    return {"X-Twilio-Signature": validator.compute_signature(settings.PUBLIC_URL + path, form)}


def text_in(
    client: Client, sender: PhoneNumber | str | None, body: str, *, sid: str = "", to: str = "", media: str = "0"
) -> Any:
    """A text from `sender` comes in through the signed webhook."""
    params = {
        "MessageSid": sid or "SM" + uuid.uuid4().hex,
        "AccountSid": gateway().account_sid,
        "From": e164(sender) if isinstance(sender, PhoneNumber) else str(sender),
        "To": to or default_sender(),
        "Body": body,
        "NumMedia": media,
    }
    headers = signed("/sms/inbound/", **params)
    return client.post("/sms/inbound/", params, headers=headers)


def texts_to(number: PhoneNumber | None) -> list[str]:
    """What was texted to this number, oldest first: only what left us."""
    left = [OutboundText.State.SENT, OutboundText.State.DELIVERED]
    rows = OutboundText.objects.filter(number=number, state__in=left).order_by("sent_at", "created_at")
    return [body_of(row) for row in rows.select_related("number__data_key")]


def address(conversation: Conversation) -> str:
    """Where a conversation is."""
    return f"/conversations/{conversation.id}/"


def page(client: Client, conversation: Conversation) -> str:
    """The conversation as this browser shows it."""
    response = client.get(address(conversation))
    assert response.status_code == 200
    return str(response.content.decode())
