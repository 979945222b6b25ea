"""The door to sms for the rooms above it: what they may have done."""

from sms.inbox import mark_looked_at
from sms.numbers import WrongNumber, find_or_add, parse
from sms.outbox import cancel, queue
from sms.pausing import go_on, pause, try_account_now
from sms.settling import AlreadyKnown, CannotGoAgain, send_again, settle

__all__ = [
    "AlreadyKnown",
    "CannotGoAgain",
    "WrongNumber",
    "cancel",
    "find_or_add",
    "go_on",
    "mark_looked_at",
    "parse",
    "pause",
    "queue",
    "send_again",
    "settle",
    "try_account_now",
]
