"""The lead's desk, and a pairing as its lead sees it: who, when and how often, never a word they wrote."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.policies import Audience, open_to
from mentors.access import CONTACT, pairing_for_lead, referrals_for_lead, texts_for_lead
from mentors.models import Pairing, Referral
from messaging import access, planning, text_rows
from messaging.forms import PlanForm
from messaging.models import CheckIn, Conversation
from messaging.upcoming import upcoming
from messaging.views import say_sent
from partners.access import member, numbers_led_by
from safeguarding.access import open_alerts_for, require_guard
from sms.access import for_reading, in_words, inbound_body, pauses, unknown_texts
from sms.actions import mark_looked_at
from sms.models import InboundText, OutboundText

State = OutboundText.State
# A text's trouble older than this is no work for today.
TROUBLE_LASTS = timedelta(days=7)
NOT_KNOWN = [State.UNKNOWN]
DID_NOT_ARRIVE = [State.FAILED, State.UNDELIVERED]
# The desk is what can be done today: the newest of each list; the rest come up as these are done.
MOST = 20


@open_to(Audience.STAFF)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What cannot wait, and what can be done today. `?part=1`: the lists alone, for a live page;
    `?part=menu&page=...`: the menu of whichever page is open.
    """
    user = member(request)
    require_guard(user)
    if request.GET.get("part") == "menu":
        return render(request, "lead/menu_part.html")
    context = _lists(user)
    if "part" in request.GET:
        return render(request, "lead/desk_parts.html", context)
    return render(request, "lead/desk.html", context | {"texts": _texts_today(user)})


def _lists(user: User) -> dict[str, Any]:
    """All that is on the desk. A safeguarding lead, who leads no programme, has the alerts alone."""
    alerts = list(open_alerts_for(user))
    bands = text_rows.bands(user, pauses())
    waiting = list(referrals_for_lead(user).waiting())
    numbers = numbers_led_by(user)
    troubles, strangers = _troubles(user), _strangers(numbers)
    today = bool(waiting) + len(troubles) + len(strangers)
    return {
        "greeting": _greeting(),
        "summary": _summary(len(alerts), today),
        "is_lead": bool(numbers),
        "bands": bands,
        "alerts": alerts,
        "waiting": waiting,
        "troubles": troubles,
        "strangers": strangers,
    }


def _summary(now: int, today: int) -> str:
    """How much there is, in a sentence or two."""
    if not now and not today:
        return _("Nothing waits for you.")
    urgent = ngettext("One thing can’t wait.", "%(n)d things can’t wait.", now) if now else _("Nothing is urgent.")
    rest = ngettext("One can be done today.", "%(n)d can be done today.", today) if today else ""
    return " ".join(filter(None, [urgent % {"n": now}, rest % {"n": today}]))


def _greeting() -> str:
    hour = timezone.localtime().hour
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def _troubles(user: User) -> list[dict[str, Any]]:
    """Texts that did not arrive, or may not have: one row for each person and reason. One query."""
    since = timezone.now() - TROUBLE_LASTS
    unasked = Q(key__startswith="offer:", state=State.SUPPRESSED)
    trouble = Q(state__in=NOT_KNOWN + DID_NOT_ARRIVE) | Q(state=State.QUEUED, reason="limit") | unasked
    texts = texts_for_lead(user).filter(trouble, created_at__gte=since)
    who = f"{CONTACT}__participant__user"
    theirs = {"participant__user": OuterRef(who)}
    pairing = Subquery(Pairing.objects.open().filter(**theirs).values("pk")[:1])
    referral = Subquery(Referral.objects.waiting().filter(**theirs).values("pk")[:1])
    same = texts.values(who, "reason", "state", name=F(f"{who}__name"), pairing=pairing, referral=referral)
    rows = same.annotate(count=Count("pk"), last=Max("created_at")).order_by("-last")
    return [_trouble({**row}) for row in rows[:MOST]]


