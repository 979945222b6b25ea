"""The one-time link of a check-in: 128 random bits in a text, and a keyed fingerprint of them on the row.

The link opens that one check-in and ends with it. It signs nobody in and shows nothing that was written.
"""

import secrets

from django.conf import settings
from django.urls import reverse

from core.keyring import blind_index
from mentors.models import Participant
from messaging import texting, wording
from messaging.models import CheckIn

TOKEN_BYTES = 16


def with_link(check_in: CheckIn, body: str) -> str:
    """`body` with a fresh link at its end, for somebody who reads on the web; a text-only phone gets `body`.

    The fingerprint is set on `check_in`, which the caller saves; the token is in the text alone.
    """
    participant = check_in.conversation.pairing.participant
    if participant.reads != Participant.Reads.WEB:
        return body
    token = secrets.token_urlsafe(TOKEN_BYTES)
    check_in.link_index = _index(token)
    url = settings.PUBLIC_URL + reverse("messaging:web-check-in", args=[token])
    return texting.say(participant, wording.LINK, question=body, url=url)


def find(token: str) -> CheckIn | None:
    """The check-in that this link was made for, whatever became of it since."""
    return CheckIn.objects.whole().filter(link_index=_index(token)).first()


def _index(token: str) -> str:
    return blind_index("check-in link", token)
