"""Eleven weeks of Ben and Alice, so that the demo shows what a pairing looks like after a while."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from core.clock import moment
from demo.cast import Cast
from mentors.models import Pairing, Referral
from messaging import actions
from messaging.models import CheckIn, CheckInAnswer, Conversation, Message, Side

# One a week, newest last: how he felt and how strong the pull was; None where he did not answer.
WEEKS = [(2, 4), (3, 3), (3, 3), None, (2, 4), None, (3, 3), (4, 2), (3, 2), (4, 2), (3, 3)]
TALK = [
    (3, "17:02", Side.CHAMPION, "How did the housing meeting go?"),
    (3, "18:20", Side.PARTICIPANT, "They moved it to Tuesday. Bit fed up tbh"),
    (3, "18:31", Side.CHAMPION, "That's rotten. You were ready for it. Want to go over what to say on Monday?"),
    (3, "18:40", Side.PARTICIPANT, "Yeah that would help"),
    (1, "12:11", Side.PARTICIPANT, "Walked to the shop the long way so I didnt go past the old place"),
    (1, "12:12", Side.PARTICIPANT, "Felt like a small win"),
    (1, "12:30", Side.CHAMPION, "It is a win, and not a small one."),
]
DEV_TALK = [
    (2, "16:40", Side.PARTICIPANT, "Started at the bike workshop today"),
    (2, "17:05", Side.CHAMPION, "Dev, that's great. What was the first thing you fixed?"),
]


@transaction.atomic
def make_history(cast: Cast) -> None:
    """Write the past of Alice's two pairings, and the plan for what comes."""
    now = timezone.now()
    Pairing.objects.filter(pk__in=[cast.pairing.pk, cast.dev_pairing.pk]).update(started_at=now - timedelta(weeks=11))
    for weeks_ago, answers in zip(range(len(WEEKS), 0, -1), WEEKS, strict=True):
        _check_in(cast.conversation, now - timedelta(weeks=weeks_ago), answers)
    Referral.objects.filter(pk=cast.waiting.pk).update(made_at=now - timedelta(days=6))
    _talk(cast.conversation, TALK, now)
    _talk(cast.dev_conversation, DEV_TALK, now)
    actions.set_plan(
        by=cast.alice.user,
        conversation=cast.conversation,
        weekdays=[0],
        at=time(10),
        questions=["feeling", "cravings", "call"],
        is_on=True,
    )


def _check_in(conversation: Conversation, at: datetime, answers: tuple[int, int] | None) -> None:
    state = CheckIn.State.ANSWERED if answers else CheckIn.State.MISSED
    check_in = CheckIn.objects.create(
        conversation=conversation,
        local_date=at.date(),
        questions=["feeling", "cravings"],
        position=1,
        state=state,
        asked_at=at,
        answered_at=at + timedelta(minutes=6) if answers else None,
    )
    for question, value in zip(("feeling", "cravings"), answers or (), strict=False):
        row = CheckInAnswer(check_in=check_in, question=question, at=at + timedelta(minutes=6))
        row.set_value(value)
        row.save()


def _talk(conversation: Conversation, talk: list[tuple[int, str, Side, str]], now: datetime) -> None:
    """Messages of the last days, read by both: what is new should be new."""
    zone = conversation.pairing.participant.zone
    is_text = conversation.pairing.participant.reads == "text"
    for number, (days_ago, wall, side, words) in enumerate(talk, start=1):
        day = (now - timedelta(days=days_ago)).astimezone(zone).date()
        message = Message(conversation=conversation, number=number, author=side)
        message.at = moment(day, time.fromisoformat(wall), zone)
        if is_text and side == Side.CHAMPION:
            message.delivery = Message.Delivery.DELIVERED
        message.came_as_text = is_text and side == Side.PARTICIPANT
        message.set_body(words)
        message.save(force_insert=True)
    last = {f"{side}_{what}": len(talk) for side in ("champion", "participant") for what in ("received", "read")}
    Conversation.objects.filter(pk=conversation.pk).update(
        last_number=len(talk), last_at=message.at, last_message=message, **last
    )
