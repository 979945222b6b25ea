"""The inbox, a conversation, and what a champion does around it. Every page works without JavaScript."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from cms import access as cms_access
from core.policies import Audience, open_to
from mentors import access as mentors_access
from mentors import actions as mentors_actions
from mentors.models import Pairing
from messaging import access, actions, later, planning, presenting, texting, threads
from messaging.forms import PlanForm
from messaging.models import Conversation, Message, Side
from messaging.trend import trend
from messaging.upcoming import upcoming
from partners.access import member, programmes_guarded_by
from safeguarding.access import has_open_alert


@open_to(Audience.SIGNED_IN)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where this person's day begins."""
    user = member(request)
    if programmes_guarded_by(user).exists():
        return redirect("messaging:desk")
    if user.has_perm("wagtailadmin.access_admin"):
        return redirect("wagtailadmin_home")
    return redirect("messaging:inbox")


@open_to(Audience.SIGNED_IN)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """All conversations, those that need somebody first. `?part=1`: the list alone, for a live page."""
    user = member(request)
    rows = [_row(conversation, user) for conversation in access.conversations_for(user)]
    context = {
        "needs": [row for row in rows if row["why"]],
        "new": [row for row in rows if not row["why"] and row["unread"]],
        "rest": [row for row in rows if not row["why"] and not row["unread"]],
        "offers": mentors_access.offers_for_champion(user),
        "asked": mentors_access.offer_to(user),
        "rows": rows,
    }
    template = "messaging/inbox_list.html" if "part" in request.GET else "messaging/inbox.html"
    return render(request, template, context)


def _row(conversation: Any, user: User) -> dict[str, Any]:
    side = conversation.side_of(user)
    last = conversation.last_message
    hidden = last is None or last.only_for not in {"", side} or last.kind == Message.Kind.CHECK_IN
    return {
        "conversation": conversation,
        "person": presenting.other_person(conversation, side),
        "unread": getattr(conversation, f"{side}_unread"),
        "why": _why(conversation) if side == Side.CHAMPION else "",
        "alarm": side == Side.CHAMPION and conversation.has_alert,
        "text": "" if hidden else last.body,
        "is_mine": last is not None and last.author == side,
        "is_check_in": last is not None and last.kind == Message.Kind.CHECK_IN,
    }


def _why(conversation: Any) -> str:
    if conversation.has_alert:
        return _("An alert is open. Your lead knows.")
    if conversation.last_check_in == "missed":
        return _("The last check-in was not answered")
    if conversation.last_check_in == "not reached":
        return _("The last check-in did not reach them")
    return ""


