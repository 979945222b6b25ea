"""Messages that a champion writes now and that go later, at a time on the participant's clock.

1. Scheduled: the words are sealed and wait. The champion may change them, send them now or take them back.
2. Due: the dispatcher writes the message through `actions.write`, which asks everything again, under a client id that
   makes it once.
3. It could not go, or its moment has passed: it is not sent late. The champion keeps the words and is told why.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from core import audit, clock, dispatch
from core.live import announce
from core.sealing import Unreadable
from mentors.models import Pairing, Participant
from messaging import actions, threads
from messaging.models import Conversation, Message
from messaging.planned import LaterMessage

State = LaterMessage.State
OPEN = [State.WAITS, State.NOT_SENT]
# Further ahead nobody knows what will be right to say.
FURTHEST = timedelta(weeks=8)
# After an outage; words for the morning are odd in the evening.
GOOD_FOR = timedelta(hours=3)
# Words that were taken back are in the write box by then, and what was sent is known by its message.
KEEP_DONE_FOR = timedelta(days=1)
MORNING = time(9)
# Who writes at ten to nine means now, or tomorrow.
A_WHILE = timedelta(minutes=30)
BATCH = 50
REASONS: dict[str, Promise] = {
    "late": gettext_lazy("Handrail could not send it at its time, and did not want to send it late."),
    "ended": gettext_lazy("The pairing has ended."),
    "stopped": gettext_lazy("They have stopped texts. Reach them another way."),
    "long": gettext_lazy("It is too long for a text."),
    "unreadable": gettext_lazy("Its words can no longer be read."),
}


class NotThen(Exception):
    """The message cannot go at this time; `words` says why, `field` whether the "day" or the time ("at") is wrong."""

    def __init__(self, words: str, field: str) -> None:
        super().__init__(words)
        self.words, self.field = words, field


class Gone(Exception):
    """It was sent or taken back meanwhile."""


def check_time(participant: Participant, due_at: datetime) -> None:
    """Raise NotThen unless a message may be set for `due_at`: ahead, not too far, and when texts are welcome."""
    now = timezone.now()
    facts = {
        "name": participant.name,
        "now": f"{now.astimezone(participant.zone):%H:%M}",
        "last": _day(participant, now + FURTHEST),
        "start": f"{participant.texts_from:%H:%M}",
        "end": f"{participant.texts_until:%H:%M}",
    }
    if due_at <= now:
        raise NotThen(_("That time has passed. It is %(now)s where %(name)s is. Choose a later one.") % facts, "at")
    if due_at > now + FURTHEST:
        raise NotThen(_("That is too far ahead. Choose a day up to %(last)s.") % facts, "day")
    if participant.civil(due_at) != due_at:
        raise NotThen(_("%(name)s gets texts from %(start)s to %(end)s. Choose a time between.") % facts, "at")


def next_morning(participant: Participant) -> datetime:
    """The next civil morning, on the participant's clock: what most messages for later are meant for."""
    now = timezone.now()
    today = now.astimezone(participant.zone).date()
    mornings = (clock.moment(today + timedelta(days=n), MORNING, participant.zone) for n in range(3))
    return participant.civil(next(at for at in mornings if at > now + A_WHILE))


@transaction.atomic
def schedule(
    *, by: User, conversation: Conversation, words: str, due_at: datetime, client_id: UUID | None = None
) -> LaterMessage:
    """Keep a champion's words until `due_at`. The same `client_id` again, with the same words and time, gives the
    same message; with others it is one more.

    Raises NotThen, and what `actions.write` raises.
    """
    words = actions.readable(words)
    held = _held(conversation)
    known = LaterMessage.objects.filter(conversation=held, client_id=client_id).first() if client_id else None
    if known and (same := _same(held, known, words, due_at)):
        return same
    check_time(held.pairing.participant, due_at)
    actions.require_delivery(held, words)
    # Who goes back in the browser and writes something else means another message.
    later = LaterMessage(conversation=held, client_id=uuid4() if known or not client_id else client_id, due_at=due_at)
    later.set_body(words)
    _save(later)
    audit.record(actor=by.actor, action="message set for later", subject=f"later-message:{later.id}")
    return later


