"""A check-in from the first question to the last answer, or to silence.

1. messaging.schedules (or "Send one now") makes the row and queues the first question, in one transaction.
2. Each clear answer is stored, and the next question goes out; the last is thanked.
3. An unclear answer is met with one short question; a second is kept as a message for the champion.
4. No answer: one reminder, then the champion is told; after two in a row the lead (domain: silence is
   a signal).
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import audit, dispatch
from core.live import announce
from messaging import answers, lines, texting, threads, wording
from messaging.models import CheckIn, CheckInAnswer, Conversation, Message, Side
from messaging.questions import QUESTIONS
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert

# Long enough to finish work or wake up; short enough to still be the same day.
REMIND_AFTER = timedelta(hours=4)
# A day without an answer is a signal (docs/domain.md).
MISS_AFTER = timedelta(hours=24)
# After an outage a check-in may still go out this late; later it would ask about another day.
CATCH_UP_WITHIN = timedelta(hours=3)
MISSED_BEFORE_LEAD = 2
# What answering changes; the clocks of silence are left alone.
ANSWERING = ["state", "position", "answered_at", "asked_again"]
BATCH = 50


def can_ask(conversation: Conversation) -> bool:
    """Whether a check-in text can reach them: nobody is called silent who was never asked."""
    participant = conversation.pairing.participant
    return participant.texts_are_safe and not texting.phone_of(participant).is_stopped


def start(conversation: Conversation, questions: list[str], *, local_date: date | None) -> CheckIn:
    """Make a check-in and queue its first question. The conversation must be held.

    At night the question waits for the morning, and the clocks of silence start only then.
    """
    participant = conversation.pairing.participant
    at = participant.civil(timezone.now())
    check_in = CheckIn.objects.create(
        conversation=conversation,
        local_date=local_date,
        questions=questions,
        asked_at=at,
        remind_at=participant.civil(at + REMIND_AFTER),
        miss_at=at + MISS_AFTER,
    )
    _ask(check_in, answering=False)
    announce(conversation.group, "check-in")
    return check_in


def open_for(conversation: Conversation) -> CheckIn | None:
    """The check-in that waits for an answer."""
    return CheckIn.objects.open().whole().filter(conversation=conversation).first()


def _ask(check_in: CheckIn, *, answering: bool) -> None:
    """Queue the question that is next: as an answer to their text, or at a civil hour."""
    participant = check_in.conversation.pairing.participant
    key, body = texting.check_in_key(check_in, check_in.question), question_text(check_in)
    if answering:
        texting.answer(participant, key=key, body=body)
    else:
        texting.text(participant, key=key, body=body, good_for=CATCH_UP_WITHIN)


def question_text(check_in: CheckIn) -> str:
    """The question that is next, in the participant's language."""
    pairing = check_in.conversation.pairing
    return texting.say(pairing.participant, QUESTIONS[check_in.question].text, champion=pairing.champion.name)


def receive(check_in: CheckIn, words: str) -> str:
    """Take a text as the answer to the open question. Returns the words to keep as a message ("" for
    none): all of an unclear text, or what stood beside the number. The conversation must be held.
    """
    answer = answers.read(words, QUESTIONS[check_in.question])
    if answer is None:
        _unclear(check_in)
        return words
    _store(check_in, answer.value)
    _show(check_in)
    if check_in.position + 1 < len(check_in.questions):
        _go_on(check_in)
    else:
        _finish(check_in)
    return answer.rest


def _store(check_in: CheckIn, value: int) -> None:
    now = timezone.now()
    row = CheckInAnswer(check_in=check_in, question=check_in.question, at=now)
    row.set_value(value)
    row.save(force_insert=True)
    check_in.answered_at = check_in.answered_at or now
    check_in.asked_again = False
    participant = check_in.conversation.pairing.participant
    actor = texting.phone_of(participant).actor
    audit.record(actor=actor, action="check-in answered", subject=f"check-in:{check_in.id}")


def _go_on(check_in: CheckIn) -> None:
    check_in.position += 1
    check_in.save(update_fields=ANSWERING)
    _ask(check_in, answering=True)


def _finish(check_in: CheckIn) -> None:
    check_in.state = CheckIn.State.ANSWERED
    check_in.save(update_fields=ANSWERING)
    pairing = check_in.conversation.pairing
    line = lines.listening(pairing.participant)
    body = texting.say(pairing.participant, wording.THANKS, champion=pairing.champion.name, line=line)
    texting.answer(pairing.participant, key=texting.check_in_key(check_in, "thanks"), body=body)


