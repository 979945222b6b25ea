"""A check-in from the first question to the last answer.

1. messaging.schedules (or "Send one now") makes the row and queues the first question, in one transaction.
2. Each clear answer is stored, and the next question goes out; the last is thanked. Labels answer several at once.
3. An unclear answer is met with one short question; a second is kept as a message for the champion.
4. No answer: messaging.silence. A clear answer that comes after the end still counts for two days.

The same check-in may be answered by its one-time link on the web (messaging.links).
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, dispatch
from core.live import announce
from messaging import answers, cards, lines, links, silence, texting, threads, wording
from messaging.models import CheckIn, CheckInAnswer, Conversation, Message, Side
from messaging.questions import FEELING, QUESTIONS
from messaging.silence import BATCH, LEAD_AFTER, MISS_AFTER, REMIND_AFTER, miss_if_open
from sms.models import PhoneNumber

__all__ = ["CATCH_UP_WITHIN", "can_ask", "miss_if_open", "open_for", "receive", "start"]

State = CheckIn.State
# After an outage a check-in may still go out this late; later it would ask about another day.
CATCH_UP_WITHIN = timedelta(hours=3)
# A response is an answer within this time of the asking (docs/domain.md).
COUNTS_FOR = timedelta(hours=48)
# What answering changes; the clocks of silence are left alone.
ANSWERING = ["state", "position", "answered_at", "asked_again"]


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
        lead_at=at + LEAD_AFTER,
    )
    body = links.with_link(check_in, question_text(check_in))
    key = texting.check_in_key(check_in, check_in.question)
    check_in.first_text = texting.text(participant, key=key, body=body, good_for=CATCH_UP_WITHIN)
    check_in.save(update_fields=["first_text", "link_index"])
    announce(conversation.group, "check-in")
    return check_in


def open_for(conversation: Conversation) -> CheckIn | None:
    """The check-in that waits for an answer."""
    return CheckIn.objects.open().whole().filter(conversation=conversation).first()


def question_text(check_in: CheckIn) -> str:
    """The question that is next, in the participant's language."""
    pairing = check_in.conversation.pairing
    return texting.say(pairing.participant, QUESTIONS[check_in.question].text, champion=pairing.champion.name)


def receive(conversation: Conversation, words: str, *, phone: PhoneNumber) -> str:
    """Take a text as the answer to the open question, if there is one. Returns the words to keep as a message (""
    for none): all of an unclear text, or what stood beside the answer. `phone` is the one they wrote from. The
    conversation must be held.
    """
    check_in = open_for(conversation)
    if check_in is None:
        return _receive_late(conversation, words, phone)
    check_in.conversation = conversation
    reading = answers.read_all(words, QUESTIONS[check_in.question], left_of(check_in))
    if reading is None:
        _unclear(check_in, phone)
        return words
    store(check_in, reading.values)
    left = left_of(check_in)
    if left:
        _go_on(check_in, left, phone)
    else:
        _finish(check_in, phone)
    record(check_in)
    return reading.rest


def left_of(check_in: CheckIn) -> list[str]:
    """The questions without an answer, in the order of asking."""
    answered = set(check_in.answer_rows.values_list("question", flat=True))
    return [question for question in check_in.questions if question not in answered]


def store(check_in: CheckIn, values: dict[str, int]) -> None:
    """Store answers by question, and show them to the champion. What is answered already stays as it is.
    The conversation must be held.
    """
    now = timezone.now()
    for question in left_of(check_in):
        if question in values:
            row = CheckInAnswer(check_in=check_in, question=question, at=now)
            row.set_value(values[question])
            row.save(force_insert=True)
            check_in.answered_at = check_in.answered_at or now
    check_in.asked_again = False
    check_in.save(update_fields=ANSWERING)
    cards.show(check_in)


def record(check_in: CheckIn, action: str = "check-in answered", **how: str) -> None:
    """Write into the audit trail what came from the phone of this check-in's participant. Last in a transaction."""
    actor = texting.phone_of(check_in.conversation.pairing.participant).actor
    audit.record(actor=actor, action=action, subject=f"check-in:{check_in.id}", **how)


def _go_on(check_in: CheckIn, left: list[str], phone: PhoneNumber) -> None:
    """Ask what is next. It answers their text, so it goes at once. What was asked before, and passed over with
    another's label, is asked once more without its greeting.
    """
    was, question = check_in.question, left[0]
    check_in.position = check_in.questions.index(question)
    check_in.save(update_fields=ANSWERING)
    key = texting.check_in_key(check_in, question if question != was else f"{question}-still-{len(left)}")
    _reply(check_in, phone, key, _bare_question(check_in))


