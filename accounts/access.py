"""Who is behind a session: asked at each request by the middleware, at each event by a socket."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone
from django_otp.models import Device

from accounts.models import User

# security.md: a phone is handed round, a laptop stands on a desk.
IDLE = {User.SignIn.CODE: timedelta(minutes=5), User.SignIn.TWO_FACTORS: timedelta(minutes=30)}
LONGEST = timedelta(hours=12)


def has_run_out(session: SessionBase) -> bool:
    """Whether a signed-in session was idle too long or is too old."""
    now = timezone.now().timestamp()
    sign_in = session.get("signed_in_by")
    if sign_in not in IDLE:
        return True
    is_idle = now - session.get("seen", 0) > IDLE[User.SignIn(sign_in)].total_seconds()
    is_old = now - session.get("began", 0) > LONGEST.total_seconds()
    return bool(is_idle or is_old)


def is_proven(user: User, session: SessionBase) -> bool:
    """Whether the user has shown all that their way of signing in asks for."""
    if user.sign_in == User.SignIn.CODE:
        return session.get("signed_in_by") == User.SignIn.CODE
    device = Device.from_persistent_id(session.get("otp_device_id", ""))
    return device is not None and device.user_id == user.pk and device.confirmed


def person_behind(session_key: str | None) -> User | None:
    """The person whose live session this is, read afresh; None once it ended or ran out."""
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    request = HttpRequest()
    request.session = store
    user = get_user(request)
    if not isinstance(user, User) or has_run_out(store) or not is_proven(user, store):
        return None
    return user
