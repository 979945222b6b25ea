"""No story goes live without a consent that stands, whatever the way; and it goes when the consent goes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms import access, actions
from cms.models import ConsentMissing, StoryIndexPage, StoryPage
from core.audit import SYSTEM
from core.models import AuditEvent
from demo.cast import Cast
from tests.stories import CONSENT_FORM, edit_url, editor, story, story_form

REFUSAL = "no consent stands for it"


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


@pytest.fixture
def row_seven(stories: object) -> StoryPage:
    """A draft without a consent."""
    return story("row-seven")


# --- The gate: every way to publish -----------------------------------------------------------


def test_an_editor_publishes_a_story_whose_consent_is_on_record(
    editor_client: Client, client: Client, small_change: StoryPage
) -> None:
    form = story_form(title="Small change", slug="small-change", told_by="Dee") | {"action-publish": "1"}
    editor_client.post(edit_url(small_change), form)
    assert "Told by Dee" in client.get("/stories/small-change/").content.decode()


def test_the_editors_publish_button_is_refused_in_words_and_the_draft_kept(
    editor_client: Client, row_seven: StoryPage
) -> None:
    form = story_form(told_by="David") | {"action-publish": "1"}
    response = editor_client.post(edit_url(row_seven), form, follow=True)
    assert REFUSAL in response.content.decode()
    row_seven.refresh_from_db()
    assert not row_seven.live
    assert row_seven.get_latest_revision_as_object().told_by == "David"


def test_a_new_story_published_at_once_is_kept_as_a_draft(editor_client: Client, stories: object) -> None:
    url = reverse("wagtailadmin_pages:add", args=["cms", "storypage", StoryIndexPage.objects.get().pk])
    response = editor_client.post(url, story_form(slug="new", title="New") | {"action-publish": "1"}, follow=True)
    assert REFUSAL in response.content.decode()
    assert not StoryPage.objects.get(slug="new").live


def test_a_new_story_takes_the_language_it_is_told_in(editor_client: Client, stories: object) -> None:
    url = reverse("wagtailadmin_pages:add", args=["cms", "storypage", StoryIndexPage.objects.get().pk])
    welsh = story("y-ffordd-adref").locale
    editor_client.post(url, story_form(slug="new", language=welsh.pk))
    assert StoryPage.objects.get(slug="new").locale == welsh


def test_publishing_many_at_once_is_refused_for_all(
    editor_client: Client, row_seven: StoryPage, small_change: StoryPage
) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    query = f"?id={row_seven.pk}&id={small_change.pk}&next=/cms/"
    response = editor_client.post(url + query, {"include_descendants": ""}, follow=True)
    assert "No consent stands for: Row seven." in response.content.decode()
    assert not StoryPage.objects.filter(live=True, pk__in=[row_seven.pk, small_change.pk]).exists()


def test_publishing_the_list_with_all_below_it_is_refused(editor_client: Client, row_seven: StoryPage) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    query = f"?id={StoryIndexPage.objects.get().pk}&next=/cms/"
    response = editor_client.post(url + query, {"include_descendants": "on"}, follow=True)
    assert "No consent stands for: Row seven." in response.content.decode()


def test_publishing_in_code_is_refused(row_seven: StoryPage) -> None:
    with pytest.raises(ConsentMissing):
        row_seven.get_latest_revision().publish()
    row_seven.live = True
    with pytest.raises(ValidationError, match=REFUSAL):
        row_seven.save()


def test_scheduling_is_refused_when_the_consent_runs_out_before(editor_client: Client, small_change: StoryPage) -> None:
    form = story_form(slug="small-change", go_live_at="2098-01-01 10:00") | {"action-publish": "1"}
    response = editor_client.post(edit_url(small_change), form, follow=True)
    assert REFUSAL in response.content.decode()
    assert not small_change.revisions.exclude(approved_go_live_at=None).exists()


def test_a_schedule_whose_consent_has_gone_stops_no_other(small_change: StoryPage, row_seven: StoryPage) -> None:
    soon = timezone.now() - timedelta(minutes=1)
    for page in (row_seven, small_change):
        page.revisions.update(approved_go_live_at=soon)
    with pytest.raises(ConsentMissing):
        call_command("publish_scheduled")
    call_command("publish_scheduled")
    small_change.refresh_from_db()
    row_seven.refresh_from_db()
    assert small_change.live
    assert not row_seven.live


def test_a_story_is_not_copied(editor_client: Client, long_way: StoryPage) -> None:
    editor_client.post(
        reverse("wagtailadmin_pages:copy", args=[long_way.pk]),
        {
            "new_title": "Copy",
            "new_slug": "copy",
            "new_parent_page": long_way.get_parent().pk,
            "publish_copies": "on",
        },
    )
    assert not StoryPage.objects.filter(slug="copy").exists()


def test_a_story_that_came_to_be_live_by_another_way_is_not_shown(client: Client, row_seven: StoryPage) -> None:
    StoryPage.objects.filter(pk=row_seven.pk).update(live=True)
    assert client.get("/stories/row-seven/").status_code == 404
    assert row_seven not in access.published_stories()
    assert actions.take_down_lapsed() == 1
    row_seven.refresh_from_db()
    assert not row_seven.live


# --- Consent ----------------------------------------------------------------------------------


def test_an_editor_records_a_consent(editor_client: Client, row_seven: StoryPage, cast: Cast) -> None:
    editor_client.post(reverse("story_consent", args=[row_seven.pk]), CONSENT_FORM)
    consent = row_seven.current_consent()
    assert consent is not None
    assert consent.expires_on == date(2099, 1, 5)
    event = AuditEvent.objects.get(action="story consent recorded", subject=f"story:{row_seven.pk}")
    assert event.actor == cast.elin.actor
    row_seven.get_latest_revision().publish(user=cast.elin)
    assert row_seven in access.published_stories()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"expires_on": "2025-01-05"}, "This day has passed."),
        ({"given_on": "2098-01-05"}, "This day has not come yet."),
        ({"proof": ""}, "This field is required."),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    editor_client: Client, row_seven: StoryPage, change: dict[str, str], why: str
) -> None:
    response = editor_client.post(reverse("story_consent", args=[row_seven.pk]), CONSENT_FORM | change)
    assert why in response.content.decode()
    assert row_seven.current_consent() is None


def test_a_consent_lasts_longer_than_a_day(editor_client: Client, row_seven: StoryPage) -> None:
    today = timezone.localdate().isoformat()
    form = CONSENT_FORM | {"given_on": today, "expires_on": today}
    response = editor_client.post(reverse("story_consent", args=[row_seven.pk]), form)
    assert "The last day must come after the day it was given." in response.content.decode()


def test_withdrawing_takes_the_story_down_at_once_and_destroys_its_versions(
    editor_client: Client, client: Client, long_way: StoryPage
) -> None:
    editor_client.post(reverse("story_consent_withdraw", args=[long_way.pk]))
    assert client.get("/stories/the-long-way-round/").status_code == 404
    assert "The long way round" not in client.get("/").content.decode()
    long_way.refresh_from_db()
    assert not long_way.live
    assert not long_way.revisions.exists()
    assert long_way.consents.get().withdrawn_on == timezone.now().date()
    assert AuditEvent.objects.filter(action="story consent withdrawn", subject=f"story:{long_way.pk}").exists()


def test_after_a_withdrawal_the_editor_opens_the_draft_and_may_not_publish_it(
    editor_client: Client, long_way: StoryPage
) -> None:
    actions.withdraw_consent(story=long_way, actor=SYSTEM)
    assert "No consent stands" in editor_client.get(edit_url(long_way)).content.decode()
    form = story_form(slug="the-long-way-round") | {"action-publish": "1"}
    assert REFUSAL in editor_client.post(edit_url(long_way), form, follow=True).content.decode()


def test_withdrawing_stops_a_story_that_was_timed(small_change: StoryPage) -> None:
    small_change.revisions.update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    actions.withdraw_consent(story=small_change, actor=SYSTEM)
    call_command("publish_scheduled")
    small_change.refresh_from_db()
    assert not small_change.live


def test_a_consent_that_has_run_out_hides_the_story_at_once(client: Client, long_way: StoryPage) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    long_way.consents.update(given_on=date(2020, 1, 1), expires_on=yesterday)
    assert client.get("/stories/the-long-way-round/").status_code == 404
    assert access.story_for_card(long_way.pk) is None
    assert actions.take_down_lapsed() == 1
    assert AuditEvent.objects.get(action="story consent lapsed").actor == "system"


def test_a_consent_holds_on_its_last_day(long_way: StoryPage) -> None:
    long_way.consents.update(expires_on=timezone.now().date())
    assert access.story_for_card(long_way.pk) == long_way
