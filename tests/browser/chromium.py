"""The browser that is already there: nothing is downloaded."""

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, WebSocket

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # it will not run as root with one, and sees no page but ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page might ask of the world, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def executable() -> str:
    """Where Chromium is (CHROMIUM names another); skips the test aloud where there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} on the PATH, and CHROMIUM is not set")
    return found


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)


class Watch:
    """Takes down what no page of ours may do: log an error (each CSP violation is one), raise, call a foreign host."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.complaints: list[str] = []
        self.expected: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"exception: {error.error}"))
        context.on("request", self._request)
        context.on("page", lambda page: page.on("websocket", self._websocket))

    def expect(self, part: str) -> None:
        """A complaint with these words is part of the test ("404", say)."""
        self.expected.append(part)

    def verdict(self) -> None:
        unexpected = [line for line in self.complaints if not any(part in line for part in self.expected)]
        if unexpected:
            pytest.fail("the browser complained:\n" + "\n".join(unexpected), pytrace=False)

    def _note(self, line: str) -> None:
        self.complaints.append(line)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        self._visit(request.url)

    def _websocket(self, socket: WebSocket) -> None:
        self._visit(socket.url)

    def _visit(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"data", "blob", "about"} and address.netloc != self.home:
            self._note(f"foreign host: {url}")


class Pages:
    """Makes pages, each in a browser context of its own: another person, another device."""

    def __init__(self, browser: Browser, home: str) -> None:
        self.browser = browser
        self.home = home
        self.watch = Watch(home)
        self.contexts: list[BrowserContext] = []

    def __call__(self, width: int = 390, *, dark: bool = False, **options: Any) -> Page:
        """A page `width` px wide. `options` are those of Playwright's new_context (java_script_enabled=False)."""
        phone = width < 700
        context = self.browser.new_context(
            base_url=self.home,
            viewport={"width": width, "height": 844 if phone else 900},
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            **options,
        )
        context.set_default_timeout(10_000)
        self.watch.over(context)
        self.contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        for context in self.contexts:
            context.close()
