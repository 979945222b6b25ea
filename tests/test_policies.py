"""Every route declares who may ask for it, and everybody else is turned away before the view runs."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from accounts.middleware import EnforcePolicy
from accounts.models import User
from accounts.views import sign_out
from core.models import AuditEvent
from core.policies import Audience, audience_of, open_module_to, open_to
from demo.cast import Cast
from tests.cast import sign_in
from tests.test_sign_in import ask, code_of

SAMPLES = {"uuid": str(uuid.uuid4()), "int": "4711", "slug": "a-b", "path": "x/y"}
FOR_PEOPLE = {Audience.SIGNED_IN, Audience.STAFF, Audience.EDITOR}
# Wagtail brings these along: a page to look at its own 404, and a sign-in by password alone. Undeclared, so refused.
REFUSED = {"cms/test404/", "_util/login/"}


@dataclass(frozen=True)
class Route:
    path: str
    view: Callable[..., Any]

    @property
    def audience(self) -> Audience | None:
        return audience_of(self.view)

    def __str__(self) -> str:
        return f"/{self.path} ({self.view.__module__}.{getattr(self.view, '__name__', '')})"


def filled(pattern: Any) -> str:
    """The path of one pattern, with something of the right form in every gap."""
    if isinstance(pattern, RoutePattern):
        gap = re.compile(r"<(?:(\w+):)?\w+>")
        return gap.sub(lambda found: SAMPLES.get(found[1], "x"), str(pattern))
    template, names = normalize(pattern.regex.pattern)[0]
    return str(template) % dict.fromkeys(names, "1")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    """Every view that any address leads to."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + filled(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Route(path, pattern.callback)
        else:
            yield from routes(pattern, path)


def asked(*audiences: Audience) -> list[Route]:
    """Routes for these audiences; a path that an earlier pattern takes is that pattern's."""
    return [route for route in routes() if route.audience in audiences and leads_to(route)]


def leads_to(route: Route) -> bool:
    try:
        return resolve(f"/{route.path}").func is route.view
    except Resolver404:
        return False


def test_every_route_declares_its_audience() -> None:
    assert {route.path for route in routes() if route.audience is None} == REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(REFUSED))
def test_what_comes_with_a_package_and_is_not_wanted_is_refused(client: Client, path: str) -> None:
    assert client.get(f"/{path}").status_code == 403
    assert client.post(f"/{path}").status_code == 403


def test_the_walk_reaches_the_rooms() -> None:
    """Else the tests here would hold of nothing."""
    ours = [route for route in routes() if not route.view.__module__.startswith(("wagtail", "django"))]
    assert len(ours) > 20
    assert all(leads_to(route) for route in ours)
    assert len(asked(Audience.EDITOR)) > 100


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    wrong = []
    for route in asked(*FOR_PEOPLE):
        response = client.get(f"/{route.path}")
        if response.status_code != 302 or not response.headers["Location"].startswith("/sign-in/?next="):
            wrong.append(f"{response.status_code} {route}")
    assert wrong == []


@pytest.mark.django_db
def test_strangers_cannot_post_either(client: Client) -> None:
    wrong = []
    for route in asked(*FOR_PEOPLE):
        response = client.post(f"/{route.path}")
        if response.headers.get("Location") != "/sign-in/":
            wrong.append(f"{response.status_code} {route}")
    assert wrong == []


def test_participants_find_nothing_of_staffs(cast: Cast) -> None:
    client = sign_in(Client(), cast.dev.user)
    staffs = asked(Audience.STAFF, Audience.EDITOR)
    found = [str(route) for route in staffs if client.get(f"/{route.path}").status_code != 404]
    assert found == []


@pytest.mark.parametrize("name", ["alice", "omar", "kit", "rhys"])
def test_staff_who_do_not_edit_find_nothing_of_the_editors(cast: Cast, name: str) -> None:
    person = getattr(cast, name)
    client = sign_in(Client(), person if isinstance(person, User) else person.user)
    some = [route for route in asked(Audience.EDITOR) if not route.path.count("4711")][:40]
    assert [str(route) for route in some if client.get(f"/{route.path}").status_code != 404] == []


def test_a_foreign_object_looks_like_no_object(cast: Cast) -> None:
    """Not there, and not yours: the same page, to the letter."""
    client = sign_in(Client(), cast.carol.user)
    foreign = client.get(f"/conversations/{cast.conversation.id}/")
    missing = client.get(f"/conversations/{uuid.uuid4()}/")
    token = re.compile(r'csrfmiddlewaretoken" value="[^"]+"')
    assert foreign.status_code == missing.status_code == 404
    assert token.sub("", foreign.content.decode()) == token.sub("", missing.content.decode())
    assert "We cannot find that page" in foreign.content.decode()


# --- What browsers and robots are told ------------------------------------------------------------


