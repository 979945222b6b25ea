"""The door to stories and helplines for every other room."""

from django.conf import settings
from django.utils.translation import gettext as _

from cms.models import Helpline, StoryPage, StoryQuerySet

# Only for a country without a checked row of its own; 112 reaches help from most mobiles in the world.
EMERGENCY_NUMBERS = {"AU": "000", "CA": "911", "GB": "999", "IE": "999", "NZ": "111", "US": "911"}
EMERGENCY_ELSEWHERE = "112"


def published_stories() -> StoryQuerySet:
    """Stories that anybody may read now, newest first."""
    stories: StoryQuerySet = StoryPage.objects.published()
    return stories


def story_for_card(page_id: int) -> StoryPage | None:
    """The story to show as a card; None once it is unpublished or its consent has ended."""
    story: StoryPage | None = published_stories().filter(pk=page_id).first()
    return story


def helplines(country: str, language: str) -> list[Helpline]:
    """Checked lines of a country in their order, in the reader's words where we have them, else in English."""
    rows = Helpline.objects.checked().filter(country=country, language__in=[language, settings.LANGUAGE_CODE])
    said = {(row.how, row.number): row for row in sorted(rows, key=lambda row: row.language == language)}
    return sorted(said.values(), key=lambda row: (row.order, row.pk))


def crisis_lines(country: str, language: str) -> list[Helpline]:
    """The lines of `helplines` that belong in a text to somebody in crisis."""
    return [line for line in helplines(country, language) if line.in_crisis_text]


def emergency_line(country: str, lines: list[Helpline]) -> Helpline:
    """The emergency number among `lines`; when there is none, a row that is in no database, of the country's number."""
    for line in lines:
        if line.is_emergency:
            return line
    number = EMERGENCY_NUMBERS.get(country, EMERGENCY_ELSEWHERE)
    return Helpline(country=country, number=number, when=_("In danger now"), is_emergency=True)
