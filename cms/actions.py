"""Every change to a consent, and who may edit. Wagtail makes the changes to pages, and keeps their history."""

from datetime import date
from itertools import product

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from wagtail.models import GroupPagePermission

from accounts.models import User
from cms.models import HomePage, StoryConsent, StoryPage
from cms.site import make_site as make_site
from core import audit

# Not Wagtail's own "Editors": those may touch every page, picture and document.
EDITORS = "Story editors"
PAGE_PERMISSIONS = ["add_page", "change_page", "publish_page"]


@transaction.atomic
def record_consent(
    *, story: StoryPage, given_on: date, expires_on: date, channels: str, languages: str, proof: str, actor: str
) -> StoryConsent:
    """Write down that the teller said yes. Raises ValidationError for days that can't be."""
    consent = StoryConsent(
        story=story, given_on=given_on, expires_on=expires_on, channels=channels, languages=languages, proof=proof
    )
    consent.full_clean()
    consent.save()
    audit.record(
        actor=actor,
        action="story consent recorded",
        subject=f"story:{story.pk}",
        consent=consent.pk,
        expires_on=expires_on.isoformat(),
    )
    return consent


@transaction.atomic
def withdraw_consent(*, story: StoryPage, actor: str) -> None:
    """Take back the teller's yes: the story leaves the site at once, and its earlier versions are destroyed.

    The page stays as a draft, for an editor to delete or to keep for a new consent.
    """
    withdrawn = story.consents.filter(withdrawn_on=None).update(withdrawn_on=timezone.now().date())
    # The row itself, not what the caller holds: that may be a draft, and unpublishing saves it.
    StoryPage.objects.get(pk=story.pk).unpublish()
    story.revisions.all().delete()
    audit.record(actor=actor, action="story consent withdrawn", subject=f"story:{story.pk}", consents=withdrawn)


def take_down_lapsed() -> int:
    """Unpublish stories whose consent has run out; returns how many. Nobody could read them since it did."""
    lapsed = StoryPage.objects.live().exclude(pk__in=StoryPage.objects.with_consent().values("pk"))
    return sum(_take_down(story) for story in lapsed)


@transaction.atomic
def _take_down(story: StoryPage) -> int:
    story.unpublish()
    audit.record(actor=audit.SYSTEM, action="story consent lapsed", subject=f"story:{story.pk}")
    return 1


@transaction.atomic
def make_editor(*, user: User, actor: str) -> None:
    """Let `user` into the content rooms: front page, stories and helplines, nothing about people.

    Doing it again changes nothing, but for one thing: it opens a page tree made since to all editors.
    """
    group = _editors()
    if not user.groups.filter(pk=group.pk).exists():
        user.groups.add(group)
        audit.record(actor=actor, action="editor made", subject=user.actor)


def _editors() -> Group:
    """The group with its rights. What is given for the front page holds for all below it."""
    group, _ = Group.objects.get_or_create(name=EDITORS)
    group.permissions.set(
        Permission.objects.filter(content_type__app_label="cms", content_type__model="helpline")
        | Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    wanted = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=PAGE_PERMISSIONS)
    for home, permission in product(HomePage.objects.all(), wanted):
        GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    return group
