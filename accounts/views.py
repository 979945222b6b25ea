"""Signing in, signing out, and leaving in a hurry."""

import math
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, enrolment
from accounts.forms import CodeForm, NumberForm, PasswordForm
from accounts.models import User
from core.limits import TooMany
from core.policies import Audience, open_to

View = Callable[[HttpRequest], HttpResponse]

SECOND_FACTOR_WITHIN = 5 * 60
# The cookie that holds where to go after signing in.
NEXT = "next"
NEXT_PATH = "/sign-in/"
NEXT_LASTS = 30 * 60
LONGEST_NEXT = 1000


def _keeps_next(view: View) -> View:
    """Keep the page that was asked for (`?next=`) while somebody signs in, if it is one of ours: in a cookie of the
    sign-in pages alone, for a session would be a row for everybody who passes by.
    """

    @wraps(view)
    def kept(request: HttpRequest) -> HttpResponse:
        response = view(request)
        if "next" in request.GET:
            _keep_next(response, request.GET["next"] if _is_ours(request, request.GET["next"]) else "")
        return response

    return kept


@open_to(Audience.ANYONE)
@never_cache
@_keeps_next
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """A participant asks for a code."""
    form = NumberForm(request.POST or None, country=request.country)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            code_id = actions.ask_for_code(number=form.cleaned_data["number"], address=_address(request))
        except TooMany as error:
            form.add_error("number", _say_wait(error))
        else:
            request.session["code_asked"] = str(code_id)
            return redirect("accounts:code")
    return render(request, "accounts/sign_in.html", {"form": form}, status=_status(form))


@open_to(Audience.ANYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """A participant types the code."""
    asked = request.session.get("code_asked")
    if not asked:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if actions.sign_in_with_code(request, code_id=UUID(asked), typed=form.cleaned_data["code"]):
            return _go_on(request)
        form.add_error("code", _("This code does not work. Check it, or ask for a new one."))
    return render(request, "accounts/code.html", {"form": form}, status=_status(form))


@open_to(Audience.ANYONE)
@never_cache
@_keeps_next
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """Staff's first factor: it signs nobody in by itself."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.check_password(request, **form.cleaned_data, address=_address(request))
        except TooMany as error:
            form.add_error(None, _say_wait(error))
        else:
            if user is not None:
                request.session["first_factor"] = {"user": str(user.id), "at": timezone.now().timestamp()}
                return redirect("accounts:staff-code" if enrolment.has_device(user) else "accounts:set-up")
            form.add_error(None, _("We do not know this e-mail with this password."))
    return render(request, "accounts/staff.html", {"form": form}, status=_status(form))


@open_to(Audience.ANYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def staff_code(request: HttpRequest) -> HttpResponse:
    """Staff's second factor."""
    user = _first_factor(request)
    if user is None:
        return redirect("accounts:staff")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if actions.sign_in_with_authenticator(request, user=user, typed=form.cleaned_data["code"]):
                return _go_on(request)
        except TooMany as error:
            form.add_error("code", _say_wait(error))
        else:
            form.add_error("code", _("This code does not work. Wait for the next one and try again."))
    return render(request, "accounts/staff_code.html", {"form": form}, status=_status(form))


@open_to(Audience.ANYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """A member of staff without an authenticator sets one up, straight after their password."""
    user = _first_factor(request)
    if user is None or enrolment.has_device(user):
        return redirect("accounts:staff")
    device = enrolment.device_to_confirm(user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if enrolment.confirm(device, form.cleaned_data["code"]):
            messages.success(request, _("Your authenticator is set up. Sign in with its next code."))
            return redirect("accounts:staff-code")
        form.add_error("code", _("This code does not work. Wait for the next one and try again."))
    context = {"form": form, "picture": enrolment.picture(device), "secret": enrolment.secret(device)}
    return render(request, "accounts/set_up.html", context, status=_status(form))


@open_to(Audience.ANYONE)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; nothing of it stays in the browser."""
    actions.sign_out(request)
    return _cleared(redirect("accounts:sign-in"))


@open_to(Audience.ANYONE)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Leave this page, quickly: end the session, then a page that says nothing."""
    actions.sign_out(request)
    return _cleared(redirect("accounts:left"))


@open_to(Audience.ANYONE)
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """An unremarkable page."""
    return render(request, "accounts/left.html")


def _cleared(response: HttpResponseRedirect) -> HttpResponseRedirect:
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store"
    _keep_next(response, "")
    return response


def _first_factor(request: HttpRequest) -> User | None:
    proof = request.session.get("first_factor")
    if not proof or timezone.now().timestamp() - proof["at"] > SECOND_FACTOR_WITHIN:
        return None
    return User.objects.filter(pk=proof["user"], is_active=True).first()


def _is_ours(request: HttpRequest, wanted: str) -> bool:
    return len(wanted) <= LONGEST_NEXT and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})


def _keep_next(response: HttpResponse, wanted: str) -> None:
    """Put it into the cookie; "" takes the cookie away."""
    if not wanted:
        response.delete_cookie(NEXT, path=NEXT_PATH, samesite="Lax")
        return
    response.set_cookie(
        NEXT,
        iri_to_uri(wanted),
        max_age=NEXT_LASTS,
        path=NEXT_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _go_on(request: HttpRequest) -> HttpResponse:
    """To the page that was asked for, if it is ours; else to where this person's day begins."""
    wanted = request.COOKIES.get(NEXT, "")
    request.session.pop("first_factor", None)
    request.session.pop("code_asked", None)
    response = HttpResponseRedirect(wanted if _is_ours(request, wanted) else settings.LOGIN_REDIRECT_URL)
    _keep_next(response, "")
    return response


def _address(request: HttpRequest) -> str:
    return str(request.META["REMOTE_ADDR"])


def _say_wait(error: TooMany) -> str:
    minutes = math.ceil(error.wait.total_seconds() / 60)
    return ngettext(
        "That was a lot of tries. Wait %(minutes)d minute, then try again.",
        "That was a lot of tries. Wait %(minutes)d minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}


def _status(form: Form) -> int:
    return 422 if form.is_bound and form.errors else 200
