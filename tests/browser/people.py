"""What people do in a browser: sign in with what their phone shows, read a phone, answer on it."""

import re

from playwright.sync_api import Locator, Page, expect

PASSWORD = "up-the-hill-together"


def handset(page: Page, name: str) -> Locator:
    """The phone of `name`, on a page that shows /phones/."""
    return page.locator(".phone").filter(has=page.get_by_role("heading", name=name, exact=True))


def open_phones(page: Page) -> Page:
    page.goto("/phones/")
    return page


def open_phone(page: Page, name: str) -> Page:
    """The phone of `name` alone: to stand beside another screen."""
    open_phones(page)
    page.get_by_role("link", name=name, exact=True).click()
    expect(handset(page, name)).to_be_visible()
    return page


def answer(phone: Page, words: str) -> None:
    """Type a text on the one phone shown, and send it."""
    phone.get_by_placeholder("Write a text").fill(words)
    phone.get_by_role("button", name="Send", exact=True).click()


def sign_in_staff(page: Page, phones: Page, name: str) -> Page:
    """E-mail, password, and the six digits that the person's authenticator shows."""
    page.goto("/sign-in/staff/")
    page.get_by_label("E-mail").fill(f"{name.lower()}@handrail.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    phones.reload()
    code = handset(phones, name).locator(".phone-code").inner_text()
    page.get_by_label("Six-digit code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("sign-in"))
    return page


def sign_in_participant(page: Page, phone: Page, number: str) -> Page:
    """A mobile number, and the code that comes to that phone."""
    codes = phone.locator(".phone-texts li", has_text=re.compile(r"Your code is \d{3} \d{3}"))
    before = codes.count()
    page.goto("/sign-in/")
    page.get_by_label("Your mobile number").fill(number)
    page.get_by_role("button", name="Text me a code").click()
    expect(codes).to_have_count(before + 1)
    code = re.search(r"\d{3} \d{3}", codes.last.inner_text())
    assert code
    page.get_by_label("Six-digit code").fill(code[0])
    page.get_by_role("button", name="Continue").click()
    expect(page).not_to_have_url(re.compile("sign-in"))
    return page


def write(page: Page, words: str) -> None:
    """Write in the open conversation."""
    page.get_by_placeholder("Write a message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