def test_leaving_the_editors_pages_is_our_own_signing_out(cast: Cast) -> None:
    client = sign_in(Client(), cast.elin)
    key = client.session.session_key or ""
    assert client.get("/cms/logout/").status_code == 405
    # The same view, of which test_sockets says that it closes what is open on screens.
    assert resolve("/cms/logout/").func is sign_out
    response = client.post("/cms/logout/")
    assert response.headers["Location"] == "/sign-in/"
    assert not client.session.exists(key)
    assert AuditEvent.objects.filter(action="signed out", actor=cast.elin.actor).count() == 1


def test_what_shows_that_somebody_is_signed_in_is_kept_by_nobody(cast: Cast, stories: object, client: Client) -> None:
    dev = sign_in(Client(), cast.dev.user)
    for path in ("/", "/stories/", "/sign-in/", "/nowhere/"):
        assert dev.get(path).headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/stories/").headers.get("Cache-Control", "")
    assert "no-store" in client.get("/sign-in/").headers["Cache-Control"]


@pytest.mark.django_db
def test_no_page_may_ask_for_the_camera_or_the_place(client: Client) -> None:
    for path in ("/sign-in/", "/nowhere/", "/healthz"):
        policy = client.get(path).headers["Permissions-Policy"]
        assert all(f"{feature}=()" in policy for feature in ("camera", "microphone", "geolocation"))


@pytest.mark.django_db
def test_robots_read_what_is_published_alone(client: Client) -> None:
    robots = client.get("/robots.txt")
    assert robots.headers["Content-Type"] == "text/plain"
    assert robots.content.decode().splitlines() == ["User-agent: *", "Allow: /$", "Allow: /stories/", "Disallow: /"]


# --- Where signing in leads ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "then"),
    [
        ("/stories/", "/stories/"),
        ("/stories/?q=āhua;x", "/stories/?q=%C4%81hua;x"),
        ("https://evil.example/", "/start/"),
        ("//evil.example/", "/start/"),
        ("/\\evil.example/", "/start/"),
        ("http:///evil.example/", "/start/"),
        ("javascript:alert(1)", "/start/"),
    ],
)
def test_next_leads_to_pages_of_ours_only(cast: Cast, client: Client, wanted: str, then: str) -> None:
    client.get("/sign-in/", {"next": wanted})
    assert settings.SESSION_COOKIE_NAME not in client.cookies
    ask(client)
    response = client.post("/sign-in/code/", {"code": code_of(cast.dev.user)})
    assert response.headers["Location"] == then
    assert not client.cookies["next"].value


def test_a_forged_next_leads_nowhere(cast: Cast, client: Client) -> None:
    client.cookies["next"] = "https://evil.example/"
    ask(client)
    assert client.post("/sign-in/code/", {"code": code_of(cast.dev.user)}).headers["Location"] == "/start/"


# --- What a declaration is ------------------------------------------------------------------------


def test_a_view_without_a_declaration_is_refused(cast: Cast) -> None:
    from django.core.exceptions import PermissionDenied

    def undeclared(request: HttpRequest) -> HttpResponse:
        raise AssertionError("it ran")

    request = HttpRequest()
    request.user = cast.priya
    with pytest.raises(PermissionDenied):
        EnforcePolicy(lambda request: HttpResponse()).process_view(request, undeclared, [], {})


def test_the_longest_module_name_counts() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    view.__module__ = "wagtail.views"
    assert audience_of(view) is Audience.ANYONE
    view.__module__ = "wagtail.viewsets"
    assert audience_of(view) is Audience.EDITOR
    assert audience_of(open_to(Audience.STAFF)(view)) is Audience.STAFF


def test_a_module_name_is_not_a_prefix_of_letters() -> None:
    open_module_to("tests.nowhere", Audience.ANYONE)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    view.__module__ = "tests.nowhere_else"
    assert audience_of(view) is None


# --- The pretend phones ---------------------------------------------------------------------------


def test_the_phones_are_for_this_computer(cast: Cast, client: Client) -> None:
    phones = asked(Audience.THIS_COMPUTER)
    assert len(phones) >= 4
    for route in phones:
        assert client.get(f"/{route.path}", REMOTE_ADDR="10.0.0.1").status_code == 404
        assert client.post(f"/{route.path}", REMOTE_ADDR="10.0.0.1").status_code == 404
    assert client.get("/phones/", REMOTE_ADDR="127.0.0.1").status_code == 200


@pytest.mark.parametrize(
    "settings",
    [{"SMS_GATEWAY": "twilio"}, {"PUBLIC_URL": "https://handrail.example"}],
    ids=["real texts", "not on this computer"],
)
def test_the_phones_are_nowhere_else(settings: dict[str, str]) -> None:
    """The list of addresses is made at import, so it takes another process to see it without them."""
    look = (
        "import django; django.setup()\n"
        "from django.urls import resolve; from config.routing import websocket_urlpatterns\n"
        "print(resolve('/phones/').func.__module__, *[pattern.pattern for pattern in websocket_urlpatterns])"
    )
    command = [sys.executable, "-c", look]
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("wagtail.views ")
    assert "phones" not in done.stdout
