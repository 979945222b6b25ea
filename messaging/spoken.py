"""Days and times as a text says them, in the participant's language and as people of their country read a clock.

Django's date formats have no te reo Māori, and its Welsh days begin with a capital, as no sentence wants them.
"""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True)
class Calendar:
    """The names of days (Monday first) and months in one language, and how a date is put together."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    order: str = "{weekday} {day} {month}"


ENGLISH = Calendar(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
)
WELSH = Calendar(
    ("dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau", "dydd Gwener", "dydd Sadwrn", "dydd Sul"),
    (
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ),
)
MAORI = Calendar(
    ("Rāhina", "Rātū", "Rāapa", "Rāpare", "Rāmere", "Rāhoroi", "Rātapu"),
    (
        *("Kohitātea", "Huitanguru", "Poutūterangi", "Paengawhāwhā", "Haratua", "Pipiri", "Hōngongoi"),
        *("Hereturikōkā", "Mahuru", "Whiringa-ā-nuku", "Whiringa-ā-rangi", "Hakihea"),
    ),
    "{weekday} {day} o {month}",
)
CALENDARS = {"en-gb": ENGLISH, "cy": WELSH, "mi": MAORI}
# Where a clock is read in two halves of twelve hours, and how that is written.
HALVES = {"NZ": "{hour}.{minute}{half}", "US": "{hour}:{minute} {half}"}


def day(on: date, language: str) -> str:
    """The day as in "Tuesday 24 November", in `language`; in English where it is not one of ours."""
    calendar = CALENDARS.get(language, ENGLISH)
    weekday, month = calendar.weekdays[on.weekday()], calendar.months[on.month - 1]
    return calendar.order.format(weekday=weekday, day=on.day, month=month)


def clock(at: time, country: str) -> str:
    """The time as in "10:30"; "10.30am" for somebody in New Zealand."""
    if country not in HALVES:
        return f"{at:%H:%M}"
    return HALVES[country].format(hour=at.hour % 12 or 12, minute=f"{at:%M}", half="am" if at.hour < 12 else "pm")
