"""Public holidays: those of a country, or of one region of it (an ISO 3166-2 code such as ENG, SCT or AUK)."""

from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from holidays import country_holidays, list_supported_countries

from mentors.models import Participant


def is_day_off(participant: Participant, day: date) -> bool:
    """Whether `day` is a public holiday where they live, with the days on which it is made up for. Never, in a
    country that we have no calendar of.
    """
    country, region = _home(participant)
    return _is_known(country) and day in _days_off(country, region, day.year)


def place(participant: Participant) -> str:
    """Whose public holidays count for them, in words; "" when we have no calendar."""
    country, region = _home(participant)
    if not _is_known(country):
        return ""
    countries = {"GB": _("the whole United Kingdom"), "NZ": _("the whole of New Zealand")}
    return _region_name(country, region) if region else countries.get(country, country)


def _home(participant: Participant) -> tuple[str, str]:
    """Country and region. The programme's region says nothing about somebody who lives in another country."""
    country, programme = participant.user.country, participant.programme
    region = programme.holiday_region if programme.country == country else ""
    return country, region if region in _regions().get(country, []) else ""


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    return list_supported_countries()


def _is_known(country: str) -> bool:
    return country in _regions()


# A set for each year: the package's own object fills itself while it is asked, which threads must not share.
@lru_cache(maxsize=256)
def _days_off(country: str, region: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, subdiv=region or None, years=year))


@lru_cache(maxsize=64)
def _region_name(country: str, region: str) -> str:
    names = country_holidays(country).get_subdivision_aliases().get(region, [])
    return next(iter(names), region)
