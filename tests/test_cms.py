"""What visitors read, what editors see, and what other rooms get of the stories."""

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertNumQueries

from cms import access, actions
from cms.models import Helpline, HomePage, StoryIndexPage, StoryPage
from core.audit import SYSTEM
from core.models import AuditEvent
from demo.cast import Cast
from demo.stories import make_stories
from tests.cast import sign_in
from tests.stories import CONSENT_FORM, edit_url, editor, story, story_form


@pytest.fixture
def editor_client(stories: object, cast: Cast) -> Client:
    return editor(cast)


@pytest.fixture
def long_way(stories: object) -> StoryPage:
    """Published, with a content warning."""
    return story("the-long-way-round")


@pytest.fixture
def small_change(stories: object) -> StoryPage:
    """A draft whose consent is on record."""
    return story("small-change")


# --- What a visitor reads ----------------------------------------------------------------------


def test_a_visitor_reads_a_story(client: Client, stories: object) -> None:
    page = client.get("/stories/kettle-on/").content.decode()
    assert "I only had one mug" in page
    assert "Told by Joanne. 4 minutes" in page
    assert "Joanne is not a real name" in page
    assert '<svg class="view"' in page
    assert "noindex" not in page


def test_the_content_warning_comes_before_the_story_and_the_story_is_closed(
    client: Client, long_way: StoryPage
) -> None:
    page = client.get("/stories/the-long-way-round/").content.decode()
    warning, choice, body = (
        page.index(part) for part in ("a friend who died", '<details class="choice">', "two streets")
    )
    assert warning < choice < body


def test_a_story_without_a_warning_is_open(client: Client, stories: object) -> None:
    assert "choice" not in client.get("/stories/kettle-on/").content.decode()


@pytest.mark.parametrize("slug", ["small-change", "row-seven"])
def test_a_draft_is_not_to_be_found(client: Client, stories: object, slug: str) -> None:
    assert client.get(f"/stories/{slug}/").status_code == 404
    assert slug not in client.get("/stories/").content.decode()


def test_the_front_page_shows_the_newest_three(client: Client, stories: object) -> None:
    page = client.get("/").content.decode()
    titles = re.findall(r'class="tale-name"[^>]*><a[^>]*>([^<]+)', page)
    assert titles == ["The long way round", "Kettle on", "Six fifteen"]
    assert "noindex" not in page


def test_the_list_says_when_it_is_empty(client: Client, stories: object) -> None:
    for page in StoryPage.objects.all():
        actions.withdraw_consent(story=page, actor=SYSTEM)
    assert "No stories yet" in client.get("/stories/").content.decode()


def test_a_story_in_welsh_says_so_and_reads_at_one_address_in_every_language(client: Client, stories: object) -> None:
    assert '<span lang="cy">Cymraeg</span>' in client.get("/stories/").content.decode()
    for language in ("en-gb", "cy", "mi"):
        response = client.get("/stories/y-ffordd-adref/", headers={"Accept-Language": language})
        assert '<div class="prose" lang="cy">' in response.content.decode()


def test_the_list_asks_as_much_for_many_stories_as_for_few(client: Client, stories: object) -> None:
    client.get("/stories/")  # the site's root paths are cached from now on
    with assertNumQueries(9):
        # 1 site  2 the reader's locale  3 front page  4 child named stories  5 the same, as a list of stories
        # 6 its ancestors  7 their view restrictions  8 helplines, for the whole page  9 stories, consent, locale
        client.get("/stories/")


# --- Editors ----------------------------------------------------------------------------------


def test_an_editor_sees_content_and_nothing_about_people(editor_client: Client, stories: object) -> None:
    page = editor_client.get("/cms/").content.decode()
    assert "Helplines" in page
    for name in ("wagtailusers_users:index", "wagtailusers_groups:index", "wagtailsites:index"):
        assert editor_client.get(reverse(name)).status_code != 200


def test_an_editor_opens_every_page_of_the_content_rooms(editor_client: Client, long_way: StoryPage) -> None:
    urls = [
        edit_url(long_way),
        edit_url(HomePage.objects.get()),
        reverse("story_consent", args=[long_way.pk]),
        reverse("wagtailadmin_explore", args=[StoryIndexPage.objects.get().pk]),
        reverse("wagtailsnippets_cms_helpline:list"),
        reverse("wagtailsnippets_cms_helpline:edit", args=[Helpline.objects.get(name="Samaritans").pk]),
        reverse("wagtailadmin_pages:add", args=["cms", "storypage", StoryIndexPage.objects.get().pk]),
    ]
    assert [editor_client.get(url).status_code for url in urls] == [200] * len(urls)


def test_an_editor_previews_a_story_that_is_not_saved_yet_inside_the_editor(editor_client: Client) -> None:
    url = reverse("wagtailadmin_pages:preview_on_add", args=["cms", "storypage", StoryIndexPage.objects.get().pk])
    assert editor_client.post(url, story_form(slug="new", told_by="Zed")).json()["is_valid"]
    response = editor_client.get(url)
    assert "Told by Zed" in response.content.decode()
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]


def test_only_the_preview_may_be_framed(client: Client, stories: object) -> None:
    policy = client.get("/stories/kettle-on/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_nobody_else_records_or_withdraws_a_consent(
    client: Client, cast: Cast, long_way: StoryPage, is_signed_in: bool
) -> None:
    if is_signed_in:
        sign_in(client, cast.alice.user)
    client.post(reverse("story_consent_withdraw", args=[long_way.pk]))
    client.post(reverse("story_consent", args=[long_way.pk]), CONSENT_FORM)
    assert long_way.consents.count() == 1
    assert long_way.current_consent() is not None


def test_the_pages_that_links_rest_on_stay(editor_client: Client, stories: object) -> None:
    for page in (HomePage.objects.get(), StoryIndexPage.objects.get()):
        editor_client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
        editor_client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert HomePage.objects.live().exists()
    assert StoryIndexPage.objects.live().exists()


# --- For the other rooms ----------------------------------------------------------------------


def test_a_card_carries_the_storys_whole_address(long_way: StoryPage, settings: Any) -> None:
    settings.PUBLIC_URL = "https://handrail.example"
    card = Template('{% include "cms/card.html" %}').render(Context({"story": access.story_for_card(long_way.pk)}))
    assert 'href="https://handrail.example/stories/the-long-way-round/"' in card
    assert "Told by Marcus. 3 minutes" in card
    assert 'class="tale is-slim"' in card


def test_no_card_for_a_draft_or_for_nothing(small_change: StoryPage) -> None:
    assert access.story_for_card(small_change.pk) is None
    assert access.story_for_card(0) is None


def test_every_view_is_drawn(stories: object) -> None:
    for view in StoryPage.View:
        context = Context({"story": StoryPage(view=view)})
        assert "<svg" in Template("{% load cms_parts %}{% view story %}").render(context)


def test_making_the_demo_content_again_changes_nothing(stories: object, cast: Cast) -> None:
    before = [(model, model.objects.count()) for model in (StoryPage, Helpline, AuditEvent)]
    make_stories(cast.elin)
    assert [(model, model.objects.count()) for model in (StoryPage, Helpline, AuditEvent)] == before
