"""Is this number theirs? Asked before the first content goes there, and again after a month of silence.

1. The outbox asks `may_it_go` before each text: what would go to a number in doubt waits, up to its own end.
2. `ask_due` finds what waits, and has a question sent that gives nothing away but a first name.
3. A clear yes lets go what waits. A clear no flags the number, and a lead is told. What is unclear is asked about
   once more, and kept.
4. `chase_due`: after a day one reminder, after another day a lead is told.

An ordinary text is no yes: it shows that somebody holds the phone, not who.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import dispatch
from core.live import announce
from core.wording import Texts
from mentors import access as mentors_access
from mentors.models import ContactNumber
from messaging import answers, texting, threads, wording
from messaging.models import Conversation
from messaging.questions import CALL
from messaging.texting import kind_of
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms import actions as sms_actions
from sms.hooks import Hold, Wait
from sms.models import OutboundText, PhoneNumber

CHASE_AFTER = timedelta(hours=24)
# Nobody is asked more often than this, however much waits.
ASK_AGAIN_AFTER = timedelta(days=7)
QUESTION = "verify"
# What is for the phone it was written to, and never goes along to another.
STAYS = frozenset({QUESTION, "code", "crisis", "unknown", "number-moved"})
# Said outright. The words of a lead's alert show what it stood among.
WRONG = re.compile(r"\b(wrong (number|person)|rhif anghywir|nama he)\b")
BATCH = 50
# What waits is looked at again so often; a yes lets it go at once.
LOOK_AGAIN_AFTER = timedelta(minutes=5)


def may_it_go(texts: Sequence[OutboundText]) -> Mapping[UUID, Hold | Wait]:
    """Asked at the moment of sending: is it known whose number this is? Crisis lines, codes and what answers a text
    they just sent never wait. A question about a number goes as long as it still stands. Reads alone: the outbox holds
    its rows while it asks.
    """
    until = timezone.now() + LOOK_AGAIN_AFTER
    verdicts: dict[UUID, Hold | Wait] = {}
    for text in texts:
        if kind_of(text.key) == QUESTION:
            if reason := _reason_to_hold(text):
                verdicts[text.id] = Hold(reason)
        elif not (text.number.is_sure or text.is_vital or text.is_answer):
            if mentors_access.contact_with(text.number) is not None:
                verdicts[text.id] = Wait("unverified", until)
            elif text.lane:
                # It was taken away while this was on its way. Staff and strangers have no lane, and no content.
                verdicts[text.id] = Hold("changed")
    return verdicts


def _reason_to_hold(due: OutboundText) -> str:
    """Why a question about a number does not stand any more."""
    contact = mentors_access.contact_with(due.number)
    if contact is None:
        return "ended"
    if not contact.participant.texts_are_safe:
        return "unsafe"
    is_thanks = due.key.endswith(":yes")
    return "" if contact.is_asked or is_thanks else "answered"


def ask_due() -> int:
    """Ask about each number that a text waits for; how many."""
    to_ask = mentors_access.numbers_in_doubt(_waiting(), asked_before=timezone.now() - ASK_AGAIN_AFTER)
    ids = list(to_ask.order_by("added_at").values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.ask_numbers", ids, _ask_one)


def _waiting() -> QuerySet[OutboundText]:
    """The texts that wait for a yes, or are about to: those that are due, and answer nothing."""
    lasting = Q(due_at__lte=timezone.now(), expires_at__gt=F("due_at") + texting.ANSWER_GOOD_FOR, is_vital=False)
    return OutboundText.objects.filter(lasting | Q(reason="unverified"), state=OutboundText.State.QUEUED)


@transaction.atomic
def _ask_one(contact_id: UUID) -> None:
    to_ask = mentors_access.numbers_in_doubt(_waiting(), asked_before=timezone.now() - ASK_AGAIN_AFTER)
    held = to_ask.select_for_update(of=("self",)).whole().filter(pk=contact_id).first()
    if held is not None:
        ask(held)


def ask(contact: ContactNumber) -> None:
    """Ask whoever holds this number if it is theirs, at a civil hour; call it in a transaction. Nobody is asked
    where it is known, where texts were stopped, or are not safe.
    """
    participant, number = contact.participant, contact.number
    if number.is_sure or number.is_stopped or not participant.texts_are_safe:
        return
    now = timezone.now()
    contact.asked_at = now
    contact.chase_at = participant.civil(now) + CHASE_AFTER
    contact.was_reminded = contact.asked_again = False
    contact.save(update_fields=["asked_at", "chase_at", "was_reminded", "asked_again"])
    question = wording.NUMBER_STILL if number.verified_at else wording.NUMBER
    _text(contact, "ask", question)
    _tell(contact)


def _text(contact: ContactNumber, what: str, texts: Texts) -> None:
    body = texting.say(contact.participant, texts)
    texting.text(contact.participant, key=_key(contact, what), body=body, good_for=CHASE_AFTER, to=contact.number)


def _answer(contact: ContactNumber, what: str, texts: Texts) -> None:
    body = texting.say(contact.participant, texts)
    texting.answer(contact.participant, key=_key(contact, what), body=body, to=contact.number)


def _key(contact: ContactNumber, what: str) -> str:
    """One for each time it is asked."""
    return f"{QUESTION}:{contact.id}:{contact.asked_at:%Y%m%d%H%M%S%f}:{what}"


def _tell(contact: ContactNumber) -> None:
    announce(f"programme.{contact.participant.programme_id}", "numbers")


@transaction.atomic
def answered(contact: ContactNumber, words: str, conversation: Conversation | None) -> bool:
    """Take `words` as their answer, if they are a clear yes or no and a question is open. The conversation, if there
    is one, must be held.
    """
    said = _read(words)
    held = _held(contact) if said is not None else None
    if held is None or not held.is_asked:
        return False
    held.chase_at = None
    held.save(update_fields=["chase_at"])
    if said:
        _yes(held)
    else:
        _no(held, words, conversation)
    _tell(held)
    return True


def _read(words: str) -> bool | None:
    """Yes, no, or neither."""
    if answer := answers.read(words, CALL):
        return answer.value == 1
    return False if WRONG.search(words.lower()) else None


def _held(contact: ContactNumber) -> ContactNumber:
    return ContactNumber.objects.select_for_update(of=("self",)).whole().get(pk=contact.pk)


def _yes(contact: ContactNumber) -> None:
    # What waited is the best answer; thanks are for where nothing did.
    if not sms_actions.hurry(contact.number):
        _answer(contact, "yes", wording.NUMBER_YES)
    sms_actions.verify(contact.number, actor=contact.number.actor)


def _no(contact: ContactNumber, words: str, conversation: Conversation | None) -> None:
    """It is somebody else's: nothing more goes there, and a person finds another way."""
    number, name = contact.number, contact.participant.name
    if conversation is not None and contact.takes_texts:
        with override(conversation.pairing.champion.user.language):
            said = _("Somebody on that phone says it is not %(name)s’s. No more texts go there. Your lead knows.")
            threads.add_notice(conversation, said % {"name": name})
    # What waits there is held back at once, so that whoever wrote it sees why.
    sms_actions.hurry(number)
    sms_actions.flag(number, PhoneNumber.Flaw.WRONG, actor=number.actor)
    _raise(contact, Alert.Kind.WRONG_NUMBER, words)


