"""What a lead does about referrals and pairings. Every page works without JavaScript."""

import math
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.limits import TooMany, count
from core.policies import Audience, open_to
from mentors import access, actions, limits, matching
from mentors.forms import SOMEBODY_ELSES, ChampionForm, ReferralForm
from mentors.models import Champion, Pairing, Referral
from partners.access import member
from sms.actions import find_or_add

PAIRINGS_ON_A_PAGE = 50


@open_to(Audience.STAFF)
@require_safe
def referrals(request: HttpRequest) -> HttpResponse:
    """Who waits for a champion, and whom we asked. `?part=1`: the lists alone, for a live page."""
    user = member(request)
    access.require_lead(user)
    rows = list(access.open_referrals_for_lead(user))
    context = {
        "waiting": [row for row in rows if row.status == Referral.Status.WAITING],
        "offered": [row for row in rows if row.status == Referral.Status.OFFERED],
    }
    template = "lead/referrals_parts.html" if "part" in request.GET else "lead/referrals.html"
    return render(request, template, context)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def new_referral(request: HttpRequest) -> HttpResponse:
    """Put somebody forward."""
    user = member(request)
    access.require_lead(user)
    form = ReferralForm(request.POST or None, lead=user)
    if request.method == "POST" and form.is_valid() and (made := _register(request, form)):
        messages.success(request, _("%(name)s is on the list.") % {"name": made.participant.name})
        return redirect("mentors:referral", made.id)
    return render(request, "lead/new_referral.html", {"form": form}, status=422 if form.errors else 200)


def _register(request: HttpRequest, form: ReferralForm) -> Referral | None:
    """The referral; None when it cannot be, which the form then says. Whose number it is, it does not say."""
    user = member(request)
    data = {**form.cleaned_data}
    try:
        count(limits.NUMBER_BY_LEAD, str(user.id))
        phone = find_or_add(data.pop("number"))
        return actions.register_referral(by=user, phone=phone, **data)
    except TooMany as error:
        form.add_error("number", say_wait(error))
    except actions.AlreadyKnown:
        actions.note_known_number(by=user, phone=phone)
        form.add_error("number", str(SOMEBODY_ELSES))
    return None


def say_wait(error: TooMany) -> str:
    """How long to wait, for a lead who has put many numbers forward."""
    minutes = math.ceil(error.wait.total_seconds() / 60)
    return ngettext(
        "That was a lot of numbers. Wait %(minutes)d minute, then try again.",
        "That was a lot of numbers. Wait %(minutes)d minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}


@open_to(Audience.STAFF)
@require_safe
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """A match: who could walk beside them, best first, and who cannot."""
    found = access.referral_for_lead(member(request), referral_id)
    return _match_page(request, found)


def _match_page(
    request: HttpRequest, referral: Referral, *, form: ChampionForm | None = None, status: int = 200
) -> HttpResponse:
    candidates = matching.candidates(referral)
    able = [one for one in candidates if not one.blocks]
    context = {
        "referral": referral,
        "participant": referral.participant,
        "best": able[0] if able else None,
        "could": able[1:],
        "blocked": [one for one in candidates if one.blocks],
        "pairing": access.open_pairing_of(referral),
        "form": form or ChampionForm(champions=access.champions_for(referral)),
    }
    return render(request, "lead/match.html", context, status=status)


@open_to(Audience.STAFF)
@require_POST
def offer(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Offer a champion: both are asked."""
    user = member(request)
    found = access.referral_for_lead(user, referral_id)
    champion = _posted_champion(request, found)
    name = {"champion": champion.name, "name": found.participant.name}
    try:
        actions.offer_pairing(by=user, referral=found, champion=champion)
    except actions.CannotPair as error:
        words = _("%(champion)s was not asked.") % name
        messages.error(request, " ".join([words, *(f"{reason.rstrip('.')}." for reason in error.reasons)]))
        return redirect("mentors:referral", found.id)
    messages.success(request, _("%(champion)s and %(name)s are asked now. Either may say no.") % name)
    return redirect("mentors:referrals")


def _posted_champion(request: HttpRequest, referral: Referral) -> Champion:
    """One of the champions this referral could go to; 404 for any other."""
    form = ChampionForm(request.POST, champions=access.champions_for(referral))
    if not form.is_valid():
        raise Http404
    champion: Champion = form.cleaned_data["champion"]
    return champion


@open_to(Audience.STAFF)
@require_POST
def keep_apart(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Never pair these two. Why is not asked: we keep no register of it."""
    user = member(request)
    found = access.referral_for_lead(user, referral_id)
    form = ChampionForm(request.POST, champions=access.champions_for(found))
    if not form.is_valid():
        return _match_page(request, found, form=form, status=422)
    champion = form.cleaned_data["champion"]
    actions.keep_apart(by=user, champion=champion, participant=found.participant)
    names = {"champion": champion.name, "name": found.participant.name}
    messages.success(request, _("%(champion)s and %(name)s will be kept apart.") % names)
    return redirect("mentors:referral", found.id)


@open_to(Audience.STAFF)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who walks with whom, and how much room each champion has."""
    user = member(request)
    access.require_lead(user)
    pages = Paginator(access.listed_pairings_for_lead(user), PAIRINGS_ON_A_PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "champions": access.champions_for_lead(user),
    }
    return render(request, "lead/people.html", context)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def end_pairing(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """End a pairing, or take back an offer; it asks first."""
    found = access.pairing_for_lead(member(request), pairing_id)
    if not (found.is_active or found.status == Pairing.Status.OFFERED):
        messages.warning(request, _("This pairing is over already."))
        return redirect("messaging:pairing", found.id)
    if request.method == "POST":
        _end(request, found)
        return redirect("mentors:people")
    return render(request, "lead/end_pairing.html", {"pairing": found})


@open_to(Audience.STAFF)
@require_POST
def refer_again(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Look for another champion for somebody whose pairing has ended."""
    user = member(request)
    pairing = access.pairing_for_lead(user, pairing_id)
    referral = actions.refer_again(by=user, participant=pairing.participant)
    return redirect("mentors:referral", referral.id)


def _end(request: HttpRequest, pairing: Pairing) -> None:
    user = member(request)
    names = {"champion": pairing.champion.name, "name": pairing.participant.name}
    if pairing.is_active:
        actions.end_pairing(by=user, pairing=pairing)
        messages.success(request, _("The pairing of %(champion)s and %(name)s has ended.") % names)
        return
    try:
        actions.decline(actor=user.actor, pairing=pairing)
    except actions.NothingToAnswer:
        messages.warning(request, _("They answered just now. Look again before you end it."))
    else:
        messages.success(request, _("The offer is taken back. %(name)s waits for a champion again.") % names)
