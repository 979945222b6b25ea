"""Asked by the outbox at the moment of sending: does what a text belongs to still stand, and may it go at this hour?

Whatever was true when a text was queued, it may have waited: for the morning, for the provider, for a dispatcher that
was down. A handful of queries for a whole batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from mentors.models import ContactNumber, Pairing, Participant
from messaging.models import CheckIn, CheckInAnswer
from messaging.questions import QUESTIONS
from messaging.texting import id_in, kind_of
from sms.hooks import Hold, Wait
from sms.models import OutboundText

# By what kind of key: how the pairing is found from the id in it.
PAIRING_BY = {
    "offer": "pk",
    "started": "pk",
    "message": "conversation__messages",
    "check-in": "conversation__check_ins",
    "reminder": "conversation__check_ins",
    "new-message": "conversation",
}
# All that is asked about a pairing and its participant.
ASKED = [
    "status",
    *(f"participant__{name}" for name in ("texts_are_safe", "texts_from", "texts_until", "user__time_zone")),
]
Verdicts = Mapping[UUID, Hold | Wait]


def may_it_go(texts: Sequence[OutboundText]) -> Verdicts:
    """Which of `texts` must not go, or not now."""
    pairings = _pairings(texts)
    answered = _answered(texts)
    people = _people([text for text in texts if text.id not in pairings and not text.is_answer and not text.is_vital])
    verdicts = {}
    for text in texts:
        held = _held(text, pairings.get(text.id), text.id in answered) or _wait(text, _whom(text, pairings, people))
        if held:
            verdicts[text.id] = held
    return verdicts


def _whom(
    text: OutboundText, pairings: Mapping[UUID, Pairing], people: Mapping[UUID, Participant]
) -> Participant | None:
    pairing = pairings.get(text.id)
    return pairing.participant if pairing else people.get(text.number_id)


def _held(text: OutboundText, pairing: Pairing | None, is_answered: bool) -> Hold | None:
    # To somebody in danger the lines go, whoever it is: they wrote from that phone just now.
    if text.number.flaw and kind_of(text.key) != "crisis":
        return Hold("number")
    if pairing is None:
        return None
    wanted = Pairing.Status.OFFERED if kind_of(text.key) == "offer" else Pairing.Status.ACTIVE
    if pairing.status != wanted:
        return Hold("ended")
    if not pairing.participant.texts_are_safe:
        return Hold("unsafe")
    return Hold("answered") if is_answered else None


def _wait(text: OutboundText, participant: Participant | None) -> Wait | None:
    """Quiet hours: a text that was kept up goes in the morning, unless it answers one that just came in."""
    if participant is None or text.is_answer or text.is_vital:
        return None
    now = timezone.now()
    civil = participant.civil(now)
    return Wait("quiet", civil) if civil > now else None


def _pairings(texts: Sequence[OutboundText]) -> dict[UUID, Pairing]:
    """The pairing behind each text that has one. One query for each kind of text."""
    found: dict[UUID, Pairing] = {}
    for kind, field in PAIRING_BY.items():
        # Several texts may be about one row: a question, and the thanks for its answer.
        about = {text.id: id_in(text.key) for text in texts if kind_of(text.key) == kind}
        if about:
            rows = Pairing.objects.select_related("participant__user").only(*ASKED).annotate(row=F(field))
            by_row = {pairing.row: pairing for pairing in rows.filter(row__in=set(about.values()))}  # type: ignore[attr-defined]
            found |= {text_id: by_row[row] for text_id, row in about.items() if row in by_row}
    return found


def _answered(texts: Sequence[OutboundText]) -> set[UUID]:
    """Those that ask for what was answered, or overtaken by danger, since. Two queries."""
    asking = {text.id: _asked(text.key) for text in texts if _asks(text.key)}
    if not asking:
        return set()
    check_ins = {check_in for check_in, _ in asking.values()}
    still_open = set(CheckIn.objects.open().filter(pk__in=check_ins).values_list("pk", flat=True))
    rows = CheckInAnswer.objects.filter(check_in__in=still_open)
    answered = set(rows.values_list("check_in_id", "question"))
    return {text_id for text_id, asked in asking.items() if asked[0] not in still_open or asked in answered}


def _asks(key: str) -> bool:
    """Whether a text asks a check-in's question, or reminds of it."""
    kind = kind_of(key)
    return kind == "reminder" or (kind == "check-in" and _asked(key)[1] in QUESTIONS)


def _asked(key: str) -> tuple[UUID, str]:
    """The check-in and the question that a text is about: of "check-in:<id>:feeling-again" that id and "feeling"."""
    what = key.split(":")[2:3]
    return id_in(key), what[0].partition("-")[0] if what else ""


def _people(texts: Iterable[OutboundText]) -> dict[UUID, Participant]:
    """Whose number each text goes to. One query."""
    numbers = {text.number_id for text in texts}
    if not numbers:
        return {}
    contacts = ContactNumber.objects.current().select_related("participant__user").filter(number__in=numbers)
    return {contact.number_id: contact.participant for contact in contacts}
