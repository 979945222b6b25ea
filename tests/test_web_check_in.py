"""The check-in by its one-time link: what a person, a stranger, a preview robot and two taps at once notice."""

import gzip
import re
from datetime import time, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent, RateCount
from demo.cast import Cast
from mentors.actions import end_pairing
from messaging import actions
from messaging.models import CheckIn, CheckInAnswer, Message
from messaging.questions import QUESTIONS
from messaging.wording import LINK
from safeguarding.models import Alert
from sms.segments import fit
from tests.cast import MONDAY, drain, sign_in, texts_to

ALL = ["feeling", "cravings", "call"]
LINK_IN_TEXT = re.compile(r"(http\S+/check-in/[-\w]{22,}/)$")


def ask(cast: Cast, questions: list[str] | None = None) -> str:
    """Dev, who reads on the web, is asked: the path of the link in the text."""
    actions.set_plan(
        by=cast.alice.user,
        conversation=cast.dev_conversation,
        weekdays=[0],
        at=time(10),
        questions=questions or ALL,
        is_on=True,
    )
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.dev_conversation)
    drain()
    found = LINK_IN_TEXT.search(texts_to(cast.dev.user.phone)[-1])
    assert found
    return found[1].removeprefix(settings.PUBLIC_URL)


@pytest.fixture
def link(cast: Cast) -> str:
    return ask(cast)


def words(response: Any) -> str:
    """The page as read: without its style and tags."""
    page = re.sub(r"(?s)<style.*?</style>|<script.*?</script>", "", response.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def fields(response: Any) -> dict[str, str]:
    """What the form on a page would send: its hidden fields, what is picked, and the words."""
    page = response.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    found |= dict(re.findall(r'<input type="radio" name="(\w+)" value="(\d)" checked>', page))
    if area := re.search(r'(?s)<textarea[^>]*name="words"[^>]*>\n?(.*?)</textarea>', page):
        found["words"] = area[1]
    found.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in found.items()}


def press(client: Client, link: str, page: Any, do: str, **picked: str) -> Any:
    return client.post(link, fields(page) | picked | {"do": do})


def fill(
    client: Client, link: str, *, feeling: str = "4", cravings: str = "2", call: str = "2", typed: str = ""
) -> Any:
    """From Start to the look at it all: the page with Send on it."""
    page = client.post(link, {"do": "start"})
    for name, value in (("feeling", feeling), ("cravings", cravings), ("call", call)):
        page = press(client, link, page, "next", **{name: value}) if value else press(client, link, page, "skip")
    return press(client, link, page, "next", words=typed)


def the_one() -> CheckIn:
    return CheckIn.objects.get()


# --- The link -----------------------------------------------------------------------------------------


def test_who_reads_on_the_web_gets_a_link_and_a_text_only_phone_gets_none(cast: Cast, link: str) -> None:
    actions.send_check_in_now(by=cast.alice.user, conversation=cast.conversation)
    drain()
    assert "Or answer here: http" in texts_to(cast.dev.user.phone)[-1]
    assert "http" not in texts_to(cast.ben.user.phone)[-1]
    assert texts_to(cast.ben.user.phone)[-1].startswith("Hi Ben. How are you today?")


def test_only_a_keyed_fingerprint_of_the_token_is_stored(cast: Cast, link: str) -> None:
    token = link.split("/")[2]
    row = CheckIn.objects.values().get()
    assert token not in str(row)
    assert re.fullmatch(r"[0-9a-f]{64}", str(row["link_index"]))
    assert not any(token in str(event.__dict__) for event in AuditEvent.objects.all())


@pytest.mark.parametrize("language", ["en-gb", "cy", "mi"])
def test_a_text_with_its_link_fits_its_budget(language: str) -> None:
    url = f"https://handrail.example/check-in/{'x' * 22}/"
    for question in QUESTIONS.values():
        body = question.text.say(language, name="Christopher", champion="Maximiliana")
        text = LINK.say(language, question=body, url=url)
        assert text.endswith(url)
        assert fit(text).segments <= (2 if language == "en-gb" else 5)


