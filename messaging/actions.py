"""What people do in a conversation. Pages, sockets, texts and the demo call these same functions."""

import unicodedata
from datetime import date, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cms import access as cms_access
from core import audit
from core.live import announce
from messaging import checkins, danger, schedules, silence, texting, threads, wording
from messaging.appointments import (
    AppointmentOver,
    NotAtThatTime,
    Taken,
    cancel_appointment,
    move_appointment,
    plan_appointment,
)
from messaging.models import CheckIn, CheckInPlan, Conversation, Message, Side
from messaging.threads import note_read, note_received
from sms import access as sms_access

__all__ = [
    "AppointmentOver",
    "NotAtThatTime",
    "Taken",
    "cancel_appointment",
    "move_appointment",
    "note_read",
    "note_received",
    "plan_appointment",
]

# Seven texts' worth: more is a letter, and costs like one.
LONGEST = 1000
# Twilio takes 1600 characters at most; signs outside the cheap alphabet fill a text with 67.
MOST_SEGMENTS = 12


class ConversationEnded(Exception):
    """The pairing is not active any more: nobody may write."""


class TooLong(Exception):
    """The words are longer than LONGEST characters, or than MOST_SEGMENTS texts."""


class Nothing(Exception):
    """There is no word or sign to read."""


class NoMoreTexts(Exception):
    """They have stopped texts, or said that texts are not safe."""


class StillWaiting(Exception):
    """A check-in is open already: asking twice at once would confuse."""


class NoSuchStory(Exception):
    """The story is not published (any more)."""


@transaction.atomic
def write(*, by: User, conversation: Conversation, words: str, client_id: UUID | None = None) -> Message:
    """Add what `by` wrote and get it to the other. The same `client_id` again gives the same message.

    Raises Nothing, TooLong, ConversationEnded, or NoMoreTexts (a champion to somebody who has stopped texts).
    """
    words = readable(words)
    held = _held(conversation)
    if known := threads.already_posted(held, client_id):
        return known
    side = held.side_of(by)
    if side == Side.CHAMPION:
        require_delivery(held, words)
    else:
        silence.heard(held)
        danger.stop_asking(held, words)
    message = threads.add(held, Message(author=side, client_id=client_id), words)
    if side == Side.CHAMPION:
        threads.pass_on(message, texting.message_body(held, words))
    else:
        danger.heed(held.pairing.participant, words, source=f"message:{message.id}", by_text=False)
        danger.note(held, words, by_text=False)
    return message


@transaction.atomic
def send_story(*, by: User, conversation: Conversation, story_id: int, client_id: UUID | None = None) -> Message:
    """Add a published story as a card; by text, its link. Raises NoSuchStory and what `write` raises."""
    story = cms_access.story_for_card(story_id)
    if story is None:
        raise NoSuchStory
    held = _held(conversation)
    if known := threads.already_posted(held, client_id):
        return known
    _require_texts(held)
    card = Message(author=held.side_of(by), kind=Message.Kind.STORY, story_id=story_id, client_id=client_id)
    message = threads.add(held, card, story.title)
    pairing = held.pairing
    words = wording.STORY.say(pairing.participant.user.language, champion=pairing.champion.name, url=story.card_url)
    threads.pass_on(message, words)
    return message


@transaction.atomic
def set_plan(
    *,
    by: User,
    conversation: Conversation,
    weekdays: list[int],
    at: time,
    questions: list[str],
    is_on: bool,
    every_weeks: int = 1,
    starts_on: date | None = None,
    ends_on: date | None = None,
    paused_until: date | None = None,
    on_holidays: str = CheckInPlan.OnHolidays.SEND,
) -> CheckInPlan:
    """Say when the check-in goes out and what it asks. `at` and all dates are the participant's own (Monday is 0);
    without `starts_on` it is good from today, or from when it was. Raises ConversationEnded.
    """
    held = _held(conversation)
    plan = CheckInPlan.objects.filter(conversation=held).first() or CheckInPlan(conversation=held)
    plan.conversation = held
    plan.weekdays, plan.at, plan.questions, plan.is_on = sorted(weekdays), at, questions, is_on
    plan.every_weeks, plan.on_holidays = every_weeks, on_holidays
    plan.starts_on = starts_on or plan.starts_on or schedules.today(held)
    plan.ends_on, plan.paused_until = ends_on, paused_until
    _save_plan(plan, by)
    audit.record(actor=by.actor, action="check-in planned", subject=f"conversation:{held.id}", on=is_on)
    return plan


@transaction.atomic
def end_pause(*, by: User, conversation: Conversation) -> None:
    """Let a paused plan go on from now. Nothing happens to one that is not paused. Raises ConversationEnded."""
    held = _held(conversation)
    plan = CheckInPlan.objects.filter(conversation=held, paused_until__gte=schedules.today(held)).first()
    if plan is None:
        return
    plan.conversation, plan.paused_until = held, None
    _save_plan(plan, by)
    audit.record(actor=by.actor, action="check-in pause ended", subject=f"conversation:{held.id}")


def _save_plan(plan: CheckInPlan, by: User) -> None:
    plan.set_by, plan.set_at = by, timezone.now()
    plan.next_at = schedules.next_look(plan, plan.set_at) if plan.is_on else None
    plan.save()
    announce(plan.conversation.group, "check-in")


@transaction.atomic
def send_check_in_now(*, by: User, conversation: Conversation) -> CheckIn:
    """Ask the plan's questions now. Raises StillWaiting, NoMoreTexts or ConversationEnded."""
    held = _held(conversation)
    if not checkins.can_ask(held):
        raise NoMoreTexts
    if checkins.open_for(held):
        raise StillWaiting
    plan = CheckInPlan.objects.filter(conversation=held).first()
    check_in = checkins.start(held, plan.questions if plan else ["feeling"], local_date=None)
    audit.record(actor=by.actor, action="check-in sent now", subject=f"check-in:{check_in.id}")
    return check_in


def _held(conversation: Conversation) -> Conversation:
    held = threads.held(conversation)
    if not held.pairing.is_active:
        raise ConversationEnded
    return held


def readable(words: str) -> str:
    """`words` without the blanks around them. Raises Nothing, or TooLong for more than LONGEST characters."""
    words = words.strip()
    if not says_something(words):
        raise Nothing
    if len(words) > LONGEST:
        raise TooLong
    return words


def require_delivery(conversation: Conversation, words: str) -> None:
    """Raise NoMoreTexts or TooLong where a champion's words could not reach the participant now."""
    _require_texts(conversation)
    _require_room(conversation, words)


def says_something(words: str) -> bool:
    """Whether there is anything to read: spaces and invisible characters alone are nothing."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in words)


def _require_room(conversation: Conversation, words: str) -> None:
    """What goes as a text must fit: each emoji costs as much as two letters, in a smaller text."""
    is_text_only = conversation.pairing.participant.reads == "text"
    body = sms_access.plain(texting.message_body(conversation, words))
    if is_text_only and sms_access.fit(body).segments > MOST_SEGMENTS:
        raise TooLong


def _require_texts(conversation: Conversation) -> None:
    """A text-only participant can be reached by text alone: say so before the words are lost."""
    participant = conversation.pairing.participant
    is_text_only = participant.reads == participant.Reads.TEXT
    if is_text_only and (texting.phone_of(participant).is_stopped or not participant.texts_are_safe):
        raise NoMoreTexts
