"""The simulator: texts go to handsets in the browser (/phones/), and nothing leaves this computer.

It speaks to the same outbox and the same webhooks as Twilio does, with signatures that are made and
checked for real. `report_deliveries` plays the network: it calls the status webhook back.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from twilio.request_validator import RequestValidator

from core import dispatch
from core.keyring import blind_index
from sms import webhooks
from sms.gateways.base import Listed, Receipt, Sms
from sms.models import InboundText, OutboundText, PhoneNumber, SendAttempt
from sms.numbers import e164
from sms.segments import fit


class Simulator:
    """Takes every text. Its webhook secret is derived from the key ring: nobody outside can sign."""

    account_sid = "AC" + "5" * 32
    sender = "+447700900000"

    @property
    def auth_token(self) -> str:
        return blind_index("simulator", "webhook secret")

    async def send(self, sms: Sms) -> Receipt:
        return Receipt(new_sid(), fit(sms.body).segments)

    async def listed(self, to: str, since: datetime) -> list[Listed]:
        return []

    async def forget(self, sid: str) -> None:
        return

    async def close(self) -> None:
        return


def new_sid() -> str:
    """A message id of the provider's form."""
    return "SM" + uuid.uuid4().hex


def report_deliveries() -> int:
    """Tell the status webhook that every sent text arrived; how many. Of another gateway's texts it knows nothing."""
    if settings.SMS_GATEWAY != "simulator":
        return 0
    attempts = SendAttempt.objects.filter(text__state=OutboundText.State.SENT).exclude(sid=None)
    ids = list(attempts.values_list("pk", flat=True)[:100])
    return dispatch.each("sms.report_deliveries", ids, _call_status)


def _call_status(attempt_id: uuid.UUID) -> None:
    attempt = SendAttempt.objects.get(pk=attempt_id)
    path = reverse("sms:status", args=[attempt.id])
    params = {"MessageSid": attempt.sid or "", "MessageStatus": "delivered", "AccountSid": Simulator.account_sid}
    form, signature = _signed(path, params)
    webhooks.accept_status(attempt.id, path, form, signature)


def type_on_handset(number: PhoneNumber, recipient: str, body: str, media_count: int = 0) -> InboundText:
    """Send `body` from a simulated handset to our number `recipient`, through the inbound webhook."""
    params = {
        "MessageSid": new_sid(),
        "AccountSid": Simulator.account_sid,
        "From": e164(number),
        "To": recipient,
        "Body": body,
        "NumMedia": str(media_count),
    }
    path = reverse("sms:inbound")
    form, signature = _signed(path, params)
    return webhooks.accept_inbound(path, form, signature)


def _signed(path: str, params: dict[str, str]) -> tuple[QueryDict, str]:
    form = QueryDict(mutable=True)
    form.update(params)
    validator = RequestValidator(Simulator().auth_token)
    return form, validator.compute_signature(settings.PUBLIC_URL + path, form)