def _reply(check_in: CheckIn, phone: PhoneNumber, key: str, body: str) -> None:
    """At once, if their texts go to the phone they wrote from. Another one is in nobody's hand, perhaps at night."""
    participant = check_in.conversation.pairing.participant
    if phone == texting.phone_of(participant):
        texting.answer(participant, key=key, body=body)
    else:
        texting.text(participant, key=key, body=body, good_for=CATCH_UP_WITHIN)


def _finish(check_in: CheckIn, phone: PhoneNumber) -> None:
    silence.close(check_in, State.ANSWERED)
    pairing = check_in.conversation.pairing
    line = lines.listening(pairing.participant)
    body = texting.say(pairing.participant, wording.THANKS, champion=pairing.champion.name, line=line)
    _reply(check_in, phone, texting.check_in_key(check_in, "thanks"), body)


def _receive_late(conversation: Conversation, words: str, phone: PhoneNumber) -> str:
    """A clear answer after the end counts for the newest check-in, if nothing came between: once the champion has
    written since, a number may be an answer to that. No more is asked.
    """
    check_in = _late_for(conversation)
    if check_in is None:
        return words
    left = left_of(check_in)
    reading = answers.read_all(words, QUESTIONS[left[0]], left) if left else None
    if reading is None:
        return words
    check_in.position = check_in.questions.index(left[0])
    store(check_in, reading.values)
    _finish(check_in, phone)
    record(check_in)
    return reading.rest


def _late_for(conversation: Conversation) -> CheckIn | None:
    newest = CheckIn.objects.whole().filter(conversation=conversation).order_by("-asked_at").first()
    if newest is None or not takes_late(newest, timezone.now()):
        return None
    newest.conversation = conversation
    over = newest.miss_at or newest.asked_at
    wrote = Message.objects.filter(conversation=conversation, author=Side.CHAMPION, at__gte=over)
    return None if wrote.exists() else newest


def takes_late(check_in: CheckIn, now: datetime) -> bool:
    """Whether an answer would still count though nobody waits for it any more."""
    if check_in.link_used_at or now >= check_in.asked_at + COUNTS_FOR:
        return False
    return check_in.state in {State.MISSED, State.NOT_REACHED, State.ANSWERED}


def _unclear(check_in: CheckIn, phone: PhoneNumber) -> None:
    """Ask once more, kindly; the second time let their words stand."""
    pairing = check_in.conversation.pairing
    if check_in.asked_again:
        silence.close(check_in, State.IN_WORDS)
        body = texting.say(pairing.participant, wording.KEPT_AS_MESSAGE, champion=pairing.champion.name)
        key = texting.check_in_key(check_in, "kept")
    else:
        check_in.asked_again = True
        check_in.save(update_fields=ANSWERING)
        body = texting.say(pairing.participant, QUESTIONS[check_in.question].again)
        key = texting.check_in_key(check_in, f"{check_in.question}-again")
    _reply(check_in, phone, key, body)
    if check_in.state == State.IN_WORDS:
        cards.show(check_in)


def stop_asking(conversation: Conversation) -> None:
    """Ask no more, if something is being asked: something else matters now. The conversation must be held."""
    check_in = CheckIn.objects.open().filter(conversation=conversation).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    silence.close(check_in, State.IN_WORDS)
    cards.show(check_in)


def remind_due() -> int:
    """Send the one reminder of each check-in that still waits; how many."""
    now = timezone.now()
    ids = list(CheckIn.objects.to_remind(now).values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.remind_due", ids, lambda check_in_id: _remind(check_in_id, now))


@transaction.atomic
def _remind(check_in_id: UUID, now: datetime) -> None:
    conversation = threads.held(Conversation.objects.get(check_ins=check_in_id))
    check_in = CheckIn.objects.to_remind(now).select_related("first_text").filter(pk=check_in_id).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    check_in.remind_at = None
    check_in.save(update_fields=["remind_at"])
    if check_in.answered_at or check_in.heard_at or not conversation.pairing.is_active:
        return
    if silence.cannot_reach(check_in):
        silence.close_as_not_reached(check_in)
        return
    participant = conversation.pairing.participant
    body = texting.say(participant, wording.REMINDER, question=_bare_question(check_in))
    texting.text(participant, key=f"reminder:{check_in.id}", body=body, good_for=CATCH_UP_WITHIN)


def _bare_question(check_in: CheckIn) -> str:
    """The question without its greeting: the reminder has one. Only the question about feeling greets."""
    words = question_text(check_in)
    return words.split(". ", 1)[-1] if check_in.question == FEELING.key else words
