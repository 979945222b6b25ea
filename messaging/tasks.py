"""Messaging's due work: ask, remind, and notice silence."""

from datetime import timedelta

from core import dispatch
from messaging import checkins, schedules, verifying

dispatch.register("messaging.open_due", schedules.open_due, timedelta(seconds=1))
dispatch.register("messaging.remind_due", checkins.remind_due, timedelta(seconds=5))
dispatch.register("messaging.miss_due", checkins.miss_due, timedelta(seconds=5))
dispatch.register("messaging.ask_numbers", verifying.ask_due, timedelta(seconds=1))
dispatch.register("messaging.chase_numbers", verifying.chase_due, timedelta(seconds=5))
