"""What sms tells, and asks, the rooms above it."""

from core.hooks import Hook
from sms.models import InboundText, OptChange, OutboundText, PhoneNumber

# A text with words came in. Told first, in a transaction of its own, before it is filed: `(text, words)`.
words_arrived = Hook[[InboundText, str], None]("sms.words_arrived")

# A text could not be filed, and that several times. It is tried on, and a person should know.
words_stuck = Hook[[InboundText], None]("sms.words_stuck")

# A text with words is to be filed (not STOP or START): `(text, words)`. True when somebody knew the sender.
words_received = Hook[[InboundText, str], bool]("sms.words_received")

# Nobody knew the sender: the text waits for a lead to look at it.
unknown_kept = Hook[[InboundText], None]("sms.unknown_kept")

# A text of ours changed its state.
text_changed = Hook[[OutboundText], None]("sms.text_changed")

# STOP or START came in.
opt_changed = Hook[[OptChange], None]("sms.opt_changed")

# About to send: a reason (a key of sms.explain.REASONS) why this text must not go any more, or "".
reason_to_hold = Hook[[OutboundText], str]("sms.reason_to_hold")

# About to send: a reason (a key of sms.explain.REASONS) why this text must wait a while, or "".
reason_to_wait = Hook[[OutboundText], str]("sms.reason_to_wait")

# What to show beside a simulated handset: any of "name", "email", "kind", "line" and
# "code" (an authenticator's).
describe_handset = Hook[[PhoneNumber], dict[str, str]]("sms.describe_handset")
