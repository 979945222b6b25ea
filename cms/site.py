"""The site's first pages: a front page and an empty list of stories. Editors change every word of them later."""

from typing import Any

from django.conf import settings
from django.db import transaction
from wagtail.models import Page, Site

from cms.models import HomePage, StoryIndexPage

HOME = {
    "lead": "Handrail pairs people on probation with recovery champions: people who came through addiction "
    "themselves. A text each week, a message when it’s hard, and true stories.",
    "quote": "She knew what I was going to say before I said it. She’d said it herself, once.",
    "quote_by": "Jodie, fourteen months with her champion",
}
STORIES_LEAD = "Told by people who lived them. Each one is here because they said yes, and they can take it back."


@transaction.atomic
def make_site() -> StoryIndexPage:
    """Make the front page, in place of Wagtail's welcome, and the list of stories below it, at PUBLIC_URL.

    Where they are there already, only the address is brought up to date. Returns the list of stories.
    """
    index: StoryIndexPage | None = StoryIndexPage.objects.first()
    if index is None:
        home = Page.get_first_root_node().add_child(instance=HomePage(title="Handrail", slug="handrail", **HOME))
        index = StoryIndexPage(title="True stories", slug="stories", lead=STORIES_LEAD)
        home.add_child(instance=index)
    site: dict[str, Any] = {
        "hostname": settings.PUBLIC_HOST,
        "port": settings.PUBLIC_PORT,
        "site_name": settings.SITE_NAME,
        "root_page": HomePage.objects.get(),
    }
    Site.objects.update_or_create(is_default_site=True, defaults=site)
    Page.objects.filter(depth=2, slug="home").delete()
    return index
