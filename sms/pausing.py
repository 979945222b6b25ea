"""Pausing: a person stops a lane, or the provider's refusal of our account stops everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from core import audit
from sms import hooks
from sms.models import SendingPause

Reason = SendingPause.Reason
EVERYTHING = ""
# How often one text tries whether the provider knows our account again.
TRY_ACCOUNT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Pauses:
    """What is paused: these lanes; everything, if the account is refused."""

    lanes: frozenset[str]
    is_account_refused: bool


def in_force() -> Pauses:
    """What is paused now. One query."""
    rows = list(SendingPause.objects.all())
    lanes = frozenset(row.lane for row in rows if row.reason == Reason.PERSON)
    return Pauses(lanes, any(row.reason == Reason.ACCOUNT for row in rows))


def take_try() -> bool:
    """Whether one text may try the account now: True for one caller every few minutes."""
    at = timezone.now()
    refused = SendingPause.objects.filter(lane=EVERYTHING, reason=Reason.ACCOUNT, try_at__lte=at)
    return bool(refused.update(try_at=at + TRY_ACCOUNT_EVERY))


def give_back_try() -> None:
    """The one text that might have tried the account did not go after all: another may, at once."""
    SendingPause.objects.filter(lane=EVERYTHING, reason=Reason.ACCOUNT).update(try_at=timezone.now())


@transaction.atomic
def pause(*, by: AbstractBaseUser, actor: str, lanes: Iterable[str]) -> None:
    """Send nothing of these lanes until somebody says so; vital texts still go. Pausing twice changes nothing."""
    for lane in lanes:
        _, is_new = SendingPause.objects.get_or_create(
            lane=lane, defaults={"reason": Reason.PERSON, "since": timezone.now(), "by_id": by.pk}
        )
        if is_new:
            audit.record(actor=actor, action="sending paused", subject=f"lane:{lane}")


@transaction.atomic
def go_on(*, actor: str, lanes: Iterable[str]) -> None:
    """Send what waits in these lanes. What expired meanwhile is not sent."""
    for lane in lanes:
        if SendingPause.objects.filter(lane=lane, reason=Reason.PERSON).delete()[0]:
            audit.record(actor=actor, action="sending goes on", subject=f"lane:{lane}")


@transaction.atomic
def try_account_now(*, actor: str) -> None:
    """A person has put the account right: try it with the next text and not only in some minutes."""
    if SendingPause.objects.filter(lane=EVERYTHING, reason=Reason.ACCOUNT).update(try_at=timezone.now()):
        audit.record(actor=actor, action="account tried again", subject="sending")


def stop_everything() -> None:
    """The provider refuses our account: send nothing, but for one text now and then. In the caller's transaction."""
    at = timezone.now()
    _, is_new = SendingPause.objects.update_or_create(
        lane=EVERYTHING,
        defaults={"try_at": at + TRY_ACCOUNT_EVERY},
        create_defaults={"reason": Reason.ACCOUNT, "since": at, "try_at": at + TRY_ACCOUNT_EVERY},
    )
    if is_new:
        hooks.sending_stopped.tell("account")
        audit.record(actor=audit.SYSTEM, action="sending stopped", subject="sending", reason="account")


def account_works() -> None:
    """The provider took a text: if everything was stopped, it goes on."""
    if SendingPause.objects.filter(lane=EVERYTHING, reason=Reason.ACCOUNT).delete()[0]:
        hooks.sending_goes_on.tell()
        audit.record(actor=audit.SYSTEM, action="sending goes on", subject="sending", reason="account")