def test_looking_does_nothing_however_often(cast: Cast, link: str, client: Client) -> None:
    before = CheckIn.objects.values().get()
    for _ in range(50):
        assert client.get(link, headers={"User-Agent": "facebookexternalhit/1.1"}).status_code == 200
        assert client.head(link).status_code == 200
    assert CheckIn.objects.values().get() == before
    assert client.post(link, {"do": "start"}).status_code == 200


def test_the_landing_page_names_nobody_and_asks_nothing(cast: Cast, link: str, client: Client) -> None:
    page = client.get(link)
    read = words(page)
    for told in (
        "Dev",
        "Alice",
        "champion",
        "check-in",
        "check in",
        "feel",
        "How are you",
        "pull",
        "Trentside",
        "probation",
    ):
        assert told.lower() not in read.lower()
    assert "<title>Handrail</title>" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert settings.SESSION_COOKIE_NAME not in client.cookies


def test_used_old_and_unknown_links_are_one_page(cast: Cast, link: str, client: Client) -> None:
    unknown = client.get("/check-in/AAAAAAAAAAAAAAAAAAAAAA/")
    page = fill(client, link)
    press(client, link, page, "send")
    used = client.get(link)
    CheckIn.objects.update(link_used_at=None, asked_at=timezone.now() - timedelta(hours=49), state="missed")
    old = client.get(link)
    assert [answer.status_code for answer in (unknown, used, old)] == [404] * 3
    assert words(unknown) == words(used) == words(old)
    assert "This link does not work any more" in words(used)


