"""Messaging's due work: ask, remind, notice silence, and send what waited for its time."""

from datetime import timedelta

from core import dispatch
from messaging import appointments, checkins, later, schedules, silence, verifying

dispatch.register("messaging.open_due", schedules.open_due, timedelta(seconds=1))
dispatch.register("messaging.remind_due", checkins.remind_due, timedelta(seconds=5))
dispatch.register("messaging.miss_due", silence.miss_due, timedelta(seconds=5))
dispatch.register("messaging.tell_lead_due", silence.tell_lead_due, timedelta(seconds=5))
dispatch.register("messaging.send_later", later.send_due, timedelta(seconds=1))
dispatch.register("messaging.remind_of_appointments", appointments.remind_due, timedelta(seconds=5))
dispatch.register("messaging.forget_done_later", later.forget_done, timedelta(hours=1))
dispatch.register("messaging.ask_numbers", verifying.ask_due, timedelta(seconds=1))
dispatch.register("messaging.chase_numbers", verifying.chase_due, timedelta(seconds=5))
