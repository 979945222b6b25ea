"""Setting up an authenticator app (TOTP, RFC 6238) as second factor."""

from base64 import b32encode

import qrcode
import qrcode.image.svg
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from core import audit


def has_device(user: User) -> bool:
    """Whether the user has a confirmed authenticator."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def device_to_confirm(user: User) -> TOTPDevice:
    """The authenticator that waits for its first code; made when there is none."""
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "Authenticator"})
    return device


def confirm(device: TOTPDevice, typed: str) -> bool:
    """Make the authenticator count, if `typed` is what it shows."""
    with transaction.atomic():
        if not device.verify_token(typed):
            return False
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        audit.record(actor=device.user.actor, action="authenticator set up", subject=device.user.actor)
    return True


def picture(device: TOTPDevice) -> SafeString:
    """The QR code as inline SVG, for the app to scan."""
    image = qrcode.make(device.config_url, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    return mark_safe(image.to_string(encoding="unicode"))  # noqa: S308  (drawn here, from no reader's words)


def secret(device: TOTPDevice) -> str:
    """The secret in groups of four, for typing where scanning does not work."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))
