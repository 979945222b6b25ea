"""Whose programme is it. Every query for staff starts from here."""

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from partners.models import Membership, Office, Programme
from sms.access import default_sender

Role = Membership.Role


def member(request: HttpRequest) -> User:
    """The member of staff who asks; the route's policy has made sure there is one."""
    assert isinstance(request.user, User)  # noqa: S101  (for the type checker)
    return request.user


def programmes_led_by(user: User) -> QuerySet[Programme]:
    """The programmes that this person leads now."""
    return programmes_of(user, Role.LEAD)


def programmes_guarded_by(user: User) -> QuerySet[Programme]:
    """The programmes whose alerts this person sees: leads and safeguarding leads."""
    return programmes_of(user, Role.LEAD, Role.SAFEGUARDING)


def programmes_of(user: User, *roles: Membership.Role) -> QuerySet[Programme]:
    """The programmes in which this person has one of `roles` now."""
    mine = Membership.objects.filter(user=user, role__in=roles, ended_at=None)
    return Programme.objects.filter(pk__in=mine.values("programme_id"))


def staff_with(programme: Programme, *roles: Membership.Role) -> QuerySet[User]:
    """The active people who have one of `roles` in this programme now."""
    ids = Membership.objects.filter(programme=programme, role__in=roles, ended_at=None).values("user_id")
    return User.objects.filter(pk__in=ids, is_active=True)


def offices_for_lead(user: User) -> QuerySet[Office]:
    """The offices of the programmes this person leads."""
    return Office.objects.filter(programme__in=programmes_led_by(user)).select_related("programme")


def numbers_led_by(user: User) -> list[str]:
    """Our own numbers (E.164) that the programmes this person leads text from. One query."""
    numbers = programmes_led_by(user).values_list("text_number", flat=True)
    return [number or default_sender() for number in numbers]
