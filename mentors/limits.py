"""How often a lead may put a number forward, and why just so often."""

from datetime import timedelta

from core.limits import Limit

# A number that cannot be added belongs to somebody here, perhaps in a programme the lead knows nothing of.
NUMBER_BY_LEAD = Limit(
    "referral-number", 20, timedelta(hours=1), "a day of intake in one go, yet no list tried through"
)
