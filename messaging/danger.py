"""Words that may mean danger: an alert for the lead, and the crisis lines for the person, before all else.

`heed` runs in a transaction of its own and rests on no conversation: whatever is wrong with the thread, the alert
is there and the lines go out. `note` then says so in the thread.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import DataKey
from mentors import access as mentors_access
from mentors.models import Participant
from messaging import checkins, lines, texting, threads, wording
from messaging.models import Conversation, Side
from safeguarding import access as safeguarding_access
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms.models import InboundText, PhoneNumber

Level = Alert.Level
Kind = Alert.Kind


def heed_text(text: InboundText, words: str) -> None:
    """The same for a text that came in, before it is filed."""
    participant = mentors_access.participant_with(text.number)
    if participant is not None:
        heed(participant, words, source=f"inbound:{text.id}", by_text=True, phone=text.number)


@transaction.atomic
def heed(participant: Participant, words: str, *, source: str, by_text: bool, phone: PhoneNumber | None = None) -> None:
    """Raise an alert if the words may mean danger. Red ones are answered with the crisis lines: by text if they
    came by text, for then the phone is in their hand; never to a phone they did not write from (`phone`: the one
    they did, unless it is the one their texts go to). Doing it again for the same `source` changes nothing.
    """
    level = safeguarding_access.level_of(words)
    if level is None:
        return
    raise_for(participant, source, level, words)
    if level is Level.RED and by_text:
        body = crisis_words(participant)
        texting.answer(participant, key=f"crisis:{source}", body=body, is_vital=True, to=phone)


def stop_asking(conversation: Conversation, words: str) -> None:
    """Nobody who writes red words should be asked for a number from 1 to 5. The conversation must be held."""
    if safeguarding_access.level_of(words) is Level.RED:
        checkins.stop_asking(conversation)


def note(conversation: Conversation, words: str, *, by_text: bool, phone: PhoneNumber | None = None) -> None:
    """Say in the thread what was done about red words. The conversation must be held."""
    if safeguarding_access.level_of(words) is not Level.RED:
        return
    participant = conversation.pairing.participant
    threads.add_notice(conversation, crisis_words(participant), only_for=Side.PARTICIPANT)
    with override(conversation.pairing.champion.user.language):
        said = _said(phone or texting.phone_of(participant), by_text) % {"name": participant.name}
        threads.add_notice(conversation, f"{said} {_('An alert is on your lead’s screen.')}")


def _said(phone: PhoneNumber, by_text: bool) -> str:
    if not by_text:
        return _("%(name)s was shown the crisis lines.")
    if phone.is_stopped:
        return _("%(name)s may be in danger, and has stopped texts: no crisis lines were sent.")
    return _("%(name)s is being sent the crisis lines.")


def crisis_words(participant: Participant) -> str:
    """The crisis lines of their country, in their language."""
    return texting.say(participant, wording.CRISIS, lines=lines.crisis(participant))


def raise_for(participant: Participant, source: str, level: Alert.Level, words: str) -> None:
    """An alert for a person's words, sealed under their number's key: it must not depend on a conversation."""
    safeguarding_actions.raise_alert(
        source=source,
        level=level,
        kind=Kind.WORDS,
        participant=participant,
        excerpt=words,
        data_key=_key(participant),
    )


@transaction.atomic
def raise_for_stuck(text: InboundText) -> None:
    """A text of theirs could not be filed, again and again: a person should ring them."""
    participant = mentors_access.participant_with(text.number)
    if participant is not None:
        safeguarding_actions.raise_alert(
            source=f"stuck:{text.id}",
            level=Level.AMBER,
            kind=Kind.STUCK,
            participant=participant,
            data_key=_key(participant),
        )


def _key(participant: Participant) -> DataKey:
    return texting.phone_of(participant).data_key
