"""A conversation that stays open while things go wrong: an outage, a session that ran out, a phone left lying."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.chromium import Pages
from tests.browser.people import open_phone, open_phones, sign_in_participant, sign_in_staff, write

DEV = "07700 900118"
BEN = "07700 900112"


@pytest.fixture
def dev_phone(page_for: Pages) -> Page:
    return open_phone(page_for(390), "Dev")


@pytest.fixture
def dev(page_for: Pages, dev_phone: Page) -> Page:
    """Dev, signed in, with no conversation open yet."""
    return sign_in_participant(page_for(390), dev_phone, DEV)


@pytest.fixture
def alice(page_for: Pages) -> Page:
    page = sign_in_staff(page_for(390), open_phones(page_for(1280)), "Alice")
    open_conversation(page, "Dev")
    return page


def open_conversation(page: Page, other: str) -> None:
    page.goto("/inbox/")
    page.get_by_role("link", name=re.compile(other)).first.click()
    expect(page.locator("[data-thread]")).to_be_visible()


# As the page itself writes, many times.
_WRITE = """
async (all) => {
  for (const words of all) {
    const form = new FormData(document.querySelector('[data-writer]'));
    form.set('body', words);
    form.set('client_id', crypto.randomUUID());
    await fetch(location.pathname, { method: 'POST', body: form, headers: { Accept: 'application/json' } });
  }
}
"""


def test_what_one_sends_in_an_outage_hides_nothing_that_came(dev: Page, alice: Page) -> None:
    # The first socket is dead without knowing it; there is no second.
    dead: list[WebSocketRoute] = []

    def hold(socket: WebSocketRoute) -> None:
        if dead:
            socket.close()
        dead.append(socket)

    dev.route_web_socket(re.compile("/ws/conversations/"), hold)
    open_conversation(dev, "Alice")
    # More than one page of them (messaging/presenting.py).
    alice.evaluate(_WRITE, [f"While the line was dead {n}" for n in range(55)])
    write(dev, "Are you there?")
    expect(dev.locator(".msg.is-mine").last).to_contain_text("Sent")
    assert dev.get_by_text("While the line was dead").count() == 0

    dead[0].close()
    came = dev.locator(".msg-body", has_text="While the line was dead")
    expect(came).to_have_count(55)
    assert [int(words.split()[-1]) for words in came.all_inner_texts()] == list(range(55))
    expect(dev.locator(".msg").last).to_contain_text("Are you there?")
    expect(dev.locator(".msg.is-mine", has_text="Are you there?")).to_have_count(1)
    # The talk before was two days ago: the new day got its line as it came, as the page itself has it.
    days = dev.locator(".day").all_inner_texts()
    assert len(days) == 2
    assert days[1] == "Today"
    between = dev.locator(".day").last.locator("xpath=following-sibling::li[@data-day][1]")
    expect(between).to_contain_text("While the line was dead 0")
    dev.reload()
    expect(dev.locator(".day").last).to_have_text("Today")


def test_words_written_after_the_session_ran_out_are_there_again(page_for: Pages, dev: Page, dev_phone: Page) -> None:
    page_for.watch.expect("401")
    open_conversation(dev, "Alice")
    address = dev.url
    dev.context.clear_cookies(name="session")
    write(dev, "I got the job")
    expect(dev).to_have_url(re.compile(r"/sign-in/\?next="))
    sign_in_participant(dev, dev_phone, DEV)
    expect(dev).to_have_url(address)
    expect(dev.get_by_placeholder("Write a message")).to_have_value("I got the job")
    assert dev.get_by_text("Not sent").count() == 0
    write(dev, "I got the job!")
    expect(dev.locator(".msg.is-mine").last).to_contain_text("I got the job!")
    dev.reload()
    expect(dev.get_by_placeholder("Write a message")).to_have_value("")

    # Where a tab can keep nothing, the words stay where they are.
    dev.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('no storage'); }; }")
    dev.context.clear_cookies(name="session")
    write(dev, "And a flat")
    expect(dev.locator(".msg.is-failed")).to_contain_text("And a flat")
    expect(dev.get_by_role("button", name="Retry")).to_be_visible()
    expect(dev).to_have_url(address)


def test_a_phone_left_lying_leaves_by_itself(dev: Page) -> None:
    dev.clock.install()
    open_conversation(dev, "Alice")
    dev.get_by_placeholder("Write a message").fill("half a thought")
    dev.clock.fast_forward("04:00")
    dev.get_by_placeholder("Write a message").press("End")
    dev.clock.fast_forward("04:00")
    expect(dev.locator("[data-thread]")).to_be_visible()
    dev.clock.fast_forward("01:10")
    expect(dev).to_have_url(re.compile("/left/"))
    assert dev.evaluate("sessionStorage.length") == 0
    dev.goto("/inbox/")
    expect(dev).to_have_url(re.compile("/sign-in/"))


def test_a_phone_that_slept_leaves_at_the_first_touch(page_for: Pages) -> None:
    ben = sign_in_participant(page_for(390), open_phone(page_for(390), "Ben"), BEN)
    open_conversation(ben, "Alice")
    # The clock alone has gone on: no timer ran meanwhile.
    ben.evaluate("() => { const now = Date.now; Date.now = () => now() + 6 * 60 * 1000; }")
    ben.evaluate("() => { dispatchEvent(new Event('pointerdown')); }")
    expect(ben).to_have_url(re.compile("/left/"), timeout=3000)