def _unclear(check_in: CheckIn) -> None:
    """Ask once more, kindly; the second time let their words stand."""
    pairing = check_in.conversation.pairing
    if check_in.asked_again:
        check_in.state = CheckIn.State.IN_WORDS
        body = texting.say(pairing.participant, wording.KEPT_AS_MESSAGE, champion=pairing.champion.name)
        key = texting.check_in_key(check_in, "kept")
    else:
        check_in.asked_again = True
        body = texting.say(pairing.participant, QUESTIONS[check_in.question].again)
        key = texting.check_in_key(check_in, f"{check_in.question}-again")
    check_in.save(update_fields=ANSWERING)
    texting.answer(pairing.participant, key=key, body=body)
    if check_in.state == CheckIn.State.IN_WORDS:
        _show(check_in)


def stop_asking(conversation: Conversation) -> None:
    """Ask no more, if something is being asked: something else matters now. The conversation must be held."""
    check_in = CheckIn.objects.open().filter(conversation=conversation).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    check_in.state = CheckIn.State.IN_WORDS
    check_in.save(update_fields=["state"])
    _show(check_in)


def _show(check_in: CheckIn) -> None:
    """Put the check-in's card at the end of the thread, where the champion is looking; later answers
    of the same check-in change that card where it stands.
    """
    conversation = check_in.conversation
    message = Message.objects.filter(check_in=check_in).first()
    if message is None:
        card = Message(author=Side.HANDRAIL, kind=Message.Kind.CHECK_IN, check_in=check_in, only_for=Side.CHAMPION)
        threads.add(conversation, card, "")
    else:
        announce(conversation.group, "changed", message=str(message.id))
    announce(conversation.group, "check-in")


def remind_due() -> int:
    """Send the one reminder of each check-in that still waits; how many."""
    now = timezone.now()
    ids = list(CheckIn.objects.to_remind(now).values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.remind_due", ids, lambda check_in_id: _remind(check_in_id, now))


@transaction.atomic
def _remind(check_in_id: UUID, now: datetime) -> None:
    conversation = threads.held(Conversation.objects.get(check_ins=check_in_id))
    check_in = CheckIn.objects.to_remind(now).filter(pk=check_in_id).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    check_in.remind_at = None
    check_in.save(update_fields=["remind_at"])
    if check_in.answered_at or not check_in.conversation.pairing.is_active:
        return
    participant = check_in.conversation.pairing.participant
    body = texting.say(participant, wording.REMINDER, question=_bare_question(check_in))
    texting.text(participant, key=f"reminder:{check_in.id}", body=body, good_for=CATCH_UP_WITHIN)


def _bare_question(check_in: CheckIn) -> str:
    """The question without its greeting: the reminder has one."""
    return question_text(check_in).split(". ", 1)[-1] if check_in.position == 0 else question_text(check_in)


def miss_due() -> int:
    """Close each check-in that waited too long, and tell who must know; how many."""
    now = timezone.now()
    ids = list(CheckIn.objects.to_miss(now).values_list("conversation_id", flat=True)[:BATCH])
    return dispatch.each("messaging.miss_due", ids, _miss)


@transaction.atomic
def _miss(conversation_id: UUID) -> None:
    miss_if_open(threads.held(Conversation(pk=conversation_id)))


def miss_if_open(conversation: Conversation) -> None:
    """Close the open check-in, if there is one: some questions answered is an answer; none is a miss.
    The conversation must be held.
    """
    check_in = CheckIn.objects.open().filter(conversation=conversation).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    check_in.state = CheckIn.State.ANSWERED if check_in.answered_at else CheckIn.State.MISSED
    check_in.save(update_fields=["state"])
    if check_in.state == CheckIn.State.MISSED and conversation.pairing.is_active:
        _tell_of_silence(check_in)


def _tell_of_silence(check_in: CheckIn) -> None:
    conversation = check_in.conversation
    pairing = conversation.pairing
    with override(pairing.champion.user.language):
        words = _("%(name)s has not answered the check-in. A message or a call may help.")
        threads.add_notice(conversation, words % {"name": pairing.participant.name})
    _show(check_in)
    told = Alert.objects.filter(participant=pairing.participant, kind=Alert.Kind.SILENCE, closed_at=None).exists()
    if not told and _missed_in_a_row(conversation) >= MISSED_BEFORE_LEAD:
        safeguarding_actions.raise_alert(
            source=f"silence:{check_in.id}",
            level=Alert.Level.AMBER,
            kind=Alert.Kind.SILENCE,
            participant=pairing.participant,
            data_key=conversation.data_key,
        )


def _missed_in_a_row(conversation: Conversation) -> int:
    last = CheckIn.objects.filter(conversation=conversation).exclude(state=CheckIn.State.ASKED).order_by("-asked_at")
    states = list(last.values_list("state", flat=True)[:MISSED_BEFORE_LEAD])
    return len(states) if all(state == CheckIn.State.MISSED for state in states) else 0
