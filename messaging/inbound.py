"""A text from somebody we know: an answer to an offer, to a check-in, or a message. And whatever it is,
its words are read for danger first.

An inbound text proves nothing about who holds the phone: it may answer or write, never sign in,
reveal or change anything but STOP.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import DataKey
from mentors import access as mentors_access
from mentors import actions as mentors_actions
from mentors.models import Pairing, Participant
from messaging import answers, checkins, lines, texting, threads, wording
from messaging.models import Conversation, Message, Side
from messaging.questions import CALL
from safeguarding import access as safeguarding_access
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms.access import MAY_BE_DISTRESS
from sms.models import InboundText, OptChange

Level = Alert.Level


@transaction.atomic
def receive(text: InboundText, words: str) -> bool:
    """Act on a text; True when its sender is one of our participants."""
    participant = mentors_access.participant_with(text.number)
    if participant is None:
        return False
    conversation = _active_conversation(participant)
    level = safeguarding_access.level_of(words)
    if text.media_count:
        body = texting.say(participant, wording.NO_PICTURES)
        texting.answer(participant, key=f"no-pictures:{text.id}", body=body)
    if conversation is not None:
        _into_conversation(conversation, words, is_red=level is Level.RED)
    # After the words themselves, and before an alert that would only say that somebody wrote.
    respond_to_danger(participant, conversation, words, level, source=f"inbound:{text.id}")
    if conversation is None:
        _without_conversation(participant, text, words)
    return True


def _without_conversation(participant: Participant, text: InboundText, words: str) -> None:
    if offer := mentors_access.offer_for(participant):
        _answer_offer(offer, text, words)
    else:
        _nobody_there(participant, text, words)


def _active_conversation(participant: Participant) -> Conversation | None:
    active = Conversation.objects.filter(pairing__participant=participant, pairing__status="active").first()
    return threads.held(active) if active else None


def _into_conversation(conversation: Conversation, words: str, *, is_red: bool) -> None:
    check_in = checkins.open_for(conversation)
    if check_in is not None and words.strip():
        check_in.conversation = conversation
        if is_red:
            # Nobody who writes this should be asked for a number from 1 to 5.
            checkins.stop_asking(check_in)
        else:
            words = checkins.receive(check_in, words)
    if words.strip():
        threads.add(conversation, Message(author=Side.PARTICIPANT, came_as_text=True), words)


def _answer_offer(offer: Pairing, text: InboundText, words: str) -> None:
    answer = answers.read(words, CALL)
    participant, champion = offer.participant, offer.champion.name
    if answer is None:
        body, key = texting.say(participant, wording.OFFER_AGAIN), f"offer-again:{offer.id}"
        _keep_for_lead(participant, text, words)
    elif answer.value == 1:
        pairing = mentors_actions.agree_as_participant(actor=text.number.actor, pairing=offer)
        if pairing.is_active:
            return  # "you can text each other now" is on its way already
        body, key = texting.say(participant, wording.OFFER_YES, champion=champion), f"offer-yes:{offer.id}"
    else:
        mentors_actions.decline(actor=text.number.actor, pairing=offer)
        body, key = texting.say(participant, wording.OFFER_NO), f"offer-no:{offer.id}"
    texting.answer(participant, key=key, body=body)


def _nobody_there(participant: Participant, text: InboundText, words: str) -> None:
    """No champion just now: the lead reads it, and they are told so, once a day."""
    _keep_for_lead(participant, text, words)
    day = text.received_at.astimezone(participant.zone).date()
    body = texting.say(participant, wording.NO_CHAMPION, emergency=lines.emergency(participant))
    texting.answer(participant, key=f"no-champion:{participant.id}:{day}", body=body)


def _keep_for_lead(participant: Participant, text: InboundText, words: str) -> None:
    _raise(participant, f"inbound:{text.id}", Level.AMBER, words, texting.phone_of(participant).data_key)


def respond_to_danger(
    participant: Participant, conversation: Conversation | None, words: str, level: Alert.Level | None, *, source: str
) -> None:
    """Raise an alert if the words may mean danger (`level`), and answer red ones with the crisis lines.

    The conversation, where there is one, must be held.
    """
    if level is None:
        return
    key = conversation.data_key if conversation else texting.phone_of(participant).data_key
    _raise(participant, source, level, words, key)
    if level is Level.RED:
        _give_crisis_lines(participant, conversation, source)


def _raise(participant: Participant, source: str, level: Alert.Level, words: str, key: DataKey) -> None:
    safeguarding_actions.raise_alert(
        source=source, level=level, kind=Alert.Kind.WORDS, participant=participant, excerpt=words, data_key=key
    )


def _give_crisis_lines(participant: Participant, conversation: Conversation | None, source: str) -> None:
    """At once, whatever the hour; to the phone, and on the web where they may be looking."""
    words = texting.say(participant, wording.CRISIS, lines=lines.crisis(participant))
    texting.answer(participant, key=f"crisis:{source}", body=words)
    if conversation is None:
        return
    threads.add_notice(conversation, words, only_for=Side.PARTICIPANT)
    with override(conversation.pairing.champion.user.language):
        note = _("%(name)s was sent the crisis lines. An alert is on your lead's screen.")
        threads.add_notice(conversation, note % {"name": participant.name})


def note_opt_change(change: OptChange) -> None:
    """STOP or START: say so in the thread, in plain words. A lone END or QUIT may mean a life: a person looks."""
    participant = mentors_access.participant_with(change.number)
    if participant is None:
        return
    conversation = _active_conversation(participant)
    if conversation is not None:
        with override(conversation.pairing.champion.user.language):
            threads.add_notice(conversation, _opt_words(change, participant))
    if change.stopped:
        _reach_another_way(change, participant, conversation)


def _opt_words(change: OptChange, participant: Participant) -> str:
    if change.stopped:
        words = _("%(name)s has stopped texts. Nothing you write here reaches that phone until they text START.")
    else:
        words = _("%(name)s gets texts again.")
    return words % {"name": participant.name}


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
