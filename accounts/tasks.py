"""Due work: text the codes that were asked for, forget old ones."""

from datetime import timedelta

from django.utils import timezone

from accounts import actions
from accounts.models import SignInCode
from core import dispatch

BATCH = 50


def text_codes() -> int:
    """Queue the texts of a batch of codes; how many were queued. Nobody waits for a code that has run out."""
    asked = SignInCode.objects.filter(expires_at__gt=timezone.now(), texted_at=None, user__phone__isnull=False)
    ids = list(asked.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
    return dispatch.each("accounts.text_codes", ids, actions.text_code)


dispatch.register("accounts.text_codes", text_codes)
dispatch.register("accounts.forget_old_codes", actions.forget_old_codes, timedelta(hours=1))
