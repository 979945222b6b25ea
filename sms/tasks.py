"""Due work: send what is due, heal what was left, look for what is unknown, act on what was not handled."""

from datetime import timedelta

from django.conf import settings

from core import dispatch
from sms import forgetting, inbox, outcomes, reconciling, sending, spending
from sms.gateways import simulator

dispatch.register_async("sms.send_due", sending.send_due, close=sending.let_go)
dispatch.register_async("sms.look_up_unknown", reconciling.look_up_unknown, timedelta(seconds=1))
dispatch.register_async("sms.forget_words", forgetting.forget_words, timedelta(minutes=1))
dispatch.register("sms.heal_left_behind", outcomes.heal_left_behind, timedelta(seconds=5))
dispatch.register("sms.handle_left_over", inbox.handle_left_over, timedelta(seconds=5))
dispatch.register("sms.forget_old_hours", spending.forget_old_hours, timedelta(hours=1))
if settings.PHONES:
    dispatch.register("sms.report_deliveries", simulator.report_deliveries)
