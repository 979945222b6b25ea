"""Messaging's due work: ask, remind, and notice silence."""

from datetime import timedelta

from core import dispatch
from messaging import checkins, schedules, silence

dispatch.register("messaging.open_due", schedules.open_due, timedelta(seconds=1))
dispatch.register("messaging.remind_due", checkins.remind_due, timedelta(seconds=5))
dispatch.register("messaging.miss_due", silence.miss_due, timedelta(seconds=5))
dispatch.register("messaging.tell_lead_due", silence.tell_lead_due, timedelta(seconds=5))
