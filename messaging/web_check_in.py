"""A check-in by its one-time link: start, one question a page, words, a look at it all, send.

What was picked rides in the form, and nothing is stored before Send. A GET does nothing at all, for the programs that
open links in texts to draw a preview; and what it shows names nobody. Each step works without JavaScript.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.limits import TooMany, count
from core.policies import Audience, open_to
from messaging import checkins, links, web_answers
from messaging.actions import LONGEST, says_something
from messaging.limits import LINK_FROM_ADDRESS
from messaging.models import CheckIn
from messaging.questions import QUESTIONS, Question
from messaging.web_answers import LinkOver

View = Callable[[HttpRequest, str], HttpResponse]

WORDS, LOOK = "words", "look"


@dataclass
class Draft:
    """What a form holds so far. `form` is made up for this one visit; `from_look`: they came back to change it."""

    form: UUID
    values: dict[str, int]
    words: str
    from_look: bool

    @classmethod
    def of(cls, posted: QueryDict, questions: list[str]) -> "Draft":
        """As posted; what is on no scale was not picked."""
        picked = {key: posted.get(key, "") for key in questions}
        values = {key: int(value) for key, value in picked.items() if value in map(str, QUESTIONS[key].scale)}
        return cls(_uuid(posted.get("form", "")), values, posted.get("words", "").strip(), "from_look" in posted)

    @property
    def holds_something(self) -> bool:
        return bool(self.values) or says_something(self.words)


def _limited(view: View) -> View:
    """Count each try by the address it comes from; too many get the kind page, with what they wrote on it."""

    @wraps(view)
    def counted(request: HttpRequest, token: str) -> HttpResponse:
        try:
            count(LINK_FROM_ADDRESS, str(request.META["REMOTE_ADDR"]))
        except TooMany as error:
            return _over(request, status=429, minutes=math.ceil(error.wait.total_seconds() / 60))
        return view(request, token)

    return counted


@open_to(Audience.ANYONE)
@never_cache
@_limited
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """The landing page, or the next step. Used, over and unknown links are one and the same page."""
    found = links.find(token)
    if found is None:
        return _over(request)
    with _as_they_read(request, found):
        try:
            return _step(request, found) if request.method == "POST" else _landing(request, found)
        except LinkOver:
            return _over(request)


@open_to(Audience.ANYONE)
@never_cache
@_limited
@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """It is sent: when a reply will come, and who is there meanwhile. Only for the minutes after sending."""
    found = links.find(token)
    if found is None or not web_answers.was_just_sent(found):
        return _over(request)
    with _as_they_read(request, found):
        context = {"champion": _names(found)["champion"], "is_red": web_answers.needs_lines(found)}
        return render(request, "messaging/check_in/sent.html", context)


@contextmanager
def _as_they_read(request: HttpRequest, check_in: CheckIn) -> Iterator[None]:
    """In the participant's language, with the lines of their country."""
    user = check_in.conversation.pairing.participant.user
    request.country = user.country  # type: ignore[attr-defined]
    with translation.override(user.language):
        yield


def _over(request: HttpRequest, *, status: int = 404, minutes: int = 0) -> HttpResponse:
    """One kind page for every link that leads nowhere; what they wrote is on it, to copy."""
    context = {"words": request.POST.get("words", "").strip(), "minutes": minutes}
    return render(request, "messaging/check_in/over.html", context, status=status)


def _landing(request: HttpRequest, check_in: CheckIn) -> HttpResponse:
    if not web_answers.may_start(check_in):
        raise LinkOver
    return render(request, "messaging/check_in/landing.html", {"token": _token(request)})


def _token(request: HttpRequest) -> str:
    assert request.resolver_match  # noqa: S101  (for the type checker)
    return str(request.resolver_match.kwargs["token"])


def _step(request: HttpRequest, check_in: CheckIn) -> HttpResponse:
    """What the button asks for. Send has its own door: answers that came by text meanwhile do not shut it."""
    do = request.POST.get("do", "")
    if do == "send":
        return _send(request, check_in)
    if not web_answers.may_start(check_in):
        raise LinkOver
    if do == "not-me":
        return render(request, "messaging/check_in/not_me.html", {"token": _token(request)})
    if do == "not-me-sure":
        web_answers.not_them(check_in)
        return render(request, "messaging/check_in/not_me_done.html")
    if do == "start":
        web_answers.open_link(check_in)
        draft = Draft.of(QueryDict(), [])
        return _page(request, check_in, draft, _pages(check_in)[0])
    return _go_on(request, check_in, do)


