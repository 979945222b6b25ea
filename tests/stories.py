"""What tests of stories share: the story by its slug, and what an editor's browser posts."""

from typing import Any

from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.models import User
from cms.models import StoryPage
from demo.cast import Cast
from tests.cast import sign_in

CONSENT_FORM = {
    "given_on": "2026-01-05",
    "expires_on": "2099-01-05",
    "channels": "website, messages",
    "languages": "English",
    "proof": "Cabinet 2, sheet 14",
}


def editor(cast: Cast) -> Client:
    """Elin's browser. She reads Welsh; the tests read English."""
    User.objects.filter(pk=cast.elin.pk).update(language="en-gb")
    return sign_in(Client(), cast.elin)


def story(slug: str) -> StoryPage:
    found: StoryPage = StoryPage.objects.get(slug=slug)
    return found


def edit_url(page: StoryPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def story_form(**changes: Any) -> dict[str, Any]:
    """What the story editor posts."""
    form: dict[str, Any] = nested_form_data(
        {
            "title": "Row seven",
            "slug": "row-seven",
            "language": story("kettle-on").locale_id,
            "told_by": "Dai",
            "say": "They gave me a plot at the far end.",
            "view": "garden",
            "content_warning": "",
            "body": streamfield([("paragraph", rich_text("<p>I dug.</p>", features=["bold", "italic"]))]),
            "comments": inline_formset([]),
            **changes,
        }
    )
    return form
