"""The lead's page of texts: what needs a person, what is in trouble, what is due, what went; and pausing.

Who, what kind, when and why: never a word of what a text says. The words do not even leave the database.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core.policies import Audience, open_to
from core.sealing import Unreadable
from mentors.access import require_lead, texts_for_lead
from messaging import text_rows, trouble
from partners.access import member, programmes_led_by
from safeguarding.access import alert_about
from sms import actions as sms_actions
from sms.access import AGAIN, FOR_A_PERSON, MAY_GO_AGAIN, pauses
from sms.models import OutboundText, SendingPause

State = OutboundText.State
PAGE = 50
# Beyond this a list says "and more": nobody reads on, and no query has to.
MOST = 500
# A trouble older than this is no work for today. What nobody settled stays.
TROUBLE_LASTS = timedelta(days=7)

# What waits because something is in its way. What waits for the morning is only due.
IN_ITS_WAY = ["limit", "later", "account", "full", "unreached"]
# Held back for a reason that somebody may want to know; an answered question is not one.
HELD_BACK = ["stopped", "unsafe", "country", "unreadable"]
LOST = [State.FAILED, State.UNDELIVERED]


@dataclass(frozen=True)
class Tab:
    """One list of the page: its name, what to say when it is empty, and the order of its rows."""

    name: Promise
    none: Promise
    order: tuple[str, ...]


TABS = {
    "person": Tab(
        gettext_lazy("Needs a person"),
        gettext_lazy("No text needs you."),
        ("-due_at", "pk"),
    ),
    "trouble": Tab(
        gettext_lazy("In trouble"),
        gettext_lazy("No text is held up, and none was lost in the last 7 days."),
        ("-due_at", "pk"),
    ),
    "due": Tab(
        gettext_lazy("Due"),
        gettext_lazy("No text waits to be sent."),
        ("-is_vital", "due_at", "pk"),
    ),
    "sent": Tab(
        gettext_lazy("Sent"),
        gettext_lazy("No text was sent yet."),
        ("-sent_at", "pk"),
    ),
}


def _listed(user: User, show: str) -> QuerySet[OutboundText]:
    """The texts of one list, in its order. Each filter is one that an index of the outbox serves."""
    texts = texts_for_lead(user)
    recent = Q(due_at__gte=timezone.now() - TROUBLE_LASTS)
    in_trouble = texts.exclude(reason__in=["", "quiet"])
    unknown, stuck = Q(state=State.UNKNOWN), Q(state__in=LOST, reason__in=FOR_A_PERSON, was_sent_again=False) & recent
    match show:
        case "person":
            found = _with_again(in_trouble).filter(unknown & Q(look_up_at=None) | stuck)
        case "trouble":
            held_up = Q(state=State.QUEUED, reason__in=IN_ITS_WAY)
            lost = Q(state__in=[*LOST, State.EXPIRED]) | Q(state=State.SUPPRESSED, reason__in=HELD_BACK)
            looked_for = unknown & Q(look_up_at__isnull=False)
            found = _with_again(in_trouble.filter(recent)).filter(held_up | lost | looked_for).exclude(stuck)
        case "due":
            found = texts.filter(state=State.QUEUED).exclude(reason__in=IN_ITS_WAY)
        case _:
            found = texts.filter(sent_at__isnull=False, state__in=[State.SENT, State.DELIVERED])
    return found.order_by(*TABS[show].order)


def _with_again(texts: QuerySet[OutboundText]) -> QuerySet[OutboundText]:
    key = Concat(OuterRef("key"), Value(AGAIN))
    return texts.annotate(was_sent_again=Exists(OutboundText.objects.filter(key=key)))


@open_to(Audience.STAFF)
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """One of the lists, with the counts of all. `?part=1`: without the frame, for a live page."""
    user = member(request)
    require_lead(user)
    show = request.GET.get("show", "")
    show = show if show in TABS else "person"
    number = _page_number(request)
    standing = pauses()
    context = _list(user, show, number, standing) | {"tabs": _tabs(user), "show": show}
    context["bands"] = text_rows.bands(user, standing)
    return render(request, "lead/texts_parts.html" if "part" in request.GET else "lead/texts.html", context)


def _page_number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return min(max(int(typed), 1), MOST // PAGE) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 1


def _list(user: User, show: str, number: int, standing: list[SendingPause]) -> dict[str, Any]:
    start = (number - 1) * PAGE
    found = list(text_rows.with_people(_listed(user, show))[start : start + PAGE + 1])
    # What is being posted this moment has no time of sending yet: it stands first.
    going = (
        list(text_rows.with_people(texts_for_lead(user).filter(state=State.SENDING))[:PAGE]) if show == "sent" else []
    )
    is_last = len(found) <= PAGE
    return {
        "rows": text_rows.rows((going if number == 1 else []) + found[:PAGE], standing),
        "none": TABS[show].none,
        "number": number,
        "newer": number - 1,
        "older": 0 if is_last or number == MOST // PAGE else number + 1,
        "is_cut": number == MOST // PAGE and not is_last,
    }


def _tabs(user: User) -> list[dict[str, Any]]:
    """The lists by name, with how many are in each, up to MOST. A query for each; what was sent is not counted."""
    return [{"show": show, "name": tab.name, "count": _count(user, show)} for show, tab in TABS.items()]


def _count(user: User, show: str) -> str:
    if show == "sent":
        return ""
    many = _listed(user, show).order_by()[: MOST + 1].count()
    return f"{MOST}+" if many > MOST else str(many or "")


# --- One text ----------------------------------------------------------------------------------


def _text_for_lead(user: User, text_id: UUID) -> OutboundText:
    return get_object_or_404(text_rows.with_people(_with_again(texts_for_lead(user))), pk=text_id)


@open_to(Audience.STAFF)
@require_safe
def text(request: HttpRequest, text_id: UUID) -> HttpResponse:
    """One text: what became of it, and what can be done."""
    found = _text_for_lead(member(request), text_id)
    (row,) = text_rows.rows([found], pauses())
    context = {
        "row": row,
        "text": found,
        "alert": alert_about(found),
        "may_settle": found.state == State.UNKNOWN,
        "may_go_again": _may_go_again(found),
    }
    return render(request, "lead/text.html", context)


def _may_go_again(text: OutboundText) -> bool:
    """Whether the page offers it. A sign-in code is asked for again: an old one opens nothing."""
    was_sent_again: bool = text.was_sent_again  # type: ignore[attr-defined]
    return text.state in MAY_GO_AGAIN and not was_sent_again and not text_rows.is_code(text)


@open_to(Audience.STAFF)
@require_POST
def settle(request: HttpRequest, text_id: UUID) -> HttpResponse:
    """A lead found out whether an unknown text arrived: `arrived` is "yes" or "no"."""
    user = member(request)
    found = _text_for_lead(user, text_id)
    answer = request.POST.get("arrived", "")
    if answer not in {"yes", "no"}:
        messages.warning(request, _("Say if it arrived or not."))
        return redirect("messaging:text", text_id)
    try:
        sms_actions.settle(found, arrived=answer == "yes", by=user, actor=user.actor)
    except sms_actions.AlreadyKnown:
        messages.warning(request, _("Meanwhile it is known what became of it. Nothing was changed."))
    else:
        messages.success(request, _("Thank you. It is written down that you found out."))
    return redirect("messaging:text", text_id)


@open_to(Audience.STAFF)
@require_POST
def again(request: HttpRequest, text_id: UUID) -> HttpResponse:
    """Send a text that did not arrive once more. Its page has said what that means."""
    user = member(request)
    found = _text_for_lead(user, text_id)
    try:
        if text_rows.is_code(found):
            raise sms_actions.CannotGoAgain
        made = trouble.send_again(by=user, text=found)
    except sms_actions.CannotGoAgain:
        messages.warning(request, _("It was not sent again. Look at what became of it."))
    except Unreadable:
        messages.error(request, _("Its words can no longer be read, so it cannot be sent again."))
    else:
        messages.success(request, _("The same words go once more. This is the new text."))
        return redirect("messaging:text", made.id)
    return redirect("messaging:text", text_id)


# --- Pausing -----------------------------------------------------------------------------------


@open_to(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    """Ask what that means; then pause all sending in the programmes this person leads."""
    user = member(request)
    require_lead(user)
    if request.method != "POST":
        return render(request, "lead/texts_pause.html", {"programmes": programmes_led_by(user)})
    trouble.pause(by=user, programmes=programmes_led_by(user))
    messages.success(request, _("Sending is paused. It stays so till somebody starts it again."))
    return redirect("messaging:texts")


@open_to(Audience.STAFF)
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Send again what waits."""
    user = member(request)
    require_lead(user)
    trouble.go_on(by=user, programmes=programmes_led_by(user))
    messages.success(request, _("Texts go out again. What waits goes now."))
    return redirect("messaging:texts")


@open_to(Audience.STAFF)
@require_POST
def try_account(request: HttpRequest) -> HttpResponse:
    """Somebody has put our account right: try it with the next text."""
    user = member(request)
    require_lead(user)
    sms_actions.try_account_now(actor=user.actor)
    messages.success(request, _("One text tries it now. If it goes, all the others follow."))
    return redirect("messaging:texts")
