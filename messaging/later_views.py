"""Pages around a message that goes later. For the champion alone: participants write at once."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.policies import Audience, open_to
from core.sealing import Unreadable
from messaging import access, actions, later
from messaging.models import Conversation
from messaging.planned import LaterMessage
from messaging.views import cannot_text, too_long
from messaging.wall_forms import LaterForm
from partners.access import member


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def write_later(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Choose when words go. The write box brings its words along (`open`); `back` takes them there again."""
    found = access.conversation_for_champion(member(request), conversation_id)
    if request.method == "GET" or "open" in request.POST:
        return _page(request, found, _fresh_form(found, request.POST.get("body", "")))
    if "back" in request.POST:
        return _back(found, request.POST.get("body", ""))
    form = LaterForm(request.POST, participant=found.pairing.participant)
    if form.is_valid() and _is_saved(request, found, form, None):
        return _to_waiting(found)
    return _page(request, found, form, status=422)


@open_to(Audience.STAFF)
@require_http_methods(["GET", "POST"])
def change_later(request: HttpRequest, conversation_id: UUID, later_id: UUID) -> HttpResponse:
    """Other words or another time, for what waits or was not sent."""
    found = access.conversation_for_champion(member(request), conversation_id)
    known = later.open_message(found, later_id)
    if request.method == "GET":
        if known is None:
            return _gone(request, found)
        return _page(request, found, _form_for(found, known), known=known)
    if "back" in request.POST:
        return _to_waiting(found)
    form = LaterForm(request.POST, participant=found.pairing.participant)
    if form.is_valid() and _is_saved(request, found, form, later_id):
        return _to_waiting(found)
    return _page(request, found, form, known=known, status=422)


@open_to(Audience.STAFF)
@require_POST
def send_later_now(request: HttpRequest, conversation_id: UUID, later_id: UUID) -> HttpResponse:
    """Do not wait any longer."""
    found = access.conversation_for_champion(member(request), conversation_id)
    try:
        later.send_now(by=member(request), conversation=found, later_id=later_id)
    except later.Gone:
        return _gone(request, found)
    except actions.NoMoreTexts:
        messages.error(request, cannot_text(found))
    except actions.TooLong:
        messages.error(request, _("That is too long for a text. Change it, or send it in parts."))
    except actions.ConversationEnded:
        messages.error(request, _("This conversation has ended. Your words were not sent."))
    except Unreadable:
        messages.error(request, _("Its words can no longer be read, so it was not sent."))
    return HttpResponseRedirect(reverse("messaging:conversation", args=[found.id]) + "#write")


@open_to(Audience.STAFF)
@require_POST
def take_back_later(request: HttpRequest, conversation_id: UUID, later_id: UUID) -> HttpResponse:
    """It does not go. Its words are in the write box again."""
    found = access.conversation_for_champion(member(request), conversation_id)
    try:
        return _to_write_box(later.take_back(by=member(request), conversation=found, later_id=later_id))
    except later.Gone:
        return _gone(request, found)
    except actions.ConversationEnded:
        messages.error(request, _("This conversation has ended."))
        return redirect("messaging:inbox")


def _is_saved(request: HttpRequest, conversation: Conversation, form: LaterForm, later_id: UUID | None) -> bool:
    """Schedule the words, or change what is known; where they are refused, the form says why."""
    words = form.cleaned_data["body"]
    try:
        if later_id is None:
            later.schedule(
                by=member(request),
                conversation=conversation,
                words=words,
                due_at=form.moment,
                client_id=form.written_as,
            )
        else:
            later.change(
                by=member(request), conversation=conversation, later_id=later_id, words=words, due_at=form.moment
            )
    except actions.Nothing:
        form.add_error("body", _("Write something first."))
    except actions.TooLong:
        form.add_error("body", too_long(words))
    except actions.NoMoreTexts:
        form.add_error("body", cannot_text(conversation))
    except actions.ConversationEnded:
        form.add_error(None, _("This conversation has ended. Your words were not sent."))
    except later.Gone:
        form.add_error(None, _("This message was sent or taken back meanwhile. Your words are still here."))
    except later.NotThen as wrong:
        form.add_error(wrong.field, wrong.words)
    return not form.errors


def _fresh_form(conversation: Conversation, words: str) -> LaterForm:
    participant = conversation.pairing.participant
    first = {"body": words, "client_id": uuid4()}
    return LaterForm(participant=participant, moment=later.next_morning(participant), initial=first)


def _form_for(conversation: Conversation, known: LaterMessage) -> LaterForm:
    known.conversation = conversation
    participant = conversation.pairing.participant
    moment = known.due_at if known.state == LaterMessage.State.WAITS else later.next_morning(participant)
    return LaterForm(participant=participant, moment=moment, initial={"body": known.draft})


def _page(
    request: HttpRequest,
    conversation: Conversation,
    form: LaterForm,
    *,
    known: LaterMessage | None = None,
    status: int = 200,
) -> HttpResponse:
    participant = conversation.pairing.participant
    context: dict[str, Any] = {
        "conversation": conversation,
        "participant": participant,
        "form": form,
        "known": known,
        "is_text": participant.reads == participant.Reads.TEXT,
        "longest": actions.LONGEST,
    }
    return render(request, "messaging/later.html", context, status=status)


def _back(conversation: Conversation, words: str) -> HttpResponse:
    """To the write box, with whatever was written."""
    try:
        return _to_write_box(later.set_aside(conversation=conversation, words=words))
    except actions.Nothing:
        return redirect("messaging:conversation", conversation.id)


def _to_write_box(kept: LaterMessage) -> HttpResponse:
    """An id in the address, never the words."""
    room = reverse("messaging:conversation", args=[kept.conversation_id])
    return HttpResponseRedirect(f"{room}?words={kept.id}#write")


def _to_waiting(conversation: Conversation) -> HttpResponse:
    return HttpResponseRedirect(reverse("messaging:conversation", args=[conversation.id]) + "#waiting")


def _gone(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    messages.warning(request, _("That message does not wait any more. It was sent or taken back."))
    return HttpResponseRedirect(reverse("messaging:conversation", args=[conversation.id]) + "#write")
