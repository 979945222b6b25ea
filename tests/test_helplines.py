"""Who to call, by country and language."""

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.template import Context, Template
from django.utils import translation
from pytest_django.asserts import assertNumQueries

from cms import access
from cms.models import Helpline

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(stories: object) -> None:
    """The demo's lines come with its stories."""


def help_box(country: str | None, language: str = "en-gb") -> str:
    request = HttpRequest()
    if country:
        request.country = country  # type: ignore[attr-defined]
    with translation.override(language):
        return Template("{% load cms_parts %}{% help_now %} {% emergency_line %}").render(Context({"request": request}))


def test_the_help_box_shows_the_lines_of_the_readers_country(lines: None) -> None:
    assert 'href="tel:116123"' in help_box("GB")
    assert 'href="sms:85258?body=SHOUT"' in help_box("GB")
    assert "Call 999" in help_box(None)
    new_zealand = help_box("NZ")
    assert 'href="tel:1737"' in new_zealand
    assert 'In danger? <a href="tel:111">Call 111</a>.' in new_zealand
    assert "116 123" not in new_zealand


def test_a_page_asks_for_the_lines_once(lines: None) -> None:
    with assertNumQueries(1):
        help_box("GB")


@pytest.mark.parametrize(("country", "number"), [("GB", "999"), ("NZ", "111"), ("US", "911"), ("FR", "112")])
def test_without_lines_the_box_falls_back_to_the_emergency_number(country: str, number: str) -> None:
    assert help_box(country).count(f"Call {number}") == 2


def test_a_line_that_nobody_has_checked_is_not_shown(lines: None) -> None:
    assert Helpline.objects.filter(name="FRANK").exists()
    assert "0300" not in help_box("GB")
    with pytest.raises(IntegrityError), transaction.atomic():
        Helpline.objects.filter(name="FRANK").update(in_crisis_text=True)


def test_a_line_in_the_readers_language_stands_in_for_the_english_one(lines: None) -> None:
    samaritans = Helpline.objects.get(name="Samaritans")
    Helpline.objects.create(
        country="GB", language="cy", name="Samariaid", number="116 123", when="I siarad",
        verified_on=samaritans.verified_on, order=samaritans.order,
    )  # fmt: skip
    assert [line.name for line in access.helplines("GB", "cy")] == ["Emergency", "Samariaid", "Shout", "NHS 111"]
    assert "Samaritans" in [line.name for line in access.helplines("GB", "en-gb")]


def test_crisis_texts_carry_the_lines_marked_for_them(lines: None) -> None:
    assert [line.deed for line in access.crisis_lines("GB", "en-gb")] == [
        "Call 999", "Call 116 123", "Text SHOUT to 85258",
    ]  # fmt: skip
    assert [line.deed for line in access.crisis_lines("NZ", "mi")] == ["Call 111", "Call 1737", "Text 1737"]
