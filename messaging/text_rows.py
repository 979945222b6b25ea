"""Texts as a lead is told of them: who, what kind, how it stands and why. And the bands over all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from mentors.access import CONTACT, texts_for_lead
from messaging.models import Message
from messaging.texting import id_in, kind_of, lane
from partners.access import programmes_led_by
from sms.access import in_words, state_in_words
from sms.models import OutboundText, SendingPause

State = OutboundText.State
Reason = SendingPause.Reason
MOST_COUNTED = 500

# What a text is, by the kind in its key.
KINDS: dict[str, Promise] = {
    "check-in": gettext_lazy("Check-in"),
    "reminder": gettext_lazy("Reminder of a check-in"),
    "message": gettext_lazy("Message"),
    "new-message": gettext_lazy("Word that a message waits"),
    "offer": gettext_lazy("Offer of a champion"),
    "offer-again": gettext_lazy("Answer to their text"),
    "offer-yes": gettext_lazy("Answer to their text"),
    "offer-no": gettext_lazy("Answer to their text"),
    "started": gettext_lazy("Word that they have a champion"),
    "crisis": gettext_lazy("Crisis lines"),
    "no-pictures": gettext_lazy("Answer to their text"),
    "no-champion": gettext_lazy("Answer to their text"),
    "reminder-appointment": gettext_lazy("Reminder of an appointment"),
    "verify": gettext_lazy("Question about their number"),
    "number-moved": gettext_lazy("Word that texts go to another number"),
    "code": gettext_lazy("Sign-in code"),
}


@dataclass(frozen=True)
class Row:
    """One text in a list. `at` is when it goes, or went; `state` and `why` are words."""

    id: UUID
    name: str
    zone: str
    kind: str
    state: str
    why: str
    at: datetime
    waits: bool
    is_late: bool
    needs_person: bool


def with_people(texts: QuerySet[OutboundText]) -> QuerySet[OutboundText]:
    """The same, with whom each is to, and without its words."""
    who = f"{CONTACT}__participant__user"
    named = texts.annotate(to_name=F(f"{who}__name"), to_zone=F(f"{who}__time_zone"))
    return named.select_related("settled_by").defer("sealed_body")


def is_code(text: OutboundText) -> bool:
    return kind_of(text.key) == "code"


def rows(texts: Sequence[OutboundText], standing: Sequence[SendingPause]) -> list[Row]:
    """`texts`, which are with_people, in words, with the pauses that stand. One query, for who wrote what."""
    writers = _writers(texts)
    paused = {pause.lane for pause in standing if pause.reason == Reason.PERSON}
    return [_row(text, writers.get(text.id, ""), text.lane in paused and not text.is_vital) for text in texts]


def _row(text: OutboundText, writer: str, is_paused: bool) -> Row:
    waits = text.state == State.QUEUED
    return Row(
        id=text.id,
        name=text.to_name,  # type: ignore[attr-defined]
        zone=text.to_zone,  # type: ignore[attr-defined]
        kind=_("Message from %(name)s") % {"name": writer} if writer else kind_in_words(text),
        state=state_in_words(text.state),
        why=_("Sending is paused.") if waits and is_paused else in_words(text.reason),
        at=text.due_at if waits else text.delivered_at or text.sent_at or text.due_at,
        waits=waits,
        is_late=waits and text.due_at <= timezone.now(),
        needs_person=text.state == State.UNKNOWN and text.look_up_at is None,
    )


def kind_in_words(text: OutboundText) -> str:
    """What kind of text it is, in the reader's language."""
    return str(KINDS.get(kind_of(text.key), gettext_lazy("Text from Handrail")))


def _writers(texts: Iterable[OutboundText]) -> dict[UUID, str]:
    """Who wrote the messages among `texts`."""
    written = {text.id: id_in(text.key) for text in texts if kind_of(text.key) == "message"}
    found = Message.objects.filter(pk__in=set(written.values()))
    names = dict(found.values_list("pk", "conversation__pairing__champion__user__name")) if written else {}
    return {text_id: names.get(message_id, "") for text_id, message_id in written.items()}


# --- The bands ---------------------------------------------------------------------------------


def bands(user: User, standing: Sequence[SendingPause]) -> dict[str, Any]:
    """What holds all sending up, for the band above a lead's pages. No query, where nothing does."""
    if not standing:
        return {}
    refused = [pause for pause in standing if pause.reason == Reason.ACCOUNT]
    led = {lane(programme.id): programme for programme in programmes_led_by(user)}
    paused = [pause for pause in standing if pause.reason == Reason.PERSON and pause.lane in led]
    return {
        "refused": refused[0] if refused else None,
        "is_lead": bool(led),
        "paused": paused[0] if paused else None,
        "names": ", ".join(led[pause.lane].name for pause in paused) if len(led) > 1 else "",
        "is_all_paused": len(paused) == len(led),
        "waiting": _waiting(user, [pause.lane for pause in paused], bool(refused)),
    }


def _waiting(user: User, lanes: list[str], is_refused: bool) -> str:
    """How many are due and held up, up to MOST_COUNTED."""
    waiting = texts_for_lead(user).filter(state=State.QUEUED, due_at__lte=timezone.now())
    if not is_refused:
        waiting = waiting.filter(lane__in=lanes, is_vital=False)
    many = waiting[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if many > MOST_COUNTED else str(many)
