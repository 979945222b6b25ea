"""The demo's content: the page tree, helplines and stories. Made once; making it again changes nothing."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Locale

from accounts.models import User
from cms.actions import make_editor, make_site, record_consent
from cms.models import Helpline, StoryIndexPage, StoryPage
from core import audit
from demo.tales import TALES, Tale

# When the numbers below were looked up; FRANK's could not be, so it waits unchecked.
CHECKED = date(2026, 11, 21)
DAY_OR_NIGHT = "To talk. Free, day or night"
BY_TEXT = "If you would sooner text. Free, day or night"
CALL, TEXT = Helpline.How.CALL, Helpline.How.TEXT
HELPLINES: list[dict[str, Any]] = [
    {"country": "GB", "number": "999", "name": "Emergency", "when": "In danger now", "is_emergency": True},
    {"country": "GB", "number": "116 123", "name": "Samaritans", "when": DAY_OR_NIGHT},
    {"country": "GB", "number": "85258", "how": TEXT, "name": "Shout", "keyword": "SHOUT", "when": BY_TEXT},
    {
        "country": "GB",
        "number": "111",
        "name": "NHS 111",
        "when": "Urgent help with your mental health: pick that option",
    },
    {"country": "GB", "number": "0300 123 6600", "name": "FRANK", "when": "Straight answers, no lecture"},
    {"country": "NZ", "number": "111", "name": "Emergency", "when": "In danger now", "is_emergency": True},
    {"country": "NZ", "number": "1737", "name": "Need to talk?", "when": DAY_OR_NIGHT},
    {"country": "NZ", "number": "1737", "how": TEXT, "name": "Need to talk?", "when": BY_TEXT},
    {"country": "NZ", "number": "0800 787 797", "name": "Alcohol Drug Helpline", "when": "About drink or drugs. Free"},
    {
        "country": "NZ",
        "number": "8681",
        "how": TEXT,
        "name": "Alcohol Drug Helpline",
        "when": "The same, by text. Free",
    },
    {"country": "NZ", "number": "0800 787 798", "name": "Māori line", "when": "The way to kaupapa Māori services"},
    {"country": "NZ", "number": "0800 787 799", "name": "Pasifika line", "when": "The way to Pasifika services"},
]
IN_CRISIS_TEXTS = {"999", "116 123", "85258", "1737"}


def make_stories(editor: User) -> list[StoryPage]:
    """Make the site, its helplines and its stories, and let `editor` edit them. Returns all stories, drafts too."""
    for order, line in enumerate(HELPLINES):
        _make_helpline(order, **line)
    index = make_site()
    make_editor(user=editor, actor=audit.SYSTEM)
    return [_make_story(index, tale, editor) for tale in TALES]


def _make_helpline(order: int, *, country: str, number: str, how: str = CALL, **words: Any) -> None:
    is_emergency = words.get("is_emergency", False)
    defaults = {
        **words,
        "order": order,
        "verified_on": None if words["name"] == "FRANK" else CHECKED,
        "in_crisis_text": is_emergency or number in IN_CRISIS_TEXTS,
    }
    Helpline.objects.get_or_create(country=country, number=number, how=how, defaults=defaults)


def _make_story(index: StoryIndexPage, tale: Tale, editor: User) -> StoryPage:
    found: StoryPage | None = StoryPage.objects.filter(slug=tale.slug).first()
    if found:
        return found
    locale, _ = Locale.objects.get_or_create(language_code=tale.language)
    story = StoryPage(**tale.fields(), locale=locale, live=False, owner=editor)
    index.add_child(instance=story)
    revision = story.save_revision(user=editor)
    if tale.has_consent:
        _record(story, editor)
    if tale.is_published:
        revision.publish(user=editor)
    story.refresh_from_db()
    return story


def _record(story: StoryPage, editor: User) -> None:
    given_on = timezone.localdate() - timedelta(days=20)
    record_consent(
        story=story,
        given_on=given_on,
        expires_on=given_on + timedelta(days=2 * 365),
        channels="website, messages",
        languages=str(story.locale),
        proof=f"Demo: sheet {story.pk}",
        actor=editor.actor,
    )