def _raise(contact: ContactNumber, kind: Alert.Kind, words: str = "") -> None:
    safeguarding_actions.raise_alert(
        source=_key(contact, kind),
        level=Alert.Level.AMBER,
        kind=kind,
        participant=contact.participant,
        excerpt=words,
        data_key=contact.number.data_key,
    )


@transaction.atomic
def ask_once_more(contact: ContactNumber, conversation: Conversation | None) -> bool:
    """They wrote, but neither yes nor no: ask once more, and say in the thread that it is not known who writes.
    False when that was done before. The conversation, if there is one, must be held.
    """
    held = _held(contact)
    if held.asked_again or not held.is_asked:
        return False
    held.asked_again = True
    held.save(update_fields=["asked_again"])
    if conversation is not None:
        with override(conversation.pairing.champion.user.language):
            said = _("We do not know yet if that is %(name)s: we have asked if it is their number.")
            threads.add_notice(conversation, said % {"name": held.participant.name})
    _answer(held, "again", wording.NUMBER_AGAIN)
    return True


def chase_due() -> int:
    """Come back to each question that nobody answered: one reminder, then a lead is told; how many."""
    now = timezone.now()
    ids = list(ContactNumber.objects.to_chase(now).order_by("chase_at").values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.chase_numbers", ids, _chase)


@transaction.atomic
def _chase(contact_id: UUID) -> None:
    now = timezone.now()
    rows = ContactNumber.objects.to_chase(now).select_for_update(of=("self",)).whole()
    contact = rows.filter(pk=contact_id).first()
    if contact is None:
        return  # another dispatcher was here first
    participant, number = contact.participant, contact.number
    is_open = contact.is_asked and not number.flaw and not number.is_stopped and participant.texts_are_safe
    is_first = is_open and not contact.was_reminded
    contact.chase_at = participant.civil(now) + CHASE_AFTER if is_first else None
    contact.was_reminded = True
    contact.save(update_fields=["chase_at", "was_reminded"])
    if is_first:
        _text(contact, "reminder", wording.NUMBER_REMINDER)
    elif is_open and not _is_known(contact):
        _raise(contact, Alert.Kind.UNCONFIRMED)
    _tell(contact)


def _is_known(contact: ContactNumber) -> bool:
    """Whether an alert about it is open already."""
    same = Alert.objects.filter(participant=contact.participant, kind=Alert.Kind.UNCONFIRMED)
    return same.filter(closed_at=None).exists()


def move_texts(before: ContactNumber, after: ContactNumber) -> None:
    """Texts go to another number of theirs: what waits goes along. The old one is told, where it is surely theirs,
    and not a word that there is another: somebody else may read it.
    """
    sms_actions.redirect(before.number, after.number, but_not=STAYS)
    sms_actions.hurry(after.number)
    participant, number = before.participant, before.number
    if participant.texts_are_safe and number.is_sure and not number.flaw:
        body = texting.say(participant, wording.NUMBER_MOVED)
        key = f"number-moved:{after.id}:{timezone.now():%Y%m%d%H%M%S%f}"
        texting.text(participant, key=key, body=body, good_for=CHASE_AFTER, to=number)
