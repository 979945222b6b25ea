"""Signing in and out. Each change is atomic and audited.

A participant proves that they hold the phone; staff prove a password and a second factor. The full
sign-in (passkeys, invitations, devices) takes the place of these functions, not of their callers.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import devices_for_user, verify_token
from django_otp import login as otp_login

from accounts import limits, wording
from accounts.models import SignInCode, User
from core import audit
from core.keyring import blind_index
from core.limits import count
from core.live import announce
from sms import actions as sms_actions
from sms.models import PhoneNumber

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5


def ask_for_code(*, number: str, address: str) -> UUID:
    """Have a six-digit code texted to `number` (E.164) if a participant has it; the id of what was asked.

    What a caller sees is the same for a known and an unknown number, and so is the time it takes: one look-up and
    one row. The dispatcher does the rest (`text_code`). Raises core.limits.TooMany.
    """
    count(limits.CODE_FROM_ADDRESS, address)
    count(limits.CODE_FOR_NUMBER, number)
    people = User.objects.filter(sign_in=User.SignIn.CODE, is_active=True)
    # One query and not sms.access.find, which would be followed by a second for a known number alone.
    known = people.filter(phone__index=blind_index("number", number)).values_list("pk", flat=True)
    asked = SignInCode.objects.create(user_id=known.first(), expires_at=timezone.now() + CODE_LASTS)
    return asked.id


@transaction.atomic
def text_code(code_id: UUID) -> None:
    """Queue the text with this code, once."""
    codes = SignInCode.objects.select_for_update(of=("self",)).select_related("user__phone__data_key")
    asked = codes.filter(pk=code_id, texted_at=None).first()
    if asked is None or asked.user is None or asked.user.phone is None:
        return
    asked.texted_at = timezone.now()
    asked.save(update_fields=["texted_at"])
    digits = _digits(asked.id)
    sms_actions.queue(
        key=f"code:{asked.id}",
        number=asked.user.phone,
        body=wording.CODE.say(asked.user.language, code=f"{digits[:3]} {digits[3:]}"),
        expires_at=asked.expires_at,
        is_vital=True,
    )


def _digits(code_id: UUID) -> str:
    """The code: nobody without the key ring can tell it from the id, and nothing of it is stored."""
    return f"{int(blind_index('sign-in code digits', str(code_id)), 16) % 10**6:06}"


def forget_old_codes() -> int:
    """Delete the codes that were asked for over a day ago; how many."""
    edge = timezone.now() - timedelta(days=1) + CODE_LASTS
    return SignInCode.objects.filter(expires_at__lt=edge).delete()[0]


def sign_in_with_code(request: HttpRequest, *, code_id: UUID, typed: str) -> bool:
    """Sign the browser in if `typed` is the code it asked for: in time, unused, by the fifth try.

    `code_id` comes from this browser's own session, which binds the code to the browser that asked.
    """
    with transaction.atomic():
        codes = SignInCode.objects.select_for_update(of=("self",)).select_related("user__phone")
        asked = codes.filter(pk=code_id).first()
        if asked is None or asked.used_at or asked.tries >= MOST_TRIES or asked.expires_at <= timezone.now():
            return False
        asked.tries += 1
        is_right = hmac.compare_digest(_digits(asked.id).encode(), typed.encode()) and asked.user is not None
        if is_right:
            asked.used_at = timezone.now()
        asked.save(update_fields=["tries", "used_at"])
        if is_right and asked.user is not None:
            if asked.user.phone is not None:
                # Whoever reads what we text there has it in their hand, and says whose it is.
                sms_actions.verify(asked.user.phone, actor=asked.user.actor)
            audit.record(actor=asked.user.actor, action="signed in", subject=asked.user.actor, by="texted code")
    if is_right and asked.user is not None:
        _begin_session(request, asked.user)
    return is_right


@transaction.atomic
def change_phone(*, by: User, user: User, phone: PhoneNumber) -> None:
    """Texts and codes go to `phone` from now on. Whoever is signed in with the old one is signed out at once, and
    a code that went there works no more.
    """
    user.phone = phone
    # Sessions are bound to the password's hash: another unusable one ends them all.
    user.set_unusable_password()
    user.save(update_fields=["phone", "password"])
    SignInCode.objects.filter(user=user, used_at=None).update(expires_at=timezone.now())
    announce(f"user.{user.id}", "signed_out")
    audit.record(actor=by.actor, action="phone changed", subject=user.actor, number=str(phone.id))


def check_password(request: HttpRequest, *, email: str, password: str, address: str) -> User | None:
    """The member of staff with this e-mail and password, who is not signed in by that alone.

    Raises core.limits.TooMany.
    """
    count(limits.PASSWORD_FROM_ADDRESS, address)
    count(limits.PASSWORD_FOR_ACCOUNT, email.strip().lower())
    user = authenticate(request, username=email.strip(), password=password)
    return user if isinstance(user, User) and user.sign_in == User.SignIn.TWO_FACTORS else None


def sign_in_with_authenticator(request: HttpRequest, *, user: User, typed: str) -> bool:
    """Sign the browser in if `typed` is what one of the user's authenticators shows now.

    A code counts once (django-otp keeps the last). Raises core.limits.TooMany.
    """
    count(limits.SECOND_FACTOR, str(user.id))
    for device in devices_for_user(user):
        if verify_token(user, device.persistent_id, typed):
            with transaction.atomic():
                audit.record(actor=user.actor, action="signed in", subject=user.actor, by="authenticator")
            _begin_session(request, user)
            otp_login(request, device)
            return True
    return False


def _begin_session(request: HttpRequest, user: User) -> None:
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now().timestamp()
    request.session["signed_in_by"] = user.sign_in
    request.session["began"] = request.session["seen"] = now


def sign_out(request: HttpRequest) -> None:
    """End this session at once, and close the sockets that were opened under it."""
    user = request.user
    logout(request)
    if isinstance(user, User):
        with transaction.atomic():
            audit.record(actor=user.actor, action="signed out", subject=user.actor)
            announce(f"user.{user.id}", "signed_out")
