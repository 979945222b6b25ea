"""The house stands: the home page comes up, small and large, light and dark, and no browser complains."""

import pytest

from tests.browser.chromium import Pages


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_the_home_page(page_for: Pages, width: int, dark: bool) -> None:
    page = page_for(width, dark=dark)
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0, "the page scrolls sideways"
