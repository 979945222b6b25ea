"""Template tags of the content room: help, and the drawn places of stories."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cms import access
from cms.models import Helpline, StoryPage

register = template.Library()

DEFAULT_COUNTRY = "GB"


@register.inclusion_tag("cms/help_now.html", takes_context=True)
def help_now(context: template.Context) -> dict[str, Any]:
    """Help now: a box that opens without a request or a script, with the lines of the reader's country."""
    return {"lines": _lines(context) or [_emergency(context)]}


@register.simple_tag(takes_context=True)
def help_lines(context: template.Context) -> list[Helpline]:
    """The lines of the reader's country, for a page that lists them: `{% help_lines as lines %}`."""
    return _lines(context)


@register.simple_tag(takes_context=True)
def emergency_line(context: template.Context) -> SafeString:
    """In danger? Call 999. The number is linked."""
    line = _emergency(context)
    return format_html('{} <a href="{}">{}</a>.', _("In danger?"), line.href, line.deed)


@register.simple_tag
def view(story: StoryPage) -> SafeString:
    """The drawn place of a story, hidden from screen readers: it says nothing that the words do not."""
    return render_to_string(f"cms/views/{StoryPage.View(story.view)}.html")


def _country(context: template.Context) -> str:
    return getattr(context.get("request"), "country", None) or DEFAULT_COUNTRY


def _lines(context: template.Context) -> list[Helpline]:
    """Asked for once in a request, however often a page shows them."""
    request = context.get("request")
    lines: list[Helpline] | None = getattr(request, "helplines", None)
    if lines is None:
        lines = access.helplines(_country(context), get_language() or "")
        if request is not None:
            request.helplines = lines
    return lines


def _emergency(context: template.Context) -> Helpline:
    return access.emergency_line(_country(context), _lines(context))
