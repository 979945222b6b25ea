"""The door to sms for the rooms above it: what they may have done."""

from sms.inbox import mark_looked_at
from sms.moving import redirect
from sms.numbers import WrongNumber, find_or_add, flag, hurry, let_go, parse, unflag, verify
from sms.outbox import cancel, queue

__all__ = [
    "WrongNumber",
    "cancel",
    "find_or_add",
    "flag",
    "hurry",
    "let_go",
    "mark_looked_at",
    "parse",
    "queue",
    "redirect",
    "unflag",
    "verify",
]
