"""The door to sms for the rooms above it: what they may have done."""

from sms.inbox import mark_looked_at
from sms.moving import redirect
from sms.numbers import WrongNumber, find_or_add, flag, hurry, let_go, parse, unflag, verify
from sms.outbox import cancel, queue
from sms.pausing import go_on, pause, try_account_now
from sms.settling import AlreadyKnown, CannotGoAgain, send_again, settle

__all__ = [
    "AlreadyKnown",
    "CannotGoAgain",
    "WrongNumber",
    "cancel",
    "find_or_add",
    "flag",
    "go_on",
    "hurry",
    "let_go",
    "mark_looked_at",
    "parse",
    "pause",
    "queue",
    "redirect",
    "send_again",
    "settle",
    "try_account_now",
    "unflag",
    "verify",
]
