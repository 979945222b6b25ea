"""Carrier keywords (https://www.twilio.com/docs/messaging/compliance/opt-out): what they do is not ours to change."""

from sms.models import InboundText

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
RESERVED = STOP | START | HELP
# Somebody who texts only this may mean their life, not our texts: a person looks.
MAY_BE_DISTRESS = frozenset({"END", "QUIT"})


def keyword(words: str) -> str:
    """The one word of the text, in capitals, if it is a carrier keyword; else ""."""
    word = words.strip().strip(".!").upper()
    return word if word in RESERVED else ""


def kind(word: str) -> InboundText.Kind:
    """What a keyword asks for. An empty one asks for nothing: the text holds words."""
    for words, meaning in ((STOP, "stop"), (START, "start"), (HELP, "help")):
        if word in words:
            return InboundText.Kind(meaning)
    return InboundText.Kind.WORDS