def _same(conversation: Conversation, known: LaterMessage, words: str, due_at: datetime) -> LaterMessage | None:
    """The message that these words are already, for the form that `known` came from."""
    sent = threads.already_posted(conversation, known.client_id)
    if sent is not None and sent.body == words:
        return known
    waiting = LaterMessage.objects.filter(conversation=conversation, state__in=OPEN, due_at=due_at)
    return next((later for later in waiting.select_related("conversation__data_key") if later.draft == words), None)


@transaction.atomic
def change(*, by: User, conversation: Conversation, later_id: UUID, words: str, due_at: datetime) -> LaterMessage:
    """Give a message that waits, or that was not sent, other words and another time. Raises Gone, NotThen, and what
    `actions.write` raises.
    """
    words = actions.readable(words)
    held = _held(conversation)
    later = _open(held, later_id)
    check_time(held.pairing.participant, due_at)
    actions.require_delivery(held, words)
    later.state, later.reason, later.due_at = State.WAITS, "", due_at
    later.set_body(words)
    _save(later)
    audit.record(actor=by.actor, action="message for later changed", subject=f"later-message:{later.id}")
    return later


@transaction.atomic
def send_now(*, by: User, conversation: Conversation, later_id: UUID) -> Message:
    """Send at once what waits, or what was not sent. Raises Gone, Unreadable, and what `actions.write` raises."""
    held = _held(conversation)
    later = _open(held, later_id)
    message = _write(held, later)
    audit.record(actor=by.actor, action="message for later sent now", subject=f"later-message:{later.id}")
    return message


@transaction.atomic
def take_back(*, by: User, conversation: Conversation, later_id: UUID) -> LaterMessage:
    """Keep a message from going; its words are for the write box (`taken_back`). Taking it back twice changes
    nothing. Raises Gone when it was sent.
    """
    held = _held(conversation)
    known = LaterMessage.objects.filter(conversation=held, pk=later_id, state=State.TAKEN_BACK).first()
    if known:
        return known
    later = _open(held, later_id)
    later.state = State.TAKEN_BACK
    _save(later)
    audit.record(actor=by.actor, action="message for later taken back", subject=f"later-message:{later.id}")
    return later


@transaction.atomic
def set_aside(*, conversation: Conversation, words: str) -> LaterMessage:
    """Keep words, however long, that were to go later and are wanted in the write box after all. Raises Nothing."""
    if not actions.says_something(words):
        raise actions.Nothing
    later = LaterMessage(conversation=conversation, state=State.TAKEN_BACK, due_at=timezone.now())
    later.set_body(words)
    _save(later)
    return later


def taken_back(conversation: Conversation, later_id: UUID) -> LaterMessage | None:
    """Words that were taken back, until they were sent from the write box."""
    theirs = LaterMessage.objects.select_related("conversation__data_key").filter(conversation=conversation)
    found = theirs.filter(pk=later_id, state=State.TAKEN_BACK).first()
    return None if found is None or threads.already_posted(conversation, found.client_id) else found


def open_message(conversation: Conversation, later_id: UUID) -> LaterMessage | None:
    """One that waits, or that was not sent."""
    return LaterMessage.objects.filter(conversation=conversation, pk=later_id, state__in=OPEN).first()


@dataclass(frozen=True)
class Shown:
    """A message for later, as its champion sees it."""

    id: UUID
    words: str
    when: str
    reason: str
    is_waiting: bool


def shown(conversation: Conversation) -> list[Shown]:
    """What waits and what was not sent, the next one first. One query."""
    rows = LaterMessage.objects.filter(conversation=conversation, state__in=OPEN).order_by("due_at")
    return [_shown(conversation, later) for later in rows]


def html(conversation: Conversation) -> str:
    """The same as the page shows it, for a screen that is open."""
    return render_to_string("messaging/later_list.html", {"later": shown(conversation), "conversation": conversation})


