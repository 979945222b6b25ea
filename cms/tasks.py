"""The content room's own due work."""

from datetime import timedelta

from django.core.management import call_command

from cms.actions import take_down_lapsed
from core import dispatch


def publish_scheduled() -> int:
    """Publish and expire what editors have timed. Wagtail keeps the times; nothing else in the house would run it."""
    call_command("publish_scheduled", verbosity=0)
    return 0


dispatch.register("cms.publish_scheduled", publish_scheduled, timedelta(minutes=1))
dispatch.register("cms.take_down_lapsed", take_down_lapsed, timedelta(hours=1))
