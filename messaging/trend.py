"""How somebody has been: the last check-ins as a line. A gap is a gap, not a zero."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.models import CheckIn, Conversation
from messaging.questions import CRAVINGS, FEELING

State = CheckIn.State
MOST = 12
LEFT, STEP, TOP, ROW, GAP_Y = 34, 27, 26, 24, 146


@dataclass(frozen=True)
class Point:
    """One check-in: where it stands in the drawing, and what it says. `value` is None for no answer."""

    at: datetime
    value: int | None
    word: str
    cravings: str
    x: int
    y: int
    is_last: bool
    is_silence: bool


@dataclass(frozen=True)
class Trend:
    """Points from the oldest to the newest, and the line between neighbours that both have a value."""

    points: list[Point]

    @property
    def path(self) -> str:
        parts, pen = [], "M"
        for point in self.points:
            if point.value is None:
                pen = "M"
                continue
            parts.append(f"{pen}{point.x} {point.y}")
            pen = "L"
        return " ".join(parts)

    @property
    def answered(self) -> list[Point]:
        return [point for point in self.points if point.value is not None]

    @property
    def gaps(self) -> list[Point]:
        return [point for point in self.points if point.value is None]

    @property
    def silences(self) -> int:
        """How often they were asked and did not answer. What never reached them is a gap, and no silence."""
        return sum(point.is_silence for point in self.points)

    @property
    def sentence(self) -> str:
        """What the line shows, in words."""
        if not self.answered:
            return _("No answers yet.")
        last = self.answered[-1]
        words = _("Last answer: %(value)d, %(word)s.") % {"value": last.value, "word": last.word}
        if len(self.answered) > 1:
            before = self.answered[-2]
            words += " " + _("Before that: %(value)d.") % {"value": before.value}
        if count := self.silences:
            words += " " + ngettext("%(n)d not answered.", "%(n)d not answered.", count) % {"n": count}
        return words


def trend(conversation: Conversation) -> Trend:
    """The last `MOST` check-ins that are answered or over. Two queries."""
    rows = CheckIn.objects.filter(conversation=conversation).select_related("conversation__data_key")
    rows = rows.prefetch_related("answer_rows__check_in__conversation__data_key").order_by("-asked_at")
    shown = [row for row in rows[: MOST + 1] if row.state != CheckIn.State.ASKED or row.answered_at][:MOST]
    shown.reverse()
    return Trend([_point(row, nth, nth == len(shown) - 1) for nth, row in enumerate(shown)])


def _point(check_in: CheckIn, nth: int, is_last: bool) -> Point:
    answers = check_in.answers
    value, cravings = answers.get("feeling"), answers.get("cravings")
    return Point(
        at=check_in.asked_at,
        value=value,
        word=FEELING.word(value) if value else _without(check_in),
        cravings=CRAVINGS.word(cravings) if cravings else "",
        x=LEFT + nth * STEP,
        y=TOP + (5 - value) * ROW if value else GAP_Y,
        is_last=is_last,
        is_silence=check_in.state == State.MISSED,
    )


def _without(check_in: CheckIn) -> str:
    """What there is instead of a number."""
    if check_in.state == State.NOT_REACHED:
        return _("It did not reach them")
    return _("No answer") if check_in.state == State.MISSED else _("Answered, but not this")
