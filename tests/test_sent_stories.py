"""A story sent into a conversation: a card on the web, a link by text."""

from typing import Any

from django.test import Client

from demo.cast import Cast
from messaging.models import Message
from tests.cast import address, drain, page, texts_to


def test_a_story_goes_as_a_card_and_by_text_as_its_link(cast: Cast, stories: list[Any], alice: Client) -> None:
    story = next(story for story in stories if story.title == "The long way round")
    assert alice.post(f"{address(cast.conversation)}stories/", {"story": story.pk}).status_code == 303
    drain()
    assert texts_to(cast.ben.user.phone)[-1] == f"Alice: I thought you might like to read this. {story.card_url}"
    shown = page(alice, cast.conversation)
    assert "The long way round" in shown
    assert 'class="tale is-slim"' in shown


def test_a_draft_cannot_be_sent(cast: Cast, stories: list[Any], alice: Client) -> None:
    draft = next(story for story in stories if not story.live)
    response = alice.post(f"{address(cast.conversation)}stories/", {"story": draft.pk})
    assert response.status_code == 422
    assert not Message.objects.exists()
    for nonsense in ("", "x", "-1", "9" * 30):
        assert alice.post(f"{address(cast.conversation)}stories/", {"story": nonsense}).status_code == 422


def test_a_story_taken_down_leaves_the_thread_whole(cast: Cast, stories: list[Any], alice: Client) -> None:
    story = next(story for story in stories if story.live)
    alice.post(f"{address(cast.conversation)}stories/", {"story": story.pk})
    story.refresh_from_db()
    story.unpublish()
    assert "This story is not there any more." in page(alice, cast.conversation)