def _trouble(row: dict[str, Any]) -> dict[str, Any]:
    name, count = row["name"], row["count"]
    if row["state"] in NOT_KNOWN:
        words = ngettext("One text to %(name)s: sent or not?", "%(n)d texts to %(name)s: sent or not?", count)
    else:
        words = ngettext("One text did not reach %(name)s", "%(n)d texts did not reach %(name)s", count)
    return row | {
        "head": words % {"name": name, "n": count},
        "why": in_words(row["reason"]) or in_words("failed"),
    }


def _strangers(numbers: list[str]) -> list[dict[str, Any]]:
    """What numbers nobody knows wrote to `numbers`, our own; of theirs, only the end is shown."""
    return [_stranger(text) for text in unknown_texts(numbers)[:MOST]]


def _stranger(text: InboundText) -> dict[str, Any]:
    return {"id": text.id, "at": text.received_at, "body": inbound_body(text), "end": for_reading(text.number)[-3:]}


def _texts_today(user: User) -> dict[str, int]:
    """What became of the texts of this day, in the reader's zone. One query."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    on_their_way = [State.QUEUED, State.SENDING, State.SENT]
    return (
        texts_for_lead(user)
        .filter(created_at__gte=midnight)
        .aggregate(
            delivered=Count("pk", filter=Q(state=State.DELIVERED)),
            on_their_way=Count("pk", filter=Q(state__in=on_their_way)),
            not_delivered=Count("pk", filter=Q(state__in=[*DID_NOT_ARRIVE, State.EXPIRED])),
            held_back=Count("pk", filter=Q(state=State.SUPPRESSED)),
            not_known=Count("pk", filter=Q(state__in=NOT_KNOWN)),
        )
    )


@open_to(Audience.STAFF)
@require_POST
def unknown_text(request: HttpRequest, text_id: UUID) -> HttpResponse:
    """The lead has looked at what an unknown number wrote."""
    user = member(request)
    text = get_object_or_404(unknown_texts(numbers_led_by(user)), pk=text_id)
    mark_looked_at(text, by=user, actor=user.actor)
    messages.success(request, _("Looked at. It is off your desk."))
    return redirect("messaging:desk")


@open_to(Audience.STAFF)
@require_safe
def pairing(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """One pairing: its people, its plan, its numbers."""
    return _pairing_page(request, pairing_for_lead(member(request), pairing_id))


def _pairing_page(
    request: HttpRequest, pairing: Pairing, *, form: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"pairing": pairing, "participant": pairing.participant, "champion": pairing.champion}
    if pairing.started_at:
        conversation = access.conversation_for_lead(member(request), pairing.pk)
        context |= planning.parts(conversation, form) | {
            "numbers": _numbers(conversation),
            "appointments": upcoming(conversation),
        }
    return render(request, "lead/pairing.html", context, status=status)


def _numbers(conversation: Conversation) -> dict[str, Any]:
    """How many check-ins were asked, reached them and were answered, and the share: counts alone. One query."""
    counted = CheckIn.objects.filter(conversation=conversation).counted()
    delivered = counted["delivered"]
    share = round(100 * counted["answered"] / delivered) if delivered else None
    settled = delivered + counted["stopped"] + counted["not_reached"] + counted["open"]
    return counted | {"share": share, "unsure": counted["asked"] - settled}


@open_to(Audience.STAFF)
@require_POST
def plan(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The lead sets the check-in plan."""
    user = member(request)
    found = access.conversation_for_lead(user, pairing_id)
    form = planning.form_for(found, request.POST)
    if not form.is_valid():
        return _pairing_page(request, found.pairing, form=form, status=422)
    planning.save(request, found, form)
    return redirect("messaging:pairing", pairing_id)


@open_to(Audience.STAFF)
@require_POST
def plan_again(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The lead ends the plan's pause."""
    planning.start_again(request, access.conversation_for_lead(member(request), pairing_id))
    return redirect("messaging:pairing", pairing_id)


@open_to(Audience.STAFF)
@require_POST
def check_in_now(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The lead sends a check-in at once."""
    say_sent(request, access.conversation_for_lead(member(request), pairing_id))
    return redirect("messaging:pairing", pairing_id)
