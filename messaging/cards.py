"""The card of a check-in in the champion's thread: one for each, at the end when it is put there, changed in place."""

from core.live import announce
from messaging import threads
from messaging.models import CheckIn, Message, Side


def show(check_in: CheckIn) -> None:
    """Put the check-in's card at the end of the thread, where the champion is looking; later answers
    of the same check-in change that card where it stands. The conversation must be held.
    """
    conversation = check_in.conversation
    message = Message.objects.filter(check_in=check_in).first()
    if message is None:
        card = Message(author=Side.HANDRAIL, kind=Message.Kind.CHECK_IN, check_in=check_in, only_for=Side.CHAMPION)
        threads.add(conversation, card, "")
    else:
        announce(conversation.group, "changed", message=str(message.id))
    announce(conversation.group, "check-in")
