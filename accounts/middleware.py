"""What happens around every request: session limits, the person's language and zone, the route's policy."""

import logging
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone, translation
from django.utils.http import urlencode

from accounts.access import has_run_out, is_proven
from accounts.models import User
from core.policies import Audience, audience_of

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
# Writing the session at every request would make every reader a writer.
NOTE_SEEN_EVERY = 30
# What no page of ours ever asks of a browser, and no script may.
ASKS_NOTHING = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)


class SessionLimits:
    """Ends a session that was idle too long or is too old."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if has_run_out(request.session):
                logout(request)
            elif "X-Background" not in request.headers:
                # A page that keeps itself live is no sign that somebody is looking at it.
                self._note_seen(request)
        return self.get_response(request)

    def _note_seen(self, request: HttpRequest) -> None:
        now = timezone.now().timestamp()
        if now - request.session["seen"] > NOTE_SEEN_EVERY:
            request.session["seen"] = now


class PersonSettings:
    """The person's language, time zone and country; for a visitor, the browser's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            language, zone, country = user.language, user.time_zone, user.country
        else:
            language = translation.get_language_from_request(request)
            zone, country = ("Pacific/Auckland", "NZ") if language == "mi" else ("Europe/London", "GB")
        request.country = country  # type: ignore[attr-defined]
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class EnforcePolicy:
    """Asks each route's declared audience before its view runs (core.policies). Undeclared: refused."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        audience = getattr(request, "audience", None)
        # A page for anybody shows somebody who is signed in that they are.
        if request.user.is_authenticated or audience not in {None, Audience.ANYONE, Audience.PROVIDER}:
            response.headers["Cache-Control"] = "no-store"
        response.headers["Permissions-Policy"] = ASKS_NOTHING
        if audience is Audience.EDITOR:
            _loosen_for_wagtail(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        audience = audience_of(view)
        if audience is None:
            logger.error("route without a declared policy refused: %s.%s", view.__module__, view.__name__)
            raise PermissionDenied
        request.audience = audience  # type: ignore[attr-defined]
        return _refusal(request, audience)


def _refusal(request: HttpRequest, audience: Audience) -> HttpResponse | None:
    if audience in {Audience.ANYONE, Audience.PROVIDER}:
        return None
    if audience is Audience.THIS_COMPUTER:
        if request.META["REMOTE_ADDR"] not in {"127.0.0.1", "::1"}:
            raise Http404
        return None
    user = request.user
    if not isinstance(user, User) or not is_proven(user, request.session):
        return _sign_in_first(request)
    is_staff = user.sign_in == User.SignIn.TWO_FACTORS
    if audience is Audience.STAFF and not is_staff:
        raise Http404
    if audience is Audience.EDITOR and not (is_staff and user.has_perm("wagtailadmin.access_admin")):
        raise Http404
    return None


class SeeOther:
    """After a POST the browser is sent on with 303, "see other" (RFC 9110, 15.4.4): Django says 302."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == 302:
            response.status_code = 303
        return response


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"signed_out": True}, status=401)
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}".rstrip("?"))


def _loosen_for_wagtail(response: HttpResponse) -> None:
    """Wagtail's admin needs inline styles and scripts of its own: there, and only there (ADR 6)."""
    response._csp_replace = {  # type: ignore[attr-defined]
        "script-src": ["'self'", "'unsafe-inline'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