def test_it_ends_with_the_pairing_and_with_a_newer_check_in(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    link = ask(cast)
    monday.shift(timedelta(hours=25))
    drain()
    assert client.get(link).status_code == 200  # late, yet it would count
    newer = ask(cast)
    assert client.get(link).status_code == 404
    assert client.get(newer).status_code == 200
    end_pairing(by=cast.priya, pairing=cast.dev_pairing)
    assert client.get(newer).status_code == 404


def test_one_address_cannot_try_without_end(cast: Cast, link: str, client: Client) -> None:
    with time_machine.travel(MONDAY, tick=False):
        client.get(link)
        RateCount.objects.filter(policy="check-in-link-address").update(count=300)
        refused = client.post(link, {"do": "next", "at": "words", "words": "please read this"})
        assert refused.status_code == 429
        assert "please read this" in words(refused)
        assert client.get(link, REMOTE_ADDR="10.1.2.3").status_code == 200


def test_the_link_signs_nobody_in_and_shows_nothing_of_the_thread(cast: Cast, link: str, client: Client) -> None:
    actions.write(by=cast.alice.user, conversation=cast.dev_conversation, words="A secret of ours")
    page = fill(client, link, typed="hello")
    press(client, link, page, "send")
    sent = client.get(f"{link}sent/")
    assert "A secret of ours" not in page.content.decode() + sent.content.decode()
    assert client.get("/inbox/").status_code == 302
    assert settings.SESSION_COOKIE_NAME not in client.cookies


# --- The steps -----------------------------------------------------------------------------------------


def test_from_start_to_sent(cast: Cast, link: str, client: Client) -> None:
    page = client.post(link, {"do": "start"})
    assert "How are you today, Dev?" in words(page)
    assert "Alice will see what you pick" in words(page)
    assert "Question 1 of 3" in words(page)
    page = press(client, link, page, "next", feeling="4")
    assert "How strong has the pull been" in words(page)
    page = press(client, link, page, "next", cravings="2")
    assert "Do you want a call from Alice?" in words(page)
    page = press(client, link, page, "next", call="1")
    page = press(client, link, page, "next", words="Slept <b>well</b>")
    for shown in ("Check your answers", "All right", "A bit", "Yes", "Slept <b>well</b>"):
        assert shown in words(page)
    assert not CheckInAnswer.objects.exists()
    before = len(texts_to(cast.dev.user.phone))
    done = press(client, link, page, "send")
    assert (done.status_code, done.headers["Location"]) == (303, f"{link}sent/")
    sent = words(client.get(f"{link}sent/"))
    assert "Thank you, that is sent" in sent
    assert "A reply may take a day" in sent
    assert "999" in sent
    check_in = the_one()
    assert check_in.answers == {"feeling": 4, "cravings": 2, "call": 1}
    assert check_in.state == "answered"
    assert [message.body for message in Message.objects.filter(author="participant")] == ["Slept <b>well</b>"]
    drain()
    assert len(texts_to(cast.dev.user.phone)) == before
    alice = sign_in(Client(), cast.alice.user).get(f"/conversations/{cast.dev_conversation.id}/").content.decode()
    assert "All right" in alice
    assert "Slept &lt;b&gt;well&lt;/b&gt;" in alice
    assert AuditEvent.objects.filter(action="check-in answered", details={"by": "link"}).count() == 1


def test_each_page_is_kept_by_nobody_and_leaves_at_once(cast: Cast, link: str, client: Client) -> None:
    for page in (client.post(link, {"do": "start"}), fill(client, link)):
        assert "no-store" in page.headers["Cache-Control"]
        assert 'action="/leave/"' in page.content.decode()
        assert "<title>Handrail</title>" in page.content.decode()


def test_nothing_picked_is_said_kindly_and_skipping_is_allowed(cast: Cast, link: str, client: Client) -> None:
    page = client.post(link, {"do": "start"})
    refused = press(client, link, page, "next")
    assert refused.status_code == 422
    assert "Pick one, or skip this one." in words(refused)
    page = press(client, link, refused, "skip")
    assert "How strong" in words(page)
    page = fill(client, link, feeling="", call="")
    assert words(page).count("Skipped") == 2
    press(client, link, page, "send")
    assert the_one().answers == {"cravings": 2}
    assert the_one().state == "answered"


def test_going_back_and_changing_keeps_what_was_picked_and_typed(cast: Cast, link: str, client: Client) -> None:
    page = fill(client, link, typed="a note")
    page = press(client, link, page, "change:feeling")
    assert 'name="feeling" value="4" checked' in page.content.decode()
    page = press(client, link, page, "next", feeling="1")
    assert "Check your answers" in words(page)
    assert "a note" in words(page)
    page = press(client, link, page, "back")
    assert fields(page)["words"] == "a note"
    page = press(client, link, page, "back")
    assert "Do you want a call" in words(page)
    assert fields(page)["words"] == "a note"
    page = press(client, link, press(client, link, page, "next"), "next")
    press(client, link, page, "send")
    assert the_one().answers == {"feeling": 1, "cravings": 2, "call": 2}


def test_words_alone_are_an_answer_and_nothing_at_all_is_not(cast: Cast, link: str, client: Client) -> None:
    page = fill(client, link, feeling="", cravings="", call="", typed=" \u200b ")
    refused = press(client, link, page, "send")
    assert refused.status_code == 422
    assert "nothing to send yet" in words(refused)
    assert the_one().state == "asked"
    page = fill(client, link, feeling="", cravings="", call="", typed="cant say")
    press(client, link, page, "send")
    assert the_one().state == "in words"
    assert [message.body for message in Message.objects.filter(author="participant")] == ["cant say"]


def test_too_many_words_are_refused_and_kept(cast: Cast, link: str, client: Client) -> None:
    refused = fill(client, link, typed="long " * 201)
    assert refused.status_code == 422
    assert "Take out" in words(refused)
    assert fields(refused)["words"].count("long") == 201
    forged = client.post(link, {"do": "send", "words": "long " * 201})
    assert forged.status_code == 422
    assert not Message.objects.filter(author="participant").exists()


@pytest.mark.parametrize("typed", ["9", "0", "-1", "4.0", "", "four", "1" * 400, "４"])
def test_what_is_on_no_scale_is_not_stored(cast: Cast, link: str, client: Client, typed: str) -> None:
    client.post(link, {"do": "send", "feeling": typed, "words": "hi", "form": "no number"})
    assert not CheckInAnswer.objects.exists()


def test_what_was_not_asked_is_not_stored(cast: Cast, client: Client) -> None:
    link = ask(cast, ["feeling"])
    client.post(link, {"do": "send", "feeling": "3", "cravings": "5"})
    assert the_one().answers == {"feeling": 3}


def test_a_form_from_elsewhere_is_refused(cast: Cast, link: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"do": "send", "feeling": "1"}).status_code == 403
    assert the_one().state == "asked"


