"""What happens when no answer comes, each with a clock on the check-in's row.

1. `remind_at` (4 hours): one reminder, at a civil hour (messaging.checkins).
2. `miss_at` (24 hours): it is over. Without an answer the champion is told.
3. `lead_at` (48 hours): still not a word from them: the lead is told. At the second miss in a row, at once.

Any word from them stops all three. Nobody is called silent who was never asked: a check-in whose text did not reach
their phone ends as not reached, and the champion reads why.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import dispatch
from core.live import announce
from messaging import cards, threads
from messaging.models import CheckIn, Conversation
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms.access import in_words
from sms.models import OutboundText

State = CheckIn.State
Sent = OutboundText.State
# Long enough to finish work or wake up; short enough to still be the same day.
REMIND_AFTER = timedelta(hours=4)
# A day without an answer is a signal; after two a person other than the champion should know (docs/domain.md).
MISS_AFTER = timedelta(hours=24)
LEAD_AFTER = timedelta(hours=48)
MISSED_BEFORE_LEAD = 2
# It got to their phone, as far as anybody can say.
REACHED = {Sent.SENT, Sent.DELIVERED}
# It will not get there any more. An unknown one may still turn out to have arrived.
OVER = {Sent.FAILED, Sent.UNDELIVERED, Sent.SUPPRESSED, Sent.EXPIRED, Sent.CANCELED}
BATCH = 200


def heard(conversation: Conversation) -> None:
    """They wrote, whatever it was: nothing counts as silence any more. The conversation must be held."""
    rows = CheckIn.objects.unheard().filter(conversation=conversation)
    rows.update(heard_at=timezone.now(), remind_at=None, lead_at=None)


def miss_due() -> int:
    """Close each check-in that waited too long, and tell who must know; how many."""
    now = timezone.now()
    ids = list(CheckIn.objects.to_miss(now).values_list("conversation_id", flat=True)[:BATCH])
    return dispatch.each("messaging.miss_due", ids, _miss)


@transaction.atomic
def _miss(conversation_id: UUID) -> None:
    conversation = threads.held(Conversation(pk=conversation_id))
    # Another dispatcher may have closed it and asked the next one meanwhile.
    if CheckIn.objects.to_miss(timezone.now()).filter(conversation=conversation).exists():
        miss_if_open(conversation)


def miss_if_open(conversation: Conversation) -> None:
    """Close the open check-in, if there is one. Some questions answered is an answer, words of any kind are words,
    a text that never got there is no silence; only what is left is a miss. The conversation must be held.
    """
    check_in = CheckIn.objects.open().select_related("first_text").filter(conversation=conversation).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    if check_in.answered_at or check_in.heard_at:
        close(check_in, State.ANSWERED if check_in.answered_at else State.IN_WORDS)
        announce(conversation.group, "check-in")
    elif not was_asked(check_in):
        close_as_not_reached(check_in)
    else:
        close(check_in, State.MISSED)
        _tell_of_silence(check_in)


def close(check_in: CheckIn, state: CheckIn.State) -> None:
    """It is over. Only for a miss does the lead's clock go on."""
    check_in.state, check_in.remind_at = state, None
    if state != State.MISSED:
        check_in.lead_at = None
    check_in.save(update_fields=["state", "remind_at", "lead_at"])


def was_asked(check_in: CheckIn) -> bool:
    """Whether the first question got to them: its text was sent, or the link was opened."""
    text = check_in.first_text
    return text is None or text.state in REACHED or check_in.link_opened_at is not None


def cannot_reach(check_in: CheckIn) -> bool:
    """Whether it is known already that the first question will not get to them."""
    text = check_in.first_text
    return text is not None and text.state in OVER and check_in.link_opened_at is None


def close_as_not_reached(check_in: CheckIn) -> None:
    """End it without calling anybody silent, and tell the champion why. The conversation must be held."""
    close(check_in, State.NOT_REACHED)
    pairing = check_in.conversation.pairing
    if not pairing.is_active:
        return
    with override(pairing.champion.user.language):
        why = in_words(check_in.first_text.reason if check_in.first_text else "") or in_words("failed")
        said = _("The check-in did not reach %(name)s, so this is no silence.") % {"name": pairing.participant.name}
        threads.add_notice(check_in.conversation, f"{said} {why}")
    cards.show(check_in)


def _tell_of_silence(check_in: CheckIn) -> None:
    conversation = check_in.conversation
    pairing = conversation.pairing
    if not pairing.is_active:
        return
    with override(pairing.champion.user.language):
        words = _("%(name)s has not answered the check-in. A message or a call may help.")
        threads.add_notice(conversation, words % {"name": pairing.participant.name})
    cards.show(check_in)
    if _missed_in_a_row(conversation) >= MISSED_BEFORE_LEAD:
        _tell_lead(check_in)


def _missed_in_a_row(conversation: Conversation) -> int:
    """How many of the newest were missed without a word since. What did not reach them says nothing either way."""
    over = CheckIn.objects.filter(conversation=conversation).exclude(state__in=[State.ASKED, State.NOT_REACHED])
    rows = over.order_by("-asked_at").values_list("state", "heard_at")[:MISSED_BEFORE_LEAD]
    silent = [state == State.MISSED and heard_at is None for state, heard_at in rows]
    return len(silent) if all(silent) else 0


def tell_lead_due() -> int:
    """Tell the lead of each silence that lasts; how many."""
    now = timezone.now()
    ids = list(CheckIn.objects.to_tell_lead(now).values_list("pk", flat=True)[:BATCH])
    return dispatch.each("messaging.tell_lead_due", ids, lambda check_in_id: _still_silent(check_in_id, now))


@transaction.atomic
def _still_silent(check_in_id: UUID, now: datetime) -> None:
    conversation = threads.held(Conversation.objects.get(check_ins=check_in_id))
    check_in = CheckIn.objects.to_tell_lead(now).filter(pk=check_in_id).first()
    if check_in is None:
        return
    check_in.conversation = conversation
    check_in.lead_at = None
    check_in.save(update_fields=["lead_at"])
    if conversation.pairing.is_active:
        _tell_lead(check_in)


def _tell_lead(check_in: CheckIn) -> None:
    """An amber alert, unless one for their silence is open already."""
    participant = check_in.conversation.pairing.participant
    if Alert.objects.filter(participant=participant, kind=Alert.Kind.SILENCE, closed_at=None).exists():
        return
    safeguarding_actions.raise_alert(
        source=f"silence:{check_in.id}",
        level=Alert.Level.AMBER,
        kind=Alert.Kind.SILENCE,
        participant=participant,
        data_key=check_in.conversation.data_key,
    )
