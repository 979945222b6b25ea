"""Lines to ring, for a text: from the editors' helplines, in the participant's country."""

from django.utils.translation import override

from cms import access as cms_access
from mentors.models import Participant


def emergency(participant: Participant) -> str:
    """The emergency number where they live."""
    country = participant.user.country
    lines = cms_access.helplines(country, participant.user.language)
    return cms_access.emergency_line(country, lines).number


def listening(participant: Participant) -> str:
    """A line where somebody listens; the emergency number where none is on record."""
    lines = cms_access.crisis_lines(participant.user.country, participant.user.language)
    return next((line.number for line in lines if not line.is_emergency), emergency(participant))


def crisis(participant: Participant) -> str:
    """The crisis lines, as sentences for a text. Never empty: the emergency number is always known."""
    lines = cms_access.crisis_lines(participant.user.country, participant.user.language)
    if not any(line.is_emergency for line in lines):
        lines = [cms_access.emergency_line(participant.user.country, lines), *lines]
    with override(participant.user.language):
        return " ".join(f"{line.deed}." for line in lines)
