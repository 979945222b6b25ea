"""Misconfiguration fails here, with a number and what to do, not at three in the morning."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from core.keyring import key_ring


@register(Tags.security)
def key_ring_can_be_read(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    try:
        key_ring()
    except ImproperlyConfigured as error:
        yield Error(str(error), hint="See docs/keys.md.", id="handrail.E001")


@register(Tags.security, deploy=True)
def keys_are_apart(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    if not settings.IS_HTTPS:
        yield Error("PUBLIC_URL is not https.", hint="Set PUBLIC_URL to the https address.", id="handrail.E002")
    if settings.SECRET_KEY in settings.KEY_RING:
        yield Error(
            "SECRET_KEY stands in KEY_RING.", hint="Make the ring with `manage.py new_key`.", id="handrail.E003"
        )