def _shown(conversation: Conversation, later: LaterMessage) -> Shown:
    later.conversation = conversation
    participant = conversation.pairing.participant
    return Shown(
        id=later.id,
        words=later.body,
        when=in_their_time(participant, later.due_at),
        reason=str(REASONS.get(later.reason, "")),
        is_waiting=later.state == State.WAITS,
    )


def in_their_time(participant: Participant, at: datetime) -> str:
    """ "Tuesday 24 November, 10:00", on the participant's clock, in the reader's language."""
    return f"{_day(participant, at)}, {at.astimezone(participant.zone):%H:%M}"


def _day(participant: Participant, at: datetime) -> str:
    return date_format(at.astimezone(participant.zone), "l j F")


def _held(conversation: Conversation) -> Conversation:
    held = threads.held(conversation)
    if not held.pairing.is_active:
        raise actions.ConversationEnded
    return held


def _open(conversation: Conversation, later_id: UUID) -> LaterMessage:
    later = open_message(conversation, later_id)
    if later is None:
        raise Gone
    later.conversation = conversation
    return later


def _save(later: LaterMessage) -> None:
    later.changed_at = timezone.now()
    later.save()
    announce(later.conversation.group, "later")


def _write(conversation: Conversation, later: LaterMessage) -> Message:
    """Make it a message, as writing it now would. Nothing of the words is left behind."""
    by = conversation.pairing.champion.user
    message = actions.write(by=by, conversation=conversation, words=later.read(), client_id=later.client_id)
    later.state, later.sealed_body = State.SENT, b""
    _save(later)
    return message


def send_due() -> int:
    """Send what is due; how many were dealt with."""
    due = LaterMessage.objects.filter(state=State.WAITS, due_at__lte=timezone.now()).order_by("due_at")
    return dispatch.each("messaging.send_later", list(due.values_list("pk", flat=True)[:BATCH]), _send)


@transaction.atomic
def _send(later_id: UUID) -> None:
    conversation = threads.held(Conversation.objects.get(later_messages=later_id))
    now = timezone.now()
    later = LaterMessage.objects.filter(pk=later_id, state=State.WAITS, due_at__lte=now).first()
    if later is None:
        return  # another dispatcher was here first, or somebody changed it
    later.conversation = conversation
    if conversation.pairing.participant.civil(now) - later.due_at > GOOD_FOR:
        _give_up(later, "late")
        return
    try:
        _write(conversation, later)
    except actions.ConversationEnded:
        _give_up(later, "ended")
    except actions.NoMoreTexts:
        _give_up(later, "stopped")
    except actions.TooLong:
        _give_up(later, "long")
    except Unreadable:
        _give_up(later, "unreadable")


def _give_up(later: LaterMessage, reason: str) -> None:
    """It is not sent. The champion is told in the thread, and so in the inbox: they are not looking just now."""
    later.state, later.reason = State.NOT_SENT, reason
    _save(later)
    pairing = later.conversation.pairing
    if pairing.is_active:
        with override(pairing.champion.user.language):
            said = _("Your message to %(name)s for %(when)s was not sent. It is above the write box, with the reason.")
            when = in_their_time(pairing.participant, later.due_at)
            threads.add_notice(later.conversation, said % {"name": pairing.participant.name, "when": when})


def call_off(pairing: Pairing) -> None:
    """The pairing is over: nothing that waits goes out. The words stay sealed in the conversation, as messages do."""
    waiting = LaterMessage.objects.filter(conversation__pairing=pairing, state=State.WAITS)
    waiting.update(state=State.NOT_SENT, reason="ended", changed_at=timezone.now())


def forget_done() -> int:
    """Delete what was sent or taken back over a day ago; how many."""
    done = LaterMessage.objects.filter(state__in=[State.SENT, State.TAKEN_BACK])
    return done.filter(changed_at__lt=timezone.now() - KEEP_DONE_FOR).delete()[0]
