"""A wrong setting for texts fails at start, with what to do about it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from sms.gateways import GATEWAYS


@register(Tags.security)
def gateway_is_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.SMS_GATEWAY not in GATEWAYS:
        yield Error("SMS_GATEWAY is not one we know.", hint="Set it to simulator or twilio.", id="handrail.E010")
    if settings.SMS_GATEWAY == "simulator" and not settings.IS_LOCAL:
        yield Error(
            "The simulator shows every text to whoever opens /phones/, so it runs on localhost alone.",
            hint="Set SMS_GATEWAY=twilio, or PUBLIC_URL to http://localhost:8000.",
            id="handrail.E011",
        )
    if settings.SMS_GATEWAY == "twilio" and not (settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN):
        yield Error(
            "Twilio is the gateway, but its account is not named.",
            hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
            id="handrail.E012",
        )
    if settings.SMS_GATEWAY == "twilio" and not (settings.TWILIO_FROM or settings.TWILIO_MESSAGING_SERVICE_SID):
        yield Error(
            "TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID are empty.",
            hint="Set TWILIO_FROM to your number, like +441632960000.",
            id="handrail.E013",
        )
    if settings.SMS_IN_FLIGHT < 1:
        yield Error("SMS_IN_FLIGHT leaves no text a way out.", hint="Set it to 32, say.", id="handrail.E014")
