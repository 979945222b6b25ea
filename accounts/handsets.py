"""What a simulated handset shows of its owner: a first name, and how staff sign in.

Reached only through /phones/, which is there only while the simulator is the gateway, on localhost.
"""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from sms.models import PhoneNumber


def describe(number: PhoneNumber) -> dict[str, str]:
    """The owner's name; for staff their e-mail, and what their authenticator shows just now."""
    user = User.objects.filter(phone=number).first()
    if user is None:
        return {}
    return {"name": user.name, "email": user.email or "", "code": _authenticator(user)}


def _authenticator(user: User) -> str:
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        return ""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time()
    # A code counts once: when this one was used, show the next, which is accepted a step early.
    shown = max(totp.t(), device.last_t + 1)
    totp.time = (shown - device.drift) * device.step + device.t0
    code = f"{totp.token():06}"
    return f"{code[:3]} {code[3:]}"
