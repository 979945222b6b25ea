"""Signing in and out as people and thieves would do it: through HTTP."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from time_machine import Traveller

from accounts.models import SignInCode, User
from core.models import AuditEvent
from demo.cast import PASSWORD, Cast
from sms.models import OutboundText
from tests.cast import drain, sign_in, texts_to

DEV = "07700 900118"
NOBODY = "07700 900199"
SIGN_IN = "/sign-in/"
CODE = "/sign-in/code/"
STAFF = "/sign-in/staff/"
STAFF_CODE = "/sign-in/staff/code/"

pytestmark = pytest.mark.usefixtures("monday")


def ask(client: Client, number: str = DEV) -> Any:
    return client.post(SIGN_IN, {"number": number})


def code_of(user: User) -> str:
    """The code in the last text that arrived."""
    drain()
    return str(re.findall(r"\d{3} \d{3}", texts_to(user.phone)[-1])[0])


def another(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"


def give_password(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(STAFF, {"email": user.email, "password": password})


def authenticator(user: User, later: int = 0) -> str:
    """What the authenticator app of `user` shows, or will show `later` codes from now."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = timezone.now().timestamp() + later * device.step
    return f"{totp.token():06}"


def is_signed_in(client: Client) -> bool:
    return client.get("/inbox/").status_code == 200


def without_token(page: Any) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value)="[^"]+"', r"\1", page.content.decode())


# --- A participant: a texted code ---------------------------------------------------------------


def test_known_and_unknown_numbers_look_the_same(cast: Cast, client: Client) -> None:
    stranger = Client()
    texts = OutboundText.objects.filter(key__startswith="code:")
    known, unknown = ask(client), ask(stranger, NOBODY)

    assert (known.status_code, known.headers["Location"]) == (303, CODE)
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)
    assert without_token(client.get(CODE)) == without_token(stranger.get(CODE))
    drain()
    assert [text.number for text in texts] == [cast.dev.user.phone]


def test_known_and_unknown_numbers_cost_the_same_work(cast: Cast, client: Client) -> None:
    def work(number: str) -> list[tuple[str, ...]]:
        """Each query, as its verb and the tables it names."""
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), number)
        return [(query["sql"].split()[0], *re.findall(r'"([a-z]+_\w+)"', query["sql"])) for query in queries]

    ask(client, "07700 900198")  # the first from an address is counted in a new row
    assert work(DEV) == work(NOBODY)


def test_a_code_is_texted_once_ahead_of_the_rest_and_not_when_late(
    cast: Cast, client: Client, monday: Traveller
) -> None:
    ask(client)
    drain()
    SignInCode.objects.update(texted_at=None)
    drain()
    text = OutboundText.objects.get(key__startswith="code:")
    assert text.is_vital
    assert text.expires_at == SignInCode.objects.get().expires_at

    ask(client)
    monday.shift(timedelta(minutes=11))
    drain()
    assert OutboundText.objects.filter(key__startswith="code:").count() == 1


def test_codes_are_forgotten_after_a_day(cast: Cast, client: Client, monday: Traveller) -> None:
    ask(client)
    monday.shift(timedelta(hours=23))
    ask(client, NOBODY)
    monday.shift(timedelta(hours=2))
    drain()
    assert [code.user for code in SignInCode.objects.all()] == [None]


def test_staff_get_no_texted_code(cast: Cast, client: Client) -> None:
    assert ask(client, "07700 900103").headers["Location"] == CODE
    drain()
    assert not OutboundText.objects.filter(number=cast.alice.user.phone).exists()


def test_the_right_code_signs_in(cast: Cast, client: Client) -> None:
    ask(client)
    before = client.session.session_key
    response = client.post(CODE, {"code": code_of(cast.dev.user)})

    assert (response.status_code, response.headers["Location"]) == (303, "/start/")
    assert client.session.session_key != before
    assert is_signed_in(client)
    assert AuditEvent.objects.filter(action="signed in", actor=cast.dev.user.actor).count() == 1


def test_a_code_works_once(cast: Cast, client: Client) -> None:
    ask(client)
    asked = client.session["code_asked"]
    code = code_of(cast.dev.user)
    client.post(CODE, {"code": code})
    client.post("/sign-out/")

    again = Client()
    session = again.session
    session["code_asked"] = asked
    session.save()
    assert again.post(CODE, {"code": code}).status_code == 422
    assert not is_signed_in(again)


def test_after_five_wrong_tries_the_right_code_is_refused(cast: Cast, client: Client) -> None:
    ask(client)
    code = code_of(cast.dev.user)
    for _try in range(5):
        response = client.post(CODE, {"code": another(code)})
        assert response.status_code == 422
    assert "This code does not work" in response.content.decode()

    assert client.post(CODE, {"code": code}).status_code == 422
    assert not is_signed_in(client)


