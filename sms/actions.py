"""The door to sms for the rooms above it: what they may have done."""

from sms.inbox import mark_looked_at
from sms.numbers import WrongNumber, find_or_add, parse
from sms.outbox import cancel, queue

__all__ = ["WrongNumber", "cancel", "find_or_add", "mark_looked_at", "parse", "queue"]
