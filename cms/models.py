"""Stories of people who came through, the yes they gave to each, and who to call.

A page never holds a real name: what an editor types is saved as it is typed, and kept in revisions.
"""

from datetime import date
from typing import Any, ClassVar, Self

from csp.constants import SELF
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager, PageQuerySet, Revision

from cms.blocks import StoryBody
from cms.forms import StoryForm
from cms.panels import ConsentPanel
from cms.permissions import StandingPagePermissions, StoryPermissions

# Slow, comfortable reading on a phone.
WORDS_A_MINUTE = 120


class ConsentMissing(PermissionDenied):
    """A story may not go live: nobody's yes stands for it. Trying again helps once a consent is on record."""


class ConsentQuerySet(models.QuerySet["StoryConsent"]):
    def standing(self, on: date | None = None) -> Self:
        """Consents not withdrawn, and not run out by the day `on` (UTC); today when not said."""
        return self.filter(withdrawn_on=None, expires_on__gte=on or timezone.now().date())


class StoryConsent(models.Model):
    """A teller's yes to publish one story. Private: no page, no snippet, no search ever shows it, and it names nobody.

    A story may have several, one after the other. cms.actions writes them.
    """

    story = models.ForeignKey("cms.StoryPage", on_delete=models.CASCADE, related_name="consents")
    given_on = models.DateField(_("given on"))
    expires_on = models.DateField(_("runs out on"), help_text=_("The last day that the story may be shown."))
    channels = models.CharField(
        _("where it may be shown"), max_length=120, help_text=_("For example: website, messages.")
    )
    languages = models.CharField(_("in which languages"), max_length=120, help_text=_("For example: English, Welsh."))
    proof = models.CharField(
        _("where the proof is kept"),
        max_length=120,
        help_text=_("A reference, such as: cabinet 2, sheet 14. Never the person’s real name."),
    )
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gt=models.F("given_on")),
                name="consent_ends_after_it_begins",
                violation_error_message=_("The last day must come after the day it was given."),
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk} to story {self.story_id}"

    def clean(self) -> None:
        today = timezone.localdate()
        if self.given_on and self.given_on > today:
            raise ValidationError({"given_on": _("This day has not come yet.")})
        if self.expires_on and self.expires_on < today:
            raise ValidationError({"expires_on": _("This day has passed.")})


class OurPage(Page):
    """What all our pages have in common: they are for everybody, or unpublished."""

    private_page_options: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page in the editor's preview pane: the one place that may frame it."""
        response: HttpResponse = super().serve_preview(request, mode_name)
        response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
        return response


class StandingPage(OurPage):
    """A page there is one of, at an address that does not change."""

    max_count = 1
    promote_panels: ClassVar[list[FieldPanel]] = []

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> StandingPagePermissions:
        return StandingPagePermissions(user, self)


class HomePage(StandingPage):
    """The front page, root of the site."""

    lead = models.TextField(_("lead"), max_length=400, help_text=_("Under the headline: what this is."))
    quote = models.TextField(_("quote"), max_length=200, blank=True, help_text=_("Left empty, the band is not shown."))
    quote_by = models.CharField(_("who said it"), max_length=120, blank=True, help_text=_("Never a real name."))

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("quote"), FieldPanel("quote_by")]
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["cms.StoryIndexPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), "stories": StoryPage.objects.published()[:3]}


class StoryIndexPage(StandingPage):
    """Every published story, newest first."""

    lead = models.TextField(_("lead"), max_length=400, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.StoryPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), "stories": StoryPage.objects.published()}


class StoryQuerySet(PageQuerySet):
    def with_consent(self) -> Self:
        """Stories whose teller's yes stands today."""
        standing = StoryConsent.objects.standing().filter(story=models.OuterRef("pk"))
        found: Self = self.filter(models.Exists(standing))
        return found

    def published(self) -> Self:
        """What anybody may read now, newest first. Asks for the consent again, however a story came to be live."""
        found: Self = self.live().with_consent().select_related("locale").order_by("-first_published_at", "-pk")
        return found


