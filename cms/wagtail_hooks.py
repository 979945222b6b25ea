"""What Wagtail's admin shows to editors, and where it asks for the consent of a teller.

The hooks say in words why a story can't be published. The gate itself is `StoryPage.publish` and `clean`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.models import Helpline, StoryPage, goes_live
from cms.views import consents, withdraw

# Reports list who worked when; Wagtail's help leads away to other sites.
HIDDEN_MENU_ITEMS = {"reports", "help"}


class HelplineViewSet(SnippetViewSet):
    model = Helpline
    icon = "mobile-alt"
    menu_label = gettext_lazy("Helplines")
    add_to_admin_menu = True
    list_display = ["name", "country", "language", "how", "number", "verified_on", "in_crisis_text"]
    list_filter = ["country", "language"]
    ordering = ["country", "order", "pk"]


register_snippet(HelplineViewSet)


@hooks.register("before_publish_page")
def refuse_without_consent(request: HttpRequest, page: Page) -> HttpResponse | None:
    """The editor's Publish button: what they typed is kept as a draft."""
    if not isinstance(page, StoryPage) or not (gap := page.consent_gap(goes_live(page))):
        return None
    messages.error(request, gap, buttons=[messages.button(_consent_url(page), _("Record the consent"))])
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_bulk_action")
def refuse_bulk_without_consent(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Publishing many at once: all or none."""
    if action_type != "publish":
        return None
    titles = ", ".join(story.title for story in _stories_among(objects) if story.consent_gap())
    if not titles:
        return None
    messages.error(request, _("Nothing was published. No consent stands for: %(titles)s.") % {"titles": titles})
    return redirect(action.next_url)


def _stories_among(pages: Iterable[Page]) -> Iterator[StoryPage]:
    """The stories a bulk action could touch: those chosen, and drafts below those chosen."""
    for page in pages:
        yield from StoryPage.objects.filter(path__startswith=page.path, live=False)


@hooks.register("register_page_header_buttons")
def consent_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    if page.specific_class is StoryPage and page.permissions_for_user(user).can_publish():
        yield Button(_("Consent"), _consent_url(page), icon_name="clipboard-list", priority=12)


@hooks.register("register_admin_urls")
def consent_urls() -> list[URLPattern]:
    return [
        path("stories/<int:page_id>/consent/", consents, name="story_consent"),
        path("stories/<int:page_id>/consent/withdraw/", withdraw, name="story_consent_withdraw"),
    ]


@hooks.register("construct_main_menu")
def hide_what_editors_do_not_need(request: HttpRequest, items: list[MenuItem]) -> None:
    if not request.user.is_superuser:
        items[:] = [item for item in items if item.name not in HIDDEN_MENU_ITEMS]


def _consent_url(page: Page) -> str:
    return reverse("story_consent", args=[page.pk])