def test_the_lines_are_of_their_country_and_the_words_in_their_language(cast: Cast, stories: object) -> None:
    cast.hana.reads = "web"
    cast.hana.save()
    actions.send_check_in_now(by=cast.tama.user, conversation=cast.hana_conversation)
    drain()
    text = texts_to(cast.hana.user.phone)[-1]
    found = LINK_IN_TEXT.search(text)
    assert found
    assert "Whakahoki rānei i konei" in text
    page = Client().get(found[1].removeprefix(settings.PUBLIC_URL))
    assert 'lang="mi"' in page.content.decode()
    assert "tel:111" in page.content.decode()
    assert "tel:999" not in page.content.decode()


# --- Danger, and the wrong person -----------------------------------------------------------------------


def test_red_words_raise_an_alert_and_show_the_lines_and_nothing_is_texted(
    cast: Cast, link: str, client: Client, stories: object
) -> None:
    before = len(texts_to(cast.dev.user.phone))
    page = fill(client, link, typed="i want to kill myself")
    press(client, link, page, "send")
    sent = words(client.get(f"{link}sent/"))
    assert "You do not have to be alone with it" in sent
    assert "116 123" in sent
    alert = Alert.objects.get()
    assert (alert.level, alert.excerpt) == ("red", "i want to kill myself")
    drain()
    assert len(texts_to(cast.dev.user.phone)) == before
    alice = sign_in(Client(), cast.alice.user).get(f"/conversations/{cast.dev_conversation.id}/").content.decode()
    assert "Dev was shown the crisis lines." in alice


def test_the_done_page_is_there_for_minutes_and_only_after_sending(
    cast: Cast, client: Client, monday: time_machine.Traveller
) -> None:
    link = ask(cast)
    assert client.get(f"{link}sent/").status_code == 404
    press(client, link, fill(client, link), "send")
    assert client.get(f"{link}sent/").status_code == 200
    monday.shift(timedelta(minutes=11))
    assert client.get(f"{link}sent/").status_code == 404


def test_not_for_me_asks_once_more_then_shuts_the_link_and_a_person_looks(
    cast: Cast, link: str, client: Client
) -> None:
    asked = client.post(link, {"do": "not-me"})
    assert "wrong phone" in words(asked)
    assert client.get(link).status_code == 200
    done = client.post(link, {"do": "not-me-sure"})
    for told in ("Dev", "Alice", "check-in"):
        assert told not in words(done)
    assert client.get(link).status_code == 404
    alert = Alert.objects.get()
    assert (alert.level, alert.kind, alert.participant) == ("amber", "not them", cast.dev)
    cast.dev.user.phone.refresh_from_db()  # type: ignore[union-attr]
    assert cast.dev.user.phone.flaw == "wrong"  # type: ignore[union-attr]
    priya = sign_in(Client(), cast.priya)
    assert "Is Dev’s number still theirs?" in priya.get(f"/lead/alerts/{alert.id}/").content.decode()
    assert "this is not me" in priya.get("/lead/alerts/").content.decode()
    assert the_one().state == "not reached"
    assert client.post(link, {"do": "not-me-sure"}).status_code == 404
    assert Alert.objects.count() == 1


# --- What it weighs ---------------------------------------------------------------------------------------


def test_a_page_is_light_and_brings_its_style_along(cast: Cast, link: str, client: Client, stories: object) -> None:
    for page in (client.get(link), client.post(link, {"do": "start"}), fill(client, link, typed="x" * 1000)):
        html = page.content.decode()
        assert len(gzip.compress(page.content)) <= 7 * 1024
        assert re.findall(r'<(?:script|img|iframe|source)[^>]* src="([^"]+)"', html) == ["/static/js/leave.js"]
        assert re.findall(r'<link rel="(\w+)"', html) == ["icon"]
        assert "style=" not in html
        assert "onclick" not in html
        nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])
        assert nonce
        assert f'<style nonce="{nonce[1]}">' in html
