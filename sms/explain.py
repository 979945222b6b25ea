"""Why a text did not arrive, in plain words: no blame, and what can be done."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "stopped": _("They have stopped texts. Reach them another way."),
    "expired": _("It waited too long, so it was not sent."),
    "ended": _("The pairing has ended."),
    "unsafe": _("They said texts are not safe for them."),
    "country": _("Texts to this country are not allowed here."),
    "limit": _("The limit for texts in a day is reached. It goes when there is room."),
    "number": _("This number does not work. Ask them for another."),
    "dead": _("The number is no longer used, or the phone is off for good."),
    "unreached": _("The phone could not be reached. It is tried once more, later."),
    "off": _("The phone could not be reached, though it was tried twice."),
    "full": _("Our line is full just now. It is tried again by itself."),
    "crowded": _("Our line was full, twice. Send it again a bit later."),
    "bug": _("A mistake of ours kept it back. We have been told."),
    "settled": _("Somebody here found out that it did not arrive."),
    "quiet": _("It waits until texts are welcome."),
    "blocked": _("The phone company did not let it through. A person must look."),
    "account": _("Our account with the text service has a problem. A person must look."),
    "unclear": _("The text service did not say if it went. Look before you send it again."),
    "later": _("The text service is busy. It is tried again by itself."),
    "unverified": _("We have asked if this is still their number. It goes when they say yes."),
    "unreadable": _("Its words or its number can no longer be read."),
    "answered": _("They answered before it left, so it was not sent."),
    "changed": _("What it was about has changed, so it was not sent."),
    "failed": _("It did not arrive."),
}

STATES: dict[str, Promise] = {
    "queued": _("It waits"),
    "sending": _("On its way"),
    "unknown": _("Not known if it went"),
    "sent": _("Sent. The phone has not said yet that it is there"),
    "delivered": _("It arrived"),
    "undelivered": _("It did not arrive"),
    "failed": _("It did not arrive"),
    "suppressed": _("Held back"),
    "expired": _("Too late"),
    "canceled": _("Taken back"),
}

# Twilio's error codes (https://www.twilio.com/docs/api/errors), as reasons.
BY_CODE = {
    "21610": "stopped",
    "21211": "number",
    "21614": "number",
    "21635": "number",
    "21265": "number",
    "21408": "country",
    "21608": "account",
    "20003": "account",
    "30001": "crowded",
    "30003": "off",
    "30008": "off",
    "21611": "full",
    "21602": "bug",
    "21603": "bug",
    "21604": "bug",
    "21609": "bug",
    "21617": "bug",
    "20005": "account",
    "30005": "dead",
    "30006": "dead",
    "30004": "blocked",
    "30007": "blocked",
    "30034": "blocked",
}

# A text that ends so needs somebody to look at it: the provider blocked it, or we made a mistake.
FOR_A_PERSON = frozenset({"account", "blocked", "bug"})


def reason_for(code: str) -> str:
    """The reason (a key of REASONS) behind a provider's error code."""
    return BY_CODE.get(code, "failed")


def state_in_words(state: str) -> str:
    """A text's state in the reader's language, without a full stop."""
    return str(STATES[state])


def in_words(reason: str) -> str:
    """The reason as a sentence in the reader's language; "" for none."""
    return str(REASONS[reason]) if reason in REASONS else ""
