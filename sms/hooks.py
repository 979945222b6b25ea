"""What sms tells, and asks, the rooms above it."""

from core.hooks import Hook
from sms.models import InboundText, OptChange, OutboundText, PhoneNumber

# A text with words came in (not STOP, START or HELP): `(text, words)`. True when somebody knew the sender.
words_received = Hook[[InboundText, str], bool]("sms.words_received")

# A text of ours changed its state.
text_changed = Hook[[OutboundText], None]("sms.text_changed")

# STOP or START came in.
opt_changed = Hook[[OptChange], None]("sms.opt_changed")

# About to send: a reason (a key of sms.explain.REASONS) why this text must not go any more, or "".
reason_to_hold = Hook[[OutboundText], str]("sms.reason_to_hold")

# What to show beside a simulated handset: any of "name", "email", "kind", "line" and
# "code" (an authenticator's).
describe_handset = Hook[[PhoneNumber], dict[str, str]]("sms.describe_handset")
