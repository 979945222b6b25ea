"""What sms tells, and asks, the rooms above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.hooks import Hook
from sms.models import InboundText, OptChange, OutboundText, PhoneNumber


@dataclass(frozen=True)
class Hold:
    """This text must not go any more. `reason` is a key of sms.explain.REASONS."""

    reason: str


@dataclass(frozen=True)
class Wait:
    """This text must not go now; ask again `until` (UTC). `reason` is a key of sms.explain.REASONS, or ""."""

    reason: str
    until: datetime


# A text with words came in. Told first, in a transaction of its own, before it is filed: `(text, words)`.
words_arrived = Hook[[InboundText, str], None]("sms.words_arrived")

# A text could not be filed, and that several times. It is tried on, and a person should know.
words_stuck = Hook[[InboundText], None]("sms.words_stuck")

# A text with words is to be filed (not STOP or START): `(text, words)`. True when somebody knew the sender.
words_received = Hook[[InboundText, str], bool]("sms.words_received")

# Nobody knew the sender: the text waits for a lead to look at it.
unknown_kept = Hook[[InboundText], None]("sms.unknown_kept")

# Texts of ours changed their state or reason.
texts_changed = Hook[[Sequence[OutboundText]], None]("sms.texts_changed")

# A text needs a person: its `reason` says why (unclear, blocked, bug), or it is a vital one that will not arrive.
person_needed = Hook[[OutboundText], None]("sms.person_needed")

# All sending has stopped, or is held back: a key of sms.explain.REASONS (account, limit).
sending_stopped = Hook[[str], None]("sms.sending_stopped")

# The provider knows our account again: all sending goes on.
sending_goes_on = Hook[[], None]("sms.sending_goes_on")

# STOP or START came in.
opt_changed = Hook[[OptChange], None]("sms.opt_changed")

# About to send these: which of them, by id, must not go (Hold), or not now (Wait)?
may_it_go = Hook[[Sequence[OutboundText]], Mapping[UUID, Hold | Wait]]("sms.may_it_go")

# What to show beside a simulated handset: any of "name", "email", "kind", "line" and
# "code" (an authenticator's).
describe_handset = Hook[[PhoneNumber], dict[str, str]]("sms.describe_handset")