def test_the_fifth_try_still_counts(cast: Cast, client: Client) -> None:
    ask(client)
    code = code_of(cast.dev.user)
    for _try in range(4):
        client.post(CODE, {"code": another(code)})
    assert client.post(CODE, {"code": code}).status_code == 303


def test_another_browser_cannot_use_the_code(cast: Cast, client: Client) -> None:
    ask(client)
    code = code_of(cast.dev.user)
    thief, asker = Client(), Client()
    ask(asker, NOBODY)

    assert thief.post(CODE, {"code": code}).headers["Location"] == SIGN_IN
    assert asker.post(CODE, {"code": code}).status_code == 422
    assert not is_signed_in(thief)
    assert not is_signed_in(asker)


def test_a_late_code_is_refused(cast: Cast, client: Client, monday: Traveller) -> None:
    ask(client)
    code = code_of(cast.dev.user)
    monday.shift(timedelta(minutes=10, seconds=1))
    assert client.post(CODE, {"code": code}).status_code == 422
    assert not is_signed_in(client)


def test_opening_the_pages_uses_nothing_up(cast: Cast, client: Client) -> None:
    ask(client)
    for _visit in range(10):
        assert client.get(CODE).status_code == 200
        client.head(CODE)
    assert SignInCode.objects.get(user=cast.dev.user).tries == 0


@pytest.mark.parametrize(
    ("typed", "said"), [("hello", "not a phone number"), ("07700 900118900", "too short or too long")]
)
def test_a_wrong_number_is_named_at_the_field(cast: Cast, client: Client, typed: str, said: str) -> None:
    page = ask(client, typed)
    html = page.content.decode()
    assert page.status_code == 422
    assert re.search(rf'id="id_number_error">.*{said}', html, re.DOTALL)
    field = re.findall(r'<input[^>]+name="number"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_number_helptext id_number_error"' in field
    assert f'value="{typed}"' in field


@pytest.mark.parametrize("number", [DEV, NOBODY])
def test_too_many_codes(cast: Cast, client: Client, number: str) -> None:
    for _try in range(4):
        assert ask(client, number).status_code == 303
    page = ask(client, number)
    assert page.status_code == 422
    assert "That was a lot of tries. Wait 1" in page.content.decode()


# --- Staff: two factors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/start/", "/inbox/", "/cms/", "/cms/pages/", "/lead/", "/lead/alerts/", "/documents/"]
)
def test_a_password_alone_opens_nothing(cast: Cast, client: Client, path: str) -> None:
    response = give_password(client, cast.priya)
    assert response.headers["Location"] == STAFF_CODE
    refused = client.get(path)
    assert refused.status_code in {302, 404}
    assert refused.headers.get("Location", SIGN_IN).startswith(SIGN_IN)


def test_two_factors_sign_in(cast: Cast, client: Client) -> None:
    give_password(client, cast.alice.user)
    before = client.session.session_key
    response = client.post(STAFF_CODE, {"code": authenticator(cast.alice.user)})

    assert response.headers["Location"] == "/start/"
    assert client.session.session_key != before
    assert is_signed_in(client)


def test_an_authenticator_code_works_once(cast: Cast, client: Client) -> None:
    code = authenticator(cast.alice.user)
    give_password(client, cast.alice.user)
    client.post(STAFF_CODE, {"code": code})

    thief = Client()
    give_password(thief, cast.alice.user)
    page = thief.post(STAFF_CODE, {"code": code})
    assert page.status_code == 422
    assert "Wait for the next one" in page.content.decode()
    assert not is_signed_in(thief)


def test_the_second_factor_comes_after_the_first(cast: Cast, client: Client, monday: Traveller) -> None:
    code = {"code": authenticator(cast.alice.user)}
    assert client.post(STAFF_CODE, code).headers["Location"] == STAFF
    give_password(client, cast.alice.user)
    monday.shift(timedelta(minutes=5, seconds=1))
    assert client.post(STAFF_CODE, code).headers["Location"] == STAFF
    assert not is_signed_in(client)


def test_another_persons_authenticator_is_no_use(cast: Cast, client: Client) -> None:
    give_password(client, cast.alice.user)
    assert client.post(STAFF_CODE, {"code": authenticator(cast.carol.user)}).status_code == 422
    assert not is_signed_in(client)


def test_a_wrong_password_does_not_tell_who_is_known(cast: Cast, client: Client) -> None:
    pages = [
        client.post(STAFF, {"email": email, "password": "not-the-password"})
        for email in ("alice@handrail.example", "nobody@handrail.example")
    ]
    known, unknown = (without_token(page).replace("alice@", "nobody@") for page in pages)
    assert known == unknown
    assert "We do not know this e-mail with this password." in known
    assert "first_factor" not in client.session