def _pages(check_in: CheckIn) -> list[str]:
    return [*checkins.left_of(check_in), WORDS, LOOK]


def _go_on(request: HttpRequest, check_in: CheckIn, do: str) -> HttpResponse:
    """From the page they were on to the one they want."""
    pages = _pages(check_in)
    at, draft = request.POST.get("at", ""), Draft.of(request.POST, check_in.questions)
    if at not in pages:
        return _page(request, check_in, draft, pages[0])  # it was answered by text meanwhile
    if do == "skip":
        draft.values.pop(at, None)
    elif do == "back":
        return _page(request, check_in, draft, pages[max(0, pages.index(at) - 1)])
    elif do.startswith("change:") and do[7:] in pages:
        draft.from_look = True
        return _page(request, check_in, draft, do[7:])
    elif wrong := _mistake(at, draft):
        return _page(request, check_in, draft, at, wrong=wrong)
    then = LOOK if draft.from_look else pages[min(pages.index(at) + 1, len(pages) - 1)]
    return _page(request, check_in, draft, then)


def _mistake(at: str, draft: Draft) -> str:
    """What has to be put right on this page before the next; "" for nothing."""
    if at in QUESTIONS and at not in draft.values:
        return _("Pick one, or skip this one.")
    if len(draft.words) > LONGEST:
        over = len(draft.words) - LONGEST
        return _("That is too long to send. Take out %(n)d letters, or send the rest in another text.") % {"n": over}
    return ""


def _send(request: HttpRequest, check_in: CheckIn) -> HttpResponse:
    draft = Draft.of(request.POST, check_in.questions)
    if wrong := _mistake(WORDS, draft):
        return _page(request, check_in, draft, WORDS, wrong=wrong)
    if not draft.holds_something:
        wrong = _("There is nothing to send yet. Answer one, or write a few words.")
        return _page(request, check_in, draft, LOOK, wrong=wrong)
    words = draft.words if says_something(draft.words) else ""
    web_answers.send(check_in, form=draft.form, values=draft.values, words=words)
    return redirect("messaging:web-check-in-sent", _token(request))


def _page(request: HttpRequest, check_in: CheckIn, draft: Draft, at: str, *, wrong: str = "") -> HttpResponse:
    questions = [page for page in _pages(check_in) if page in QUESTIONS]
    names = _names(check_in)
    context: dict[str, Any] = {
        "at": at,
        "token": _token(request),
        "draft": draft,
        "wrong": wrong,
        "longest": LONGEST,
        "is_first": at == _pages(check_in)[0],
        "kept": [(key, value) for key, value in draft.values.items() if key != at],
        **names,
    }
    if at in QUESTIONS:
        template = "question"
        context |= _asked(QUESTIONS[at], draft, questions, names)
    elif at == WORDS:
        template = "words"
    else:
        template = "look"
        context["rows"] = [_row(QUESTIONS[key], draft) for key in questions]
    status = 422 if wrong else 200
    return render(request, f"messaging/check_in/{template}.html", context, status=status)


def _asked(question: Question, draft: Draft, keys: list[str], names: dict[str, str]) -> dict[str, Any]:
    """One question and its scale, and how far along it is."""
    nth = keys.index(question.key)
    return {
        "asked": str(question.asked) % names,
        "nth": nth + 1,
        "of": len(keys),
        "dots": [(8 + 28 * n, n == nth) for n in range(len(keys))],
        "width": 16 + 28 * (len(keys) - 1),
        "scale": [(value, question.word(value), draft.values.get(question.key) == value) for value in question.scale],
    }


def _row(question: Question, draft: Draft) -> dict[str, str]:
    value = draft.values.get(question.key)
    return {"key": question.key, "name": str(question.name), "word": question.word(value) if value else ""}


def _names(check_in: CheckIn) -> dict[str, str]:
    pairing = check_in.conversation.pairing
    return {"name": pairing.participant.name, "champion": pairing.champion.name}


def _uuid(typed: str) -> UUID:
    """The form's own number; a new one where there is none that can be read."""
    try:
        return UUID(typed)
    except ValueError:
        return uuid4()
