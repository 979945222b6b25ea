"""A real browser against the real thing. Run by `pytest -m browser`, on either profile.

Nothing here may touch Django's own database connection: the site has another database, and Playwright keeps an
event loop running in this thread, in which Django refuses to query. `site.manage(...)` is the way in.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import Pages, executable, launch
from tests.browser.site import Site

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, so that none is forgotten. First, before -m chooses."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def prepared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    executable()  # skip before the work, not after it
    site = Site(tmp_path_factory.mktemp("site"))
    site.prepare()
    yield site
    site.forget()


@pytest.fixture(scope="module")
def site(prepared_site: Site) -> Iterator[Site]:
    """A running site with the demo cast, afresh for each file of tests; its address is `site.url`."""
    prepared_site.start()
    yield prepared_site
    prepared_site.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page_for(browser: Browser, site: Site) -> Iterator[Pages]:
    """`page_for(width=390, dark=False)` gives a page; `page_for.watch.expect("404")` allows a complaint."""
    pages = Pages(browser, site.url)
    yield pages
    pages.close()
    pages.watch.verdict()
