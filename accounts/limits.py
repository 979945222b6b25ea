"""How often somebody may try to sign in, and why just so often."""

from datetime import timedelta

from core.limits import Limit

CODE_FOR_NUMBER = Limit("code-number", 4, timedelta(minutes=15), "a lost text or two, yet no pestering of a phone")
CODE_FROM_ADDRESS = Limit("code-address", 30, timedelta(minutes=15), "one hostel shares one address")
PASSWORD_FOR_ACCOUNT = Limit("password-account", 10, timedelta(minutes=15), "a password half remembered")
PASSWORD_FROM_ADDRESS = Limit("password-address", 50, timedelta(minutes=15), "one office shares one address")
SECOND_FACTOR = Limit("second-factor", 8, timedelta(minutes=15), "six digits: a guess has 1 in 125,000")
