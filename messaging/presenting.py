"""Messages as one of the two sees them: what the template needs, in the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import access as cms_access
from mentors.models import Participant
from messaging.models import CheckIn, Conversation, Message, Side
from messaging.questions import QUESTIONS
from sms.access import in_words

PAGE = 50
Delivery = Message.Delivery


@dataclass(frozen=True)
class Entry:
    """One message, for one reader."""

    message: Message
    is_mine: bool
    is_next: bool
    new_day: bool
    is_first_new: bool
    body: str
    story: Any
    mark: str
    is_failed: bool
    check_in: "Card | None"


@dataclass(frozen=True)
class Card:
    """A check-in with its answers, in words."""

    check_in: CheckIn
    feeling: int | None
    feeling_word: str
    others: list[tuple[str, str]]
    dots: list[tuple[int, bool]]


def entries(
    conversation: Conversation, side: Side, messages: Iterable[Message], *, read_up_to: int | None = None
) -> list[Entry]:
    """`messages`, oldest first, as `side` sees them. A divider stands above the first one that is newer
    than `read_up_to` and not their own.
    """
    rows = list(messages)
    stories = _stories(rows)
    shown: list[Entry] = []
    is_divided = read_up_to is None
    for nth, message in enumerate(rows):
        before = rows[nth - 1] if nth else None
        is_mine = message.author == side
        is_first_new = not is_divided and not is_mine and message.number > (read_up_to or 0)
        is_divided = is_divided or is_first_new
        new_day = before is None or _day(before.at) != _day(message.at)
        shown.append(
            Entry(
                message=message,
                is_mine=is_mine,
                is_next=_follows(before, message) and not new_day and not is_first_new,
                new_day=new_day,
                is_first_new=is_first_new,
                body="" if message.kind == Message.Kind.CHECK_IN else message.body,
                story=stories.get(message.story_id) if message.story_id else None,
                mark=mark(conversation, side, message) if is_mine else "",
                is_failed=message.delivery in {Delivery.FAILED, Delivery.UNKNOWN},
                check_in=_card(message.check_in) if message.check_in else None,
            )
        )
    return shown


def _stories(rows: list[Message]) -> dict[int, Any]:
    """The stories behind the cards, in one query; one that was taken down since is not there."""
    ids = {row.story_id for row in rows if row.story_id}
    return cms_access.published_stories().in_bulk(ids) if ids else {}


def _day(at: datetime) -> Any:
    return timezone.localtime(at).date()


def _follows(before: Message | None, message: Message) -> bool:
    same = before is not None and before.author == message.author and before.kind == message.kind == "words"
    return bool(same and before and (message.at - before.at).total_seconds() < 300)


def mark(conversation: Conversation, side: Side, message: Message) -> str:
    """How far a message of one's own has got. A text is never "read": nobody can know."""
    if message.delivery == Delivery.WEB:
        return _web_mark(conversation, side, message.number)
    if message.delivery in {Delivery.FAILED, Delivery.UNKNOWN}:
        return in_words(message.reason) or _("Your text did not arrive")
    if message.delivery == Delivery.WAITS and message.reason:
        return in_words(message.reason)
    words = {
        Delivery.WAITS: _waits_words(conversation.pairing.participant),
        Delivery.SENT: _("Sent as a text"),
        Delivery.DELIVERED: _("Delivered as a text"),
    }
    return words[Delivery(message.delivery)]


def _waits_words(participant: Participant) -> str:
    """On its way; or, at night, when it will go."""
    now = timezone.now()
    civil = participant.civil(now)
    if civil == now:
        return _("On its way as a text")
    wall = civil.astimezone(participant.zone)
    return _("Goes at %(time)s, %(name)s's time") % {"time": f"{wall:%H:%M}", "name": participant.name}


def _web_mark(conversation: Conversation, side: Side, number: int) -> str:
    other = "participant" if side == Side.CHAMPION else "champion"
    if number <= getattr(conversation, f"{other}_read"):
        return _("Read")
    if number <= getattr(conversation, f"{other}_received"):
        return _("Delivered")
    return _("Sent")


def marks(conversation: Conversation, side: Side) -> dict[str, int]:
    """How far the other side has got, for a screen that shows messages already."""
    other = "participant" if side == Side.CHAMPION else "champion"
    return {
        "received": getattr(conversation, f"{other}_received"),
        "read": getattr(conversation, f"{other}_read"),
    }


def _card(check_in: CheckIn) -> Card:
    answers = check_in.answers
    feeling = answers.get("feeling")
    asked = [QUESTIONS[key] for key in check_in.questions if key != "feeling" and key in answers]
    return Card(
        check_in=check_in,
        feeling=feeling,
        feeling_word=QUESTIONS["feeling"].word(feeling) if feeling else "",
        others=[(str(question.name), question.word(answers[question.key])) for question in asked],
        dots=[(8 + 22 * (n - 1), n == feeling) for n in range(1, 6)],
    )


def html(conversation: Conversation, side: Side, entry: Entry) -> str:
    """One message as the page shows it: page, socket and poll share this template."""
    context = {"conversation": conversation, "entry": entry, "side": side, "person": other_person(conversation, side)}
    return render_to_string("messaging/message.html", context)


def other_person(conversation: Conversation, side: Side) -> str:
    """The first name of the one they are talking with."""
    other = Side.PARTICIPANT if side == Side.CHAMPION else Side.CHAMPION
    return conversation.user_on(other).name


def packet(conversation: Conversation, side: Side, messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Messages for a screen that is open: each with its number, id and finished HTML."""
    return [
        {
            "id": str(entry.message.id),
            "number": entry.message.number,
            "mine": entry.is_mine,
            "html": html(conversation, side, entry),
        }
        for entry in entries(conversation, side, messages)
    ]