def test_too_many_passwords(cast: Cast, client: Client) -> None:
    for _try in range(10):
        give_password(client, cast.alice.user, "not-the-password")
    page = give_password(client, cast.alice.user)
    assert page.status_code == 422
    assert "That was a lot of tries" in page.content.decode()


def test_too_many_authenticator_codes(cast: Cast, client: Client, monday: Traveller) -> None:
    give_password(client, cast.alice.user)
    for _try in range(8):
        client.post(STAFF_CODE, {"code": another(authenticator(cast.alice.user))})
    monday.shift(timedelta(minutes=4))
    page = client.post(STAFF_CODE, {"code": authenticator(cast.alice.user)})
    assert "That was a lot of tries. Wait 1" in page.content.decode()
    assert not is_signed_in(client)


def test_both_fields_wrong_gives_a_list_that_leads_to_them(cast: Cast, client: Client) -> None:
    html = client.post(STAFF, {"email": "", "password": ""}).content.decode()
    assert '<a href="#id_email">' in html
    assert '<a href="#id_password">' in html
    assert "<title>Mistake: Sign in · Handrail</title>" in html


def test_a_new_member_of_staff_sets_up_an_authenticator(cast: Cast, client: Client, monday: Traveller) -> None:
    TOTPDevice.objects.filter(user=cast.rhys).delete()
    assert give_password(client, cast.rhys).headers["Location"] == "/sign-in/set-up/"
    page = client.get("/sign-in/set-up/").content.decode()
    assert "<svg" in page
    assert re.search(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)

    code = authenticator(cast.rhys)
    assert client.post("/sign-in/set-up/", {"code": code}).headers["Location"] == STAFF_CODE
    assert client.get("/sign-in/set-up/").headers["Location"] == STAFF
    assert client.post(STAFF_CODE, {"code": code}).status_code == 422
    monday.shift(timedelta(seconds=30))
    assert client.post(STAFF_CODE, {"code": authenticator(cast.rhys)}).status_code == 303


# --- How long a session lasts --------------------------------------------------------------------


@pytest.mark.parametrize(("name", "minutes"), [("dev", 5), ("alice", 30)])
def test_a_session_that_lies_idle_ends(cast: Cast, monday: Traveller, name: str, minutes: int) -> None:
    client = sign_in(Client(), getattr(cast, name).user)
    for _visit in range(3):
        monday.shift(timedelta(minutes=minutes, seconds=-5))
        assert is_signed_in(client)
    monday.shift(timedelta(minutes=minutes, seconds=5))
    assert client.get("/inbox/").headers["Location"] == "/sign-in/?next=%2Finbox%2F"


def test_no_session_outlasts_twelve_hours(cast: Cast, monday: Traveller) -> None:
    client = sign_in(Client(), cast.alice.user)
    for _visit in range(28):
        monday.shift(timedelta(minutes=25))
        assert is_signed_in(client)
    monday.shift(timedelta(minutes=21))
    assert not is_signed_in(client)


def test_a_background_request_is_told_that_the_session_is_over(cast: Cast, client: Client) -> None:
    response = client.get("/inbox/?part=1", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()) == (401, {"signed_out": True})


# --- Leaving --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "then"), [("/leave/", "/left/"), ("/sign-out/", SIGN_IN)])
def test_leaving_ends_the_session(cast: Cast, path: str, then: str) -> None:
    client = sign_in(Client(), cast.dev.user)
    key = client.session.session_key or ""
    response = client.post(path)

    assert response.headers["Location"] == then
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
    assert not client.session.exists(key)
    assert not is_signed_in(client)


def test_no_name_outlives_leaving(cast: Cast) -> None:
    client = sign_in(Client(), cast.alice.user)
    client.post(f"/conversations/{cast.conversation.id}/check-in/")
    client.post("/leave/")
    assert "Ben" not in client.get(SIGN_IN).content.decode()
    assert not any("Ben" in cookie.value for cookie in client.cookies.values())


def test_what_is_shown_after_leaving_says_nothing(cast: Cast, client: Client) -> None:
    html = client.get("/left/").content.decode()
    assert "<title>Page closed</title>" in html
    assert "history" in html
    assert "handrail" not in html.lower()


@pytest.mark.parametrize("path", ["/leave/", "/sign-out/"])
def test_a_link_signs_nobody_out(cast: Cast, path: str) -> None:
    client = sign_in(Client(), cast.dev.user)
    assert client.get(path).status_code == 405
    assert is_signed_in(client)


def test_private_pages_are_kept_by_nobody(cast: Cast) -> None:
    client = sign_in(Client(), cast.dev.user)
    assert client.get("/inbox/").headers["Cache-Control"] == "no-store"


def test_a_form_that_is_not_ours_is_refused_kindly(cast: Cast) -> None:
    response = Client(enforce_csrf_checks=True).post(SIGN_IN, {"number": DEV})
    assert response.status_code == 403
    assert "That was not sent" in response.content.decode()
