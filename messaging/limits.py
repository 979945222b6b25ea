"""How often a one-time link may be asked for, and why just so often."""

from datetime import timedelta

from core.limits import Limit

# A check-in takes about eight steps; a token cannot be guessed at any speed.
LINK_FROM_ADDRESS = Limit(
    "check-in-link-address", 300, timedelta(minutes=15), "one hostel shares one address, and answers on Monday at ten"
)
