"""The simulated handsets: /phones/ shows what each phone got, live, and lets its owner write.

There while the simulator is the gateway and the site is on localhost; never otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.live import announce
from core.policies import Audience, open_to
from sms import hooks
from sms.access import default_sender, for_reading, inbound_body, outbound_body
from sms.gateways.simulator import type_on_handset
from sms.models import OptChange, OutboundText, PhoneNumber
from sms.numbers import WrongNumber, find_or_add, format_e164, parse

GROUP = "phones"
SHOWN = 30
LONGEST = 1600
ON_THE_PHONE = [OutboundText.State.SENT, OutboundText.State.DELIVERED]


@dataclass(frozen=True)
class Line:
    """One text on a handset. `is_note` is what the carrier says by itself."""

    body: str
    at: datetime
    is_out: bool = False
    is_note: bool = False


@dataclass(frozen=True)
class Handset:
    """A phone: its owner, and the texts on it, oldest first.

    `is_old`: it has keys and knows no web. `recipient`: our number that it writes to, for reading.
    """

    number: PhoneNumber
    shown_number: str
    name: str
    line: str
    is_old: bool
    email: str
    code: str
    texts: list[Line]
    recipient: str


class NewPhoneForm(forms.Form):
    """A text from a phone that is not on the page. `cleaned_data["number"]` is E.164."""

    number = forms.CharField(
        label=_("The number of the phone"),
        help_text=_("Any that is not here yet, such as 07700 900199."),
        error_messages={"required": _("Write a number.")},
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input is-tel", "type": "tel", "inputmode": "tel", "autocomplete": "off"}
        ),
    )
    body = forms.CharField(
        label=_("What it writes"),
        error_messages={"required": _("Write some words.")},
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_number(self) -> str:
        try:
            return parse(self.cleaned_data["number"], self.country)
        except WrongNumber as error:
            raise forms.ValidationError(str(error)) from error


@open_to(Audience.THIS_COMPUTER)
@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    """All handsets. `?part=1`: the list alone, for a live page."""
    if "part" in request.GET:
        return render(request, "sms/handsets.html", {"handsets": handsets()})
    return _page(request, NewPhoneForm(country=_country(request)))


def _page(request: HttpRequest, form: NewPhoneForm, status: int = 200) -> HttpResponse:
    return render(request, "sms/phones.html", {"handsets": handsets(), "form": form}, status=status)


@open_to(Audience.THIS_COMPUTER)
@require_safe
def handset(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """One handset, full page: to stand side by side with another screen. `?part=1`: the handset alone."""
    number = get_object_or_404(PhoneNumber, pk=number_id)
    template = "sms/handset.html" if "part" in request.GET else "sms/handset_page.html"
    return render(request, template, {"handset": _handset(number), "is_alone": True})


@open_to(Audience.THIS_COMPUTER)
@require_POST
def write_from_new(request: HttpRequest) -> HttpResponse:
    """A phone we do not know writes: from then on it stands among the others."""
    form = NewPhoneForm(request.POST, country=_country(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    number = find_or_add(form.cleaned_data["number"])
    _type(number, form.cleaned_data["body"])
    return _back_to(number)


@open_to(Audience.THIS_COMPUTER)
@require_POST
def write(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """Somebody types on a handset: it goes through the inbound webhook, signed, as a real text does."""
    number = get_object_or_404(PhoneNumber, pk=number_id)
    body = (request.POST.get("key") or request.POST.get("body", "")).strip()[:LONGEST]
    if body:
        _type(number, body)
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    if request.POST.get("back") == "one":
        return redirect("phones:handset", number.id)
    return _back_to(number)


def _back_to(number: PhoneNumber) -> HttpResponse:
    return redirect(f"{reverse('phones:all')}#phone-{number.id}")


def _type(number: PhoneNumber, body: str) -> None:
    type_on_handset(number, _recipient(number), body)
    announce(GROUP, "phones")


def _country(request: HttpRequest) -> str:
    """The reader's country, as accounts.middleware.PersonSettings has noted it."""
    return str(request.country)  # type: ignore[attr-defined]


def handsets() -> list[Handset]:
    """Every phone we know, by its owner's name: people who are texted, then staff, then phones nobody owns."""
    found = [_handset(number) for number in PhoneNumber.objects.select_related("data_key")]
    return sorted(found, key=lambda one: (not one.name, bool(one.email), one.name, one.shown_number))


def _handset(number: PhoneNumber) -> Handset:
    about: dict[str, str] = {}
    for part in hooks.describe_handset.tell(number):
        about |= part
    return Handset(
        number=number,
        shown_number=for_reading(number),
        name=about.get("name", ""),
        line=about.get("line", ""),
        is_old=about.get("kind") == "old",
        email=about.get("email", ""),
        code=about.get("code", ""),
        texts=_texts(number),
        recipient=format_e164(_recipient(number)),
    )


def _recipient(number: PhoneNumber) -> str:
    """Whom this phone answers: the number of ours that last wrote to it."""
    last = number.outbound.order_by("-created_at").first()
    return last.sender if last else default_sender()


def _texts(number: PhoneNumber) -> list[Line]:
    got = number.outbound.filter(state__in=ON_THE_PHONE).select_related("number__data_key").order_by("-sent_at")
    wrote = number.inbound.select_related("number__data_key").order_by("-received_at")
    lines = [Line(outbound_body(text), text.sent_at or text.created_at) for text in got[:SHOWN]]
    lines += [Line(inbound_body(text), text.received_at, is_out=True) for text in wrote[:SHOWN]]
    lines += _carrier_notes(number)
    return sorted(lines, key=lambda line: line.at)[-SHOWN:]


def _carrier_notes(number: PhoneNumber) -> Iterator[Line]:
    """What the carrier answers to STOP and START by itself; in its own words and language, as it does."""
    for change in number.opt_changes.all():
        words = (
            "You will get no more texts from this number. Send START to get them again."
            if change.stopped
            else "You will get texts from this number again. Send STOP to stop them."
        )
        yield Line(words, change.at, is_note=True)


def _tell(changed: Sequence[OutboundText] | OptChange) -> None:
    announce(GROUP, "phones")


def listen() -> None:
    """Show every change at once."""
    hooks.texts_changed.register(_tell)
    hooks.opt_changed.register(_tell)


class PhonesConsumer(AsyncJsonWebsocketConsumer):
    """Says "something changed" to the page of handsets."""

    groups = [GROUP]

    async def connect(self) -> None:
        client: Any = self.scope.get("client") or ("",)
        if client[0] in {"127.0.0.1", "::1"}:
            await self.accept()
        else:
            await self.close()

    async def live_event(self, event: dict[str, Any]) -> None:
        await self.send_json({"kind": event["kind"]})