@open_to(Audience.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Read and write. A refused message keeps the draft; a fetch gets JSON, a form a page."""
    found = access.conversation_for(member(request), conversation_id)
    if request.method == "POST":
        return _write(request, found)
    return _page(request, found)


def _write(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    draft = request.POST.get("body", "")
    client_id = _uuid(request.POST.get("client_id", ""))
    try:
        message = actions.write(by=member(request), conversation=conversation, words=draft, client_id=client_id)
    except actions.Nothing:
        wrong = _("Write something first.")
    except actions.TooLong:
        wrong = too_long(draft)
    except actions.NoMoreTexts:
        wrong = cannot_text(conversation)
    except actions.ConversationEnded:
        wrong = _("This conversation has ended. Your words were not sent.")
    else:
        return _written(request, conversation, message)
    if _wants_json(request):
        return JsonResponse({"wrong": wrong}, status=422)
    return _page(request, conversation, draft=draft, wrong=wrong, status=422)


def _written(request: HttpRequest, conversation: Conversation, message: Message) -> HttpResponse:
    if not _wants_json(request):
        return HttpResponseRedirect(reverse("messaging:conversation", args=[conversation.id]) + "#write")
    side = conversation.side_of(member(request))
    whole = access.message_of(conversation, message.id)
    return JsonResponse({"messages": presenting.packet(conversation, side, [whole] if whole else [])})


def too_long(draft: str) -> str:
    """Why a message was refused for its length."""
    if len(draft.strip()) <= actions.LONGEST:
        return _("That is too long for a text. Use fewer signs like emoji, or send it in parts.")
    return _("That is %(long)d characters. The most is %(most)d. Make it shorter, or send it in parts.") % {
        "long": len(draft.strip()),
        "most": actions.LONGEST,
    }


def cannot_text(conversation: Conversation) -> str:
    """Why a message was refused to somebody who has stopped texts."""
    return _("%(name)s has stopped texts, so this was not sent. Talk to your lead about another way.") % {
        "name": conversation.pairing.participant.name
    }


def _page(
    request: HttpRequest, conversation: Conversation, *, draft: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    side = conversation.side_of(member(request))
    read_up_to = getattr(conversation, f"{side}_read")
    rows, is_more = _rows(conversation, side, request.GET.get("before", ""))
    entries = presenting.entries(conversation, side, rows, read_up_to=read_up_to)
    if rows:
        threads.note_read(conversation, side, rows[-1].number)
    context = {
        "conversation": conversation,
        "side": side,
        "person": presenting.other_person(conversation, side),
        "entries": entries,
        "earlier": rows[0].number if is_more else None,
        "new_count": sum(1 for row in rows if row.number > read_up_to and row.author != side),
        "last_number": conversation.last_number,
        "draft": draft,
        "wrong": wrong,
        "longest": actions.LONGEST,
        "fresh_id": uuid4(),
    }
    if side == Side.CHAMPION:
        context |= _for_champion(conversation) | {"later": later.shown(conversation)}
        words_id = _uuid(request.GET.get("words", ""))
        if words_id and (back := later.taken_back(conversation, words_id)):
            context |= {"draft": draft or back.draft, "fresh_id": back.client_id}
    return render(request, "messaging/conversation.html", context, status=status)


def _for_champion(conversation: Conversation) -> dict[str, Any]:
    participant = conversation.pairing.participant
    return {
        "trend": trend(conversation),
        "is_text": participant.reads == participant.Reads.TEXT,
        "is_stopped": texting.phone_of(participant).is_stopped or not participant.texts_are_safe,
        "has_alert": has_open_alert(participant),
        "participant": participant,
    }


def _rows(conversation: Conversation, side: Side, before: str) -> tuple[list[Message], bool]:
    """A page of messages, oldest first, and whether there are earlier ones."""
    rows = Message.objects.whole().filter(conversation=conversation).shown_to(side).order_by("-number")
    if before.isdecimal() and len(before) < 10:
        rows = rows.filter(number__lt=int(before))
    page = list(rows[: presenting.PAGE + 1])
    return page[: presenting.PAGE][::-1], len(page) > presenting.PAGE


@open_to(Audience.SIGNED_IN)
@require_safe
def since(request: HttpRequest, conversation_id: UUID, number: int) -> HttpResponse:
    """What came after `number`, for a page whose socket is gone: the same as the socket would send."""
    found = access.conversation_for(member(request), conversation_id)
    side = found.side_of(member(request))
    rows = Message.objects.whole().filter(conversation=found).shown_to(side).after(min(number, 2**31 - 1))
    page = list(rows[: presenting.PAGE])
    if page:
        threads.note_received(found, side, page[-1].number)
    shown = {"messages": presenting.packet(found, side, page), "marks": presenting.marks(found, side)}
    return JsonResponse(shown | ({"later": later.html(found)} if side == Side.CHAMPION else {}))


@open_to(Audience.STAFF)
@require_safe
def person(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """How somebody has been, and their check-in plan."""
    found = access.conversation_for_champion(member(request), conversation_id)
    return _person_page(request, found)


def _person_page(
    request: HttpRequest, conversation: Conversation, *, form: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "conversation": conversation,
        "participant": conversation.pairing.participant,
        "appointments": upcoming(conversation),
        **planning.parts(conversation, form),
        **_for_champion(conversation),
    }
    return render(request, "messaging/person.html", context, status=status)


@open_to(Audience.STAFF)
@require_POST
def plan(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The champion sets the check-in plan."""
    found = access.conversation_for_champion(member(request), conversation_id)
    form = planning.form_for(found, request.POST)
    if not form.is_valid():
        return _person_page(request, found, form=form, status=422)
    planning.save(request, found, form)
    return redirect("messaging:person", found.id)


@open_to(Audience.STAFF)
@require_POST
def plan_again(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The champion ends the plan's pause."""
    found = access.conversation_for_champion(member(request), conversation_id)
    planning.start_again(request, found)
    return redirect("messaging:person", found.id)


@open_to(Audience.STAFF)
@require_POST
def check_in_now(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The champion sends a check-in at once."""
    found = access.conversation_for_champion(member(request), conversation_id)
    say_sent(request, found)
    return redirect("messaging:person", found.id)


def say_sent(request: HttpRequest, conversation: Conversation) -> None:
    """Send a check-in now and say what came of it. The lead's page does the same."""
    name = {"name": conversation.pairing.participant.name}
    try:
        actions.send_check_in_now(by=member(request), conversation=conversation)
    except actions.StillWaiting:
        messages.warning(request, _("A check-in is out already. Wait for %(name)s to answer.") % name)
    except actions.NoMoreTexts:
        messages.error(request, _("%(name)s has stopped texts, so no check-in was sent.") % name)
    except actions.ConversationEnded:
        messages.error(request, _("This pairing has ended, so no check-in was sent."))
    else:
        messages.success(request, _("A check-in is on its way to %(name)s.") % name)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def stories(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The champion picks a story to send."""
    found = access.conversation_for_champion(member(request), conversation_id)
    if request.method == "POST" and _send_story(request, found):
        return HttpResponseRedirect(reverse("messaging:conversation", args=[found.id]) + "#write")
    context = {
        "conversation": found,
        "participant": found.pairing.participant,
        "stories": cms_access.published_stories(),
        "is_text": found.pairing.participant.reads == "text",
        "fresh_id": uuid4(),
    }
    return render(request, "messaging/stories.html", context, status=422 if request.method == "POST" else 200)


def _send_story(request: HttpRequest, conversation: Conversation) -> bool:
    typed = request.POST.get("story", "")
    try:
        if not typed.isdecimal() or len(typed) > 9:
            raise actions.NoSuchStory
        client_id = _uuid(request.POST.get("client_id", ""))
        actions.send_story(by=member(request), conversation=conversation, story_id=int(typed), client_id=client_id)
    except actions.NoSuchStory:
        messages.error(request, _("That story is not there any more. Pick another."))
    except actions.NoMoreTexts:
        messages.error(request, cannot_text(conversation))
    except actions.ConversationEnded:
        messages.error(request, _("This conversation has ended. The story was not sent."))
    else:
        return True
    return False


@open_to(Audience.SIGNED_IN)
@require_POST
def answer_offer(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """One of the two says yes or no to walking together."""
    user = member(request)
    pairing = mentors_access.offer_of(user, pairing_id)
    is_champion = pairing.champion.user_id == user.pk
    name = {"name": pairing.participant.name if is_champion else pairing.champion.name}
    agree = mentors_actions.agree_as_champion if is_champion else mentors_actions.agree_as_participant
    try:
        if request.POST.get("answer") == "yes":
            messages.success(request, _agreed_words(agree(by=user, pairing=pairing)) % name)
        else:
            mentors_actions.decline(actor=user.actor, pairing=pairing)
            messages.success(request, _("That is fine. We will look for somebody else."))
    except mentors_actions.NothingToAnswer:
        messages.warning(request, _("This was answered already."))
    return redirect("messaging:inbox")


def _agreed_words(pairing: Pairing) -> str:
    if pairing.is_active:
        return _("You and %(name)s can write to each other now.")
    return _("Thank you. We tell you when %(name)s has said yes too.")


def _uuid(typed: str) -> UUID | None:
    """A client id as a browser made it; None for anything else."""
    try:
        return UUID(typed)
    except ValueError:
        return None


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
