"""One gateway interface, two gateways. The setting SMS_GATEWAY chooses."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from sms.gateways.base import Gateway

GATEWAYS = {
    "simulator": "sms.gateways.simulator.Simulator",
    "twilio": "sms.gateways.twilio.Twilio",
}


def gateway() -> Gateway:
    """The gateway in force; only that one is loaded."""
    return _made(settings.SMS_GATEWAY)


@cache
def _made(name: str) -> Gateway:
    made: Gateway = import_string(GATEWAYS[name])()
    return made
