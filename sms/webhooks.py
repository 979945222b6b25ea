"""The provider's webhooks: believed only when signed over our own public address.

No time stamp is signed, so a replay is stopped by the unique SID alone
(https://www.twilio.com/docs/usage/security).
"""

import hmac
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from sms import inbox, outcomes
from sms.gateways import gateway
from sms.models import InboundText


class Forged(Exception):
    """The signature or the account is not the provider's. Nothing was read or stored."""


class Incomplete(Exception):
    """The provider named no message or no sender. Nothing was stored."""


def accept_inbound(path: str, form: QueryDict, signature: str) -> InboundText:
    """An inbound text: check it, store it, act on it. `path` is ours, with its query if it had one.

    Raises Forged or Incomplete. A text that was stored but could not be acted on is left to the dispatcher.
    """
    _check(path, form, signature)
    sid, sender = form.get("MessageSid", "").replace("\0", "")[:40], form.get("From", "")
    if not sid or not sender:
        raise Incomplete
    text, is_new = inbox.store(
        inbox.Incoming(
            sid=sid,
            sender=sender,
            recipient=form.get("To", "").replace("\0", "")[:20],
            body=form.get("Body", ""),
            media_count=_count(form.get("NumMedia", "")),
        )
    )
    if is_new:
        inbox.handle_or_leave(text)
    return text


def _count(typed: str) -> int:
    """How many pictures came along, as far as that can be told; the number only decides what is said about them."""
    return min(int(typed), 10) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0


def accept_status(attempt_id: UUID, path: str, form: QueryDict, signature: str) -> None:
    """A status callback for an attempt of ours. Raises Forged, or SendAttempt.DoesNotExist."""
    _check(path, form, signature)
    outcomes.apply_status(
        attempt_id, form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode", "")
    )


def _check(path: str, form: QueryDict, signature: str) -> None:
    validator = RequestValidator(gateway().auth_token)
    if not validator.validate(settings.PUBLIC_URL + path, form, signature):
        raise Forged("signature")
    if not hmac.compare_digest(form.get("AccountSid", "").encode(), gateway().account_sid.encode()):
        raise Forged("account")