class StoryPage(OurPage):
    """One person's story, told under another name. Live only while a consent stands."""

    class View(models.TextChoices):
        """Drawn places, in templates/cms/views/: never a face."""

        TERRACE = "terrace", _("A terrace by the water")
        KETTLE = "kettle", _("A kettle on a window sill")
        STATION = "station", _("A station before dawn")
        GARDEN = "garden", _("Rows in a garden")
        HILL = "hill", _("Steps up a hill")

    told_by = models.CharField(_("told by"), max_length=40, help_text=_("A name that is not the teller’s own."))
    say = models.CharField(_("first line"), max_length=160, help_text=_("One or two sentences that open the story."))
    view = models.CharField(_("picture"), max_length=12, choices=View, default=View.HILL)
    content_warning = models.CharField(
        _("what is in it"),
        max_length=240,
        blank=True,
        help_text=_("Shown before the story when it speaks of drugs, prison, death or harm. The reader then chooses."),
    )
    body = StreamField(StoryBody(), verbose_name=_("story"))

    objects = PageManager.from_queryset(StoryQuerySet)()

    base_form_class = StoryForm
    content_panels = [
        ConsentPanel(heading=_("Consent")),
        *Page.content_panels,
        FieldPanel("language"),
        FieldPanel("told_by"),
        FieldPanel("say"),
        FieldPanel("view"),
        FieldPanel("content_warning"),
        FieldPanel("body"),
    ]
    promote_panels = [FieldPanel("slug")]
    parent_page_types: ClassVar[list[str]] = ["cms.StoryIndexPage"]
    subpage_types: ClassVar[list[str]] = []

    def clean(self) -> None:
        """Refuse to be live without a consent: the last gate, behind `publish` and the admin's hooks."""
        super().clean()
        if self.live and (gap := self.consent_gap()):
            raise ValidationError(gap)

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish or schedule `revision`. Raises ConsentMissing when no consent stands on the day it goes live.

        A refused revision loses its time: else it would stop `publish_scheduled` at every run.
        """
        if gap := self.consent_gap(goes_live(revision.as_object())):
            self.revisions.filter(pk=revision.pk).update(approved_go_live_at=None)
            raise ConsentMissing(gap)
        super().publish(revision, *args, **kwargs)

    def consent_gap(self, on: date | None = None) -> str:
        """Why the story may not be live on the day `on`, in an editor's words; "" when it may."""
        if self.pk and self.consents.standing(on).exists():
            return ""
        return str(_("This story can’t be published: no consent stands for it. Record the consent first."))

    def current_consent(self) -> StoryConsent | None:
        """The standing consent that lasts longest."""
        if self.pk is None:
            return None
        consents: ConsentQuerySet = self.consents.standing()
        return consents.order_by("expires_on").last()

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The story; 404 once its consent has run out, even while the page is still live."""
        if self.consent_gap():
            raise Http404
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        others = StoryPage.objects.published().exclude(pk=self.pk)[:3]
        return {
            **super().get_context(request, *args, **kwargs),
            "consent": self.current_consent(),
            "stories": others,
        }

    def permissions_for_user(self, user: Any) -> StoryPermissions:
        return StoryPermissions(user, self)

    @property
    def minutes(self) -> int:
        """How long it takes to read, at least one minute."""
        words = sum(len(strip_tags(str(block.value)).split()) for block in self.body)
        return max(1, round(words / WORDS_A_MINUTE))

    @property
    def card_url(self) -> str:
        """The story's address in full. An old one is redirected when an editor changes the slug."""
        return f"{settings.PUBLIC_URL}{self.get_url_parts()[2]}"


def goes_live(page: StoryPage) -> date:
    """The day (UTC) on which publishing `page` now would show it."""
    now = timezone.now()
    return max(page.go_live_at or now, now).date()


class HelplineQuerySet(models.QuerySet["Helpline"]):
    def checked(self) -> Self:
        """Lines that somebody has rung or looked up. The others wait in the admin: a wrong number does harm."""
        return self.exclude(verified_on=None)


class Helpline(models.Model):
    """A number to call or text, in one country, said in one language."""

    class How(models.TextChoices):
        CALL = "call", pgettext_lazy("how to reach a helpline", "Call")
        TEXT = "text", pgettext_lazy("how to reach a helpline", "Text")

    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as GB or NZ."))],
        help_text=_("Two capital letters, such as GB or NZ."),
    )
    language = models.CharField(
        _("language of the words"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    name = models.CharField(_("name"), max_length=60)
    how = models.CharField(_("how"), max_length=4, choices=How, default=How.CALL)
    number = models.CharField(
        _("number"),
        max_length=20,
        validators=[RegexValidator(r"^\+?[0-9 ]+$", _("Only digits and spaces."))],
    )
    keyword = models.CharField(
        _("word to text"), max_length=12, blank=True, help_text=_("For a text line that wants a word first.")
    )
    when = models.CharField(_("when to use it"), max_length=60, help_text=_("For example: to talk, day or night."))
    verified_on = models.DateField(
        _("checked on"), null=True, blank=True, help_text=_("Shown to people only once it has been checked.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    in_crisis_text = models.BooleanField(_("in crisis texts"), default=False)
    is_emergency = models.BooleanField(_("emergency number"), default=False)

    objects = HelplineQuerySet.as_manager()

    class Meta:
        verbose_name = _("helpline")
        verbose_name_plural = _("helplines")
        ordering = ["country", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["country", "language", "how", "number"], name="helpline_once"),
            models.CheckConstraint(
                condition=models.Q(in_crisis_text=False) | models.Q(verified_on__isnull=False),
                name="crisis_lines_are_checked",
                violation_error_message=_("Only a line that has been checked may stand in a crisis text."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"

    @property
    def deed(self) -> str:
        """What to do, in the reader's language: "Call 116 123", "Text SHOUT to 85258"."""
        if self.how == self.How.CALL:
            return str(_("Call %(number)s")) % {"number": self.number}
        return str(_("Text %(short)s")) % {"short": self.short}

    @property
    def short(self) -> str:
        """The number alone, with the word to text where there is one: "SHOUT to 85258"."""
        if self.keyword:
            return str(_("%(word)s to %(number)s")) % {"word": self.keyword, "number": self.number}
        return self.number

    @property
    def href(self) -> str:
        """The link that dials, or opens a text with its word written."""
        number = self.number.replace(" ", "")
        if self.how == self.How.CALL:
            return f"tel:{number}"
        return f"sms:{number}?body={self.keyword}" if self.keyword else f"sms:{number}"
