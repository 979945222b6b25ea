"""The core's own due work."""

from datetime import timedelta

from core import dispatch
from core.limits import forget_old_counts

dispatch.register("core.beat", dispatch.beat, dispatch.PULSE_EVERY)
dispatch.register("core.forget_old_counts", forget_old_counts, timedelta(hours=1))
