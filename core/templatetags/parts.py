"""Template tags for the parts of the look: icons and faces. The shapes are drawn once, here."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()

# Drawn on a 24 × 24 grid, coloured by the words beside them.
ICONS = {
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "book": '<path d="M4 5.5c3-1.500 5.500-1 8 .8 2.500-1.800 5-2.300 8-.8V19c-3-1.500-5.500-1-8 .8-2.500-1.800-5-2.300-8-.8zM12 6.300V19.800"/>',
    "call": '<path d="M6 4h3l1.500 4L8.500 9.500a11 11 0 0 0 6 6L16 13.500l4 1.500v3c0 1.100-.9 2-2 2C10.800 20 4 13.200 4 6c0-1.100.9-2 2-2z"/>',
    "chat": '<path d="M4 6.500C4 5.100 5.100 4 6.500 4h11C18.900 4 20 5.100 20 6.500v7c0 1.400-1.100 2.500-2.500 2.500H11l-5 4v-4.100c-1.100-.3-2-1.200-2-2.400z"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500V12l3 2"/>',
    "cut": '<path d="M4 4l16 16M8.500 15.500a5 5 0 0 1 7 0M5 12a10 10 0 0 1 4.500-2.600M19 12a10 10 0 0 0-5-2.800M12 19v.01"/>',
    "down": '<path d="M12 5v14M5 13l7 7 7-7"/>',
    "heed": '<path d="M12 4l9 16H3zM12 10v4M12 17v.01"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.500L19.500 4M16 7.500l3 3M13.500 10l2 2"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "send": '<path d="M12 19V6M6 11.500L12 5.500l6 6"/>',
    "stop": '<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>',
    "tick": '<path d="M5 12.500l4.500 4.500L19 7.500"/>',
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon from `ICONS`, hidden from screen readers: the words beside it speak. `size`: "" or "small"."""
    css = f"icon is-{size}" if size else "icon"
    # The shapes are ours: no reader's words are in them.
    shape = mark_safe(ICONS[name])  # noqa: S308
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', css, shape)


@register.filter
def initial(name: str) -> str:
    """The first letter of a name, for a face."""
    return name[:1].upper()


@register.filter
def face(name: str) -> str:
    """The tint of a face, always the same for a name: "", "is-b" or "is-c"."""
    return ("", "is-b", "is-c")[sum(map(ord, name)) % 3]


@register.filter
def clock(moment: datetime) -> str:
    """The time of day on the reader's clock: "6:12 pm"."""
    local = timezone.localtime(moment)
    return f"{local.hour % 12 or 12}:{local:%M} {_('am') if local.hour < 12 else _('pm')}"


@register.filter
def day_clock(moment: datetime) -> str:
    """The same with its day: "Mon 23 Nov, 6:12 pm"."""
    return f"{date_format(timezone.localtime(moment), 'D j M')}, {clock(moment)}"


@register.filter
def since(moment: datetime) -> str:
    """How long ago, in its largest unit: "6 days", "2 months", "a moment"."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("a moment")
    return timesince(moment, depth=1)
