"""Trouble with sending: who is told of it, and what a lead does about it.

What is told here runs in the transactions that send: it must be cheap, and a fault of its own must not stop a text.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from core.live import announce, announce_once
from mentors.access import participant_with
from mentors.models import Participant
from messaging.texting import kind_of, lane
from partners.models import Programme
from safeguarding import access as safeguarding_access
from safeguarding import actions as safeguarding_actions
from safeguarding.models import Alert
from sms import actions as sms_actions
from sms.models import OutboundText

logger = logging.getLogger(__name__)
Kind = Alert.Kind
Level = Alert.Level
State = OutboundText.State

# The limit is one of a sliding day, so one alert a day says it.
LIMIT_AGAIN_AFTER = timedelta(days=1)


def tell_pages(changed: Sequence[OutboundText]) -> None:
    """Texts changed their state: the open pages of their programmes' leads are told, once in a transaction."""
    for programme_id in {text.lane for text in changed if text.lane}:
        announce_once(f"programme.{programme_id}", "sending")


def call_person(text: OutboundText) -> None:
    """A text needs a person: raise an alert for whoever it was to. Red, if it was vital: crisis lines that may not have
    arrived. A text to nobody we know, and a sign-in code of which nothing is known, are logged alone: a code is asked
    for again long before anybody could ring.
    """
    participant = participant_with(text.number)
    is_code = kind_of(text.key) == "code"
    if participant is None or (is_code and text.state == State.UNKNOWN):
        logger.warning("text %s needs a person: %s", text.id, text.reason)
        return
    level = Level.RED if text.is_vital and not is_code else Level.AMBER
    _aside(lambda: _alert_about(text, participant, level))


def _alert_about(text: OutboundText, participant: Participant, level: Alert.Level) -> None:
    safeguarding_actions.raise_alert(
        source=f"{safeguarding_access.ABOUT_TEXT}{text.id}",
        level=level,
        kind=Kind.DOUBT if text.state == State.UNKNOWN else Kind.NOT_ARRIVED,
        participant=participant,
        data_key=text.number.data_key,
    )


def alert_everywhere(reason: str) -> None:
    """All sending stopped (account: red, for crisis lines stop too) or reached the daily limit (limit: amber): an alert
    in every programme, unless one stands. Told again and again, it costs one query.
    """
    now = timezone.now()
    if reason == "account":
        _aside(lambda: _alert_all(f"account:{now.isoformat()}", Level.RED, Kind.ACCOUNT, timedelta()))
    else:
        _aside(lambda: _alert_all(f"limit:{now.date()}", Level.AMBER, Kind.LIMIT, LIMIT_AGAIN_AFTER))


def _alert_all(source: str, level: Alert.Level, kind: Alert.Kind, again_after: timedelta) -> None:
    safeguarding_actions.raise_for_all_texts(source=source, level=level, kind=kind, again_after=again_after)


def _aside(work: Callable[[], None]) -> None:
    """Do `work` so that its faults stop no text. A lost database is the caller's to bear: it tries again."""
    try:
        with transaction.atomic():
            work()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("an alert about sending could not be raised")


def tell_everywhere() -> None:
    """Sending goes on: every lead's open page is told."""
    _tell(Programme.objects.all())


@transaction.atomic
def pause(*, by: User, programmes: Iterable[Programme]) -> None:
    """Let the texts of `programmes` wait until somebody says go on; vital ones go. Pausing twice changes nothing."""
    programmes = list(programmes)
    _tell(programmes)
    sms_actions.pause(by=by, actor=by.actor, lanes=[lane(programme.id) for programme in programmes])


@transaction.atomic
def go_on(*, by: User, programmes: Iterable[Programme]) -> None:
    """Send what waits in `programmes`, but for what waited too long."""
    programmes = list(programmes)
    _tell(programmes)
    sms_actions.go_on(actor=by.actor, lanes=[lane(programme.id) for programme in programmes])


def _tell(programmes: Iterable[Programme]) -> None:
    for programme in programmes:
        announce(f"programme.{programme.id}", "texts")


@transaction.atomic
def send_again(*, by: User, text: OutboundText) -> OutboundText:
    """Send a text that did not arrive once more, when texts are welcome; a vital one at once. Raises
    sms.actions.CannotGoAgain, and core.sealing.Unreadable.
    """
    participant = participant_with(text.number)
    if participant is None:
        raise sms_actions.CannotGoAgain
    announce_once(f"programme.{participant.programme_id}", "sending")
    due_at = timezone.now() if text.is_vital else participant.civil(timezone.now())
    return sms_actions.send_again(text, actor=by.actor, due_at=due_at)
