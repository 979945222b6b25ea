"""What pages weigh on a first and a second visit (bytes over the wire), and that nobody is shut out (axe).

The bounds are the project's budgets (docs/budgets.md). Timings are measured apart, never bound here.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect

from tests.browser.chromium import Pages
from tests.browser.people import open_phone, open_phones, sign_in_participant, sign_in_staff

KB = 1024


class Scales:
    """Weighs what a page fetches: each answer's headers and body as they came over the wire."""

    def __init__(self, page: Page) -> None:
        self.answers: list[Response] = []
        page.on("response", lambda answer: self.answers.append(answer))

    def weigh(self, page: Page, address: str) -> tuple[int, int, int]:
        """(bytes, requests, bytes of JavaScript) of a visit to `address`. Nothing from the cache counts."""
        self.answers.clear()
        page.goto(address)
        page.wait_for_load_state("load")
        page.wait_for_timeout(300)
        fetched = [answer for answer in self.answers if _bytes(answer)]
        scripts = sum(_bytes(answer) for answer in fetched if answer.url.endswith(".js"))
        return sum(map(_bytes, fetched)), len(fetched), scripts


def _bytes(answer: Response) -> int:
    sizes = answer.request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


def _conversation_of(page: Page, name: str) -> str:
    page.goto("/inbox/")
    address = page.get_by_role("link", name=re.compile(name)).first.get_attribute("href")
    assert address
    return address


def test_the_conversation_page_fits(page_for: Pages) -> None:
    phones = open_phones(page_for(1280))
    signed_in = sign_in_staff(page_for(390), phones, "Alice")
    address = _conversation_of(signed_in, "Ben")
    # A first visit: another page of the same person, with nothing in its cache.
    fresh = page_for(390, storage_state=signed_in.context.storage_state())
    scales = Scales(fresh)
    first, requests, scripts = scales.weigh(fresh, address)
    second, _, _ = scales.weigh(fresh, address)
    print(f"conversation: first visit {first} bytes in {requests} requests, JavaScript {scripts}; again {second}")
    assert first <= 60 * KB
    assert requests <= 8
    assert scripts <= 32 * KB
    assert second <= 12 * KB


def test_a_story_fits(page_for: Pages) -> None:
    page = page_for(390)
    scales = Scales(page)
    first, requests, scripts = scales.weigh(page, "/stories/the-long-way-round/")
    second, _, _ = scales.weigh(page, "/stories/the-long-way-round/")
    print(f"story: first visit {first} bytes in {requests} requests, JavaScript {scripts}; again {second}")
    assert first <= 80 * KB
    assert requests <= 5
    assert scripts <= 1 * KB
    assert second <= 10 * KB


def link_to_check_in(page_for: Pages, *, name: str = "Dev") -> str:
    """Alice sends a check-in; the path of the link in the text that came to that phone."""
    phones = open_phones(page_for(1280))
    alice = sign_in_staff(page_for(390), phones, "Alice")
    alice.goto(f"{_conversation_of(alice, name)}person/")
    alice.get_by_role("button", name="Send a check-in now").click()
    phone = open_phone(page_for(390), name)
    text = phone.locator(".phone-texts li", has_text="Or answer here:").last
    expect(text).to_be_visible()
    found = re.search(r"/check-in/[-\w]+/", text.inner_text())
    assert found
    return found[0]


def test_the_check_in_page_fits_and_works_without_a_script(page_for: Pages) -> None:
    link = link_to_check_in(page_for)
    page = page_for(390)
    scales = Scales(page)
    first, requests, scripts = scales.weigh(page, link)
    second, _, _ = scales.weigh(page, link)
    scales.answers.clear()
    page.get_by_role("button", name="Start").click()
    page.wait_for_load_state("load")
    step = sum(map(_bytes, scales.answers))
    print(f"check-in: first visit {first} bytes in {requests} requests, JavaScript {scripts}; again {second}, {step}")
    assert first <= 14 * KB
    assert requests <= 2
    assert scripts <= 1 * KB
    assert second <= 8 * KB
    assert step <= 8 * KB
    bare = page_for(390, java_script_enabled=False)
    bare.goto(link)
    bare.get_by_role("button", name="Start").click()
    bare.get_by_role("radio", name="All right").check()
    for _ in range(2):
        bare.get_by_role("button", name="Continue").click()
    bare.get_by_role("button", name="Send").click()
    expect(bare.get_by_role("heading", name="Thank you, that is sent")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_nobody_is_shut_out_of_the_check_in(page_for: Pages, dark: bool) -> None:
    """Each step, on the narrowest phone and with letters twice as large."""
    page_for.watch.expect("422")
    page_for.watch.expect("404")
    page = page_for(320, dark=dark)
    page.goto("/check-in/AAAAAAAAAAAAAAAAAAAAAA/")
    _check(page, "a link that leads nowhere")
    page.goto(link_to_check_in(page_for))
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => (document.documentElement.style.fontSize = '200%'))"
    )
    _check(page, "the landing page")
    page.get_by_role("button", name="This is not for me").click()
    _check(page, "not for me")
    page.get_by_role("link", name="Go back").click()
    page.get_by_role("button", name="Start").click()
    _check(page, "a question")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_focused()
    _check(page, "a question with nothing picked")
    page.get_by_role("radio", name="All right").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("textbox").fill("Slept well, and walked all the way to Bridgestreetandbeyondandbeyondandbeyond")
    _check(page, "words")
    page.get_by_role("button", name="Continue").click()
    _check(page, "a look at it all")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you, that is sent")).to_be_visible()
    _check(page, "sent")


PUBLIC = ["/", "/stories/", "/stories/the-long-way-round/", "/sign-in/", "/sign-in/staff/", "/phones/", "/nowhere/"]


@pytest.mark.parametrize("dark", [False, True])
def test_nobody_is_shut_out_of_public_pages(page_for: Pages, dark: bool) -> None:
    page_for.watch.expect("404")
    page = page_for(390, dark=dark)
    for address in PUBLIC:
        page.goto(address)
        _check(page, address)


@pytest.mark.parametrize("dark", [False, True])
def test_nobody_is_shut_out_of_what_is_private(page_for: Pages, dark: bool) -> None:
    phones = open_phones(page_for(1280))
    alice = sign_in_staff(page_for(390, dark=dark), phones, "Alice")
    address = _conversation_of(alice, "Ben")
    for place in ("/inbox/", address, f"{address}person/", f"{address}stories/"):
        alice.goto(place)
        _check(alice, place)
    lead = sign_in_staff(page_for(1280, dark=dark), phones, "Priya")
    texts = ("/lead/texts/", "/lead/texts/?show=sent", "/lead/texts/pause/")
    for place in ("/lead/", "/lead/alerts/", "/lead/referrals/", "/lead/referrals/new/", "/lead/people/", *texts):
        lead.goto(place)
        _check(lead, place)
    lead.get_by_role("button", name="Pause all sending").click()
    expect(lead.get_by_role("button", name="Start sending again")).to_be_visible()
    _check(lead, "texts, paused")
    dev = sign_in_participant(page_for(390, dark=dark), open_phone(page_for(390), "Dev"), "07700 900118")
    dev.goto("/inbox/")
    dev.get_by_role("link", name=re.compile("Alice")).first.click()
    expect(dev.locator("[data-thread]")).to_be_visible()
    _check(dev, "a participant's conversation")


def _check(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} scrolls sideways"
