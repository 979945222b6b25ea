"""A text from somebody we know: an answer to an offer, to a check-in, or a message. Its words were read for
danger before it got here (messaging.danger).

An inbound text proves nothing about who holds the phone: it may answer or write, never sign in,
reveal or change anything but STOP.
"""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.live import announce
from mentors import access as mentors_access
from mentors import actions as mentors_actions
from mentors.models import ContactNumber, Pairing, Participant
from messaging import answers, checkins, danger, lines, silence, texting, threads, verifying, wording
from messaging.models import Conversation, Message, Side
from messaging.questions import CALL
from partners.models import Programme
from safeguarding import access as safeguarding_access
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms.access import MAY_BE_DISTRESS, default_sender
from sms.models import InboundText, OptChange, PhoneNumber

Level = Alert.Level


@transaction.atomic
def receive(text: InboundText, words: str) -> bool:
    """Act on a text; True when its sender is one of our participants."""
    contact = mentors_access.contact_with(text.number)
    if contact is None or _is_a_strangers(text.number):
        return False
    participant = contact.participant
    conversation = _active_conversation(participant)
    if text.media_count:
        body = texting.say(participant, wording.NO_PICTURES)
        texting.answer(participant, key=f"no-pictures:{text.id}", body=body, to=text.number)
    if contact.is_asked and _is_heard(contact, conversation, text, words):
        return True
    if conversation is not None:
        _into_conversation(conversation, text, words)
    else:
        _without_conversation(contact, text, words)
    return True


def _is_a_strangers(number: PhoneNumber) -> bool:
    """Whoever holds it has said that it is not our participant's: their words are kept as a stranger's are."""
    return number.flaw == PhoneNumber.Flaw.WRONG


def _is_heard(contact: ContactNumber, conversation: Conversation | None, text: InboundText, words: str) -> bool:
    """We have asked whose number it is: whether all is done about this text. Nobody in trouble is asked again."""
    if verifying.answered(contact, words, conversation):
        return True
    if not words.strip() or safeguarding_access.level_of(words):
        return False
    was_asked = verifying.ask_once_more(contact, conversation)
    if conversation is not None or not was_asked:
        return False
    _keep_for_lead(contact.participant, text, words)
    return True


def _without_conversation(contact: ContactNumber, text: InboundText, words: str) -> None:
    if safeguarding_access.level_of(words) is Level.RED:
        return  # the alert holds the words, and the crisis lines are the answer
    # An offer waits as long as it is not known whose number it is: these words are no answer to it.
    offer = None if contact.is_asked else mentors_access.offer_for(contact.participant)
    if offer:
        _answer_offer(offer, text, words)
    else:
        _nobody_there(contact.participant, text, words)


def _active_conversation(participant: Participant) -> Conversation | None:
    active = Conversation.objects.filter(pairing__participant=participant, pairing__status="active").first()
    return threads.held(active) if active else None


def _into_conversation(conversation: Conversation, text: InboundText, words: str) -> None:
    silence.heard(conversation)
    danger.stop_asking(conversation, words)
    kept = words
    # Where nobody knows who writes, it is no answer, and no question follows.
    if words.strip() and text.number.is_sure and safeguarding_access.level_of(words) is not Level.RED:
        kept = checkins.receive(conversation, words, phone=text.number)
    if kept.strip():
        threads.add(conversation, Message(author=Side.PARTICIPANT, came_as_text=True), kept)
    if text.media_count:
        _note_picture(conversation)
    danger.note(conversation, words, by_text=True, phone=text.number)


def _note_picture(conversation: Conversation) -> None:
    with override(conversation.pairing.champion.user.language):
        said = _("%(name)s sent a picture. It cannot be shown here, and they were asked to write instead.")
        threads.add_notice(conversation, said % {"name": conversation.pairing.participant.name})


def _answer_offer(offer: Pairing, text: InboundText, words: str) -> None:
    answer = answers.read(words, CALL)
    participant, champion = offer.participant, offer.champion.name
    if answer is None:
        body, key = texting.say(participant, wording.OFFER_AGAIN), f"offer-again:{offer.id}"
        _keep_for_lead(participant, text, words)
    elif answer.value == 1:
        if not offer.participant_agreed_at:
            offer = mentors_actions.agree_as_participant(by=text.number, pairing=offer)
        if offer.is_active:
            return  # "you can text each other now" is on its way already
        body, key = texting.say(participant, wording.OFFER_YES, champion=champion), f"offer-yes:{offer.id}"
    else:
        mentors_actions.decline(actor=text.number.actor, pairing=offer)
        body, key = texting.say(participant, wording.OFFER_NO), f"offer-no:{offer.id}"
    texting.answer(participant, key=key, body=body, to=text.number)


def _nobody_there(participant: Participant, text: InboundText, words: str) -> None:
    """No champion just now: the lead reads it, and they are told so, once a day."""
    _keep_for_lead(participant, text, words)
    day = text.received_at.astimezone(participant.zone).date()
    body = texting.say(participant, wording.NO_CHAMPION, emergency=lines.emergency(participant))
    texting.answer(participant, key=f"no-champion:{participant.id}:{day}", body=body, to=text.number)


def _keep_for_lead(participant: Participant, text: InboundText, words: str) -> None:
    """The lead reads it. Where the words raised an alert already, that one stands."""
    danger.raise_for(participant, f"inbound:{text.id}", Level.AMBER, words)


def tell_of_stranger(text: InboundText) -> None:
    """Show what a number nobody knows wrote on the desks of the programmes whose number it was sent to."""
    theirs = Q(text_number=text.recipient)
    if text.recipient == default_sender():
        theirs |= Q(text_number="")
    for programme in Programme.objects.filter(theirs):
        announce(f"programme.{programme.id}", "texts")


def note_opt_change(change: OptChange) -> None:
    """STOP or START: say so in the thread, in plain words. A lone END or QUIT may mean a life: a person looks."""
    participant = mentors_access.participant_with(change.number)
    if participant is None or _is_a_strangers(change.number):
        return
    conversation = _active_conversation(participant)
    if conversation is not None:
        silence.heard(conversation)
        with override(conversation.pairing.champion.user.language):
            threads.add_notice(conversation, _opt_words(change, participant))
    if change.stopped:
        _reach_another_way(change, participant, conversation)


def _opt_words(change: OptChange, participant: Participant) -> str:
    if change.number_id != texting.phone_of(participant).id:
        words = _("%(name)s sent %(word)s from another phone of theirs. Texts to the phone you write to go on.")
    elif change.stopped:
        words = _("%(name)s has stopped texts. Nothing you write here reaches that phone until they text START.")
    else:
        words = _("%(name)s gets texts again.")
    return words % {"name": participant.name, "word": change.keyword}


def _reach_another_way(change: OptChange, participant: Participant, conversation: Conversation | None) -> None:
    """After STOP nothing can be sent, so a person has a task: ask another way."""
    distress = change.keyword in MAY_BE_DISTRESS
    key = conversation.data_key if conversation else texting.phone_of(participant).data_key
    safeguarding_actions.raise_alert(
        source=f"stopped:{change.pk}",
        level=Level.AMBER,
        kind=Alert.Kind.STOPPED,
        participant=participant,
        excerpt=change.keyword if distress else "",
        data_key=key,
    )
