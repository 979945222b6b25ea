"""Where an editor records a teller's yes, and takes it back."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from accounts.models import User
from cms import actions
from cms.models import StoryConsent, StoryPage
from core.policies import Audience, open_to


class ConsentForm(forms.ModelForm[StoryConsent]):
    class Meta:
        model = StoryConsent
        fields = ["given_on", "expires_on", "channels", "languages", "proof"]
        # The browser's own calendar: Wagtail's needs a script for it.
        widgets = {name: forms.DateInput({"type": "date"}, "%Y-%m-%d") for name in ("given_on", "expires_on")}


class ConsentView(WagtailAdminTemplateMixin, FormView[ConsentForm]):
    """The consents of one story, and the form for the next."""

    form_class = ConsentForm
    template_name = "cms/admin/consent.html"
    header_icon = "clipboard-list"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.story = _editors_story(request, kwargs["page_id"])

    def form_valid(self, form: ConsentForm) -> HttpResponse:
        actions.record_consent(story=self.story, actor=_actor(self.request), **form.cleaned_data)
        messages.success(self.request, _("The consent is on record. The story can be published now."))
        return redirect("wagtailadmin_pages:edit", self.story.pk)

    def get_page_title(self) -> str:
        return _("Consent")

    def get_page_subtitle(self) -> str:
        return str(self.story.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        edit = reverse("wagtailadmin_pages:edit", args=[self.story.pk])
        return [
            *super().get_breadcrumbs_items(),
            {"url": edit, "label": self.get_page_subtitle()},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        consents = self.story.consents.all()
        return {**context, "story": self.story, "consents": consents, "consent": self.story.current_consent()}


consents = open_to(Audience.EDITOR)(ConsentView.as_view())


@open_to(Audience.EDITOR)
@require_POST
def withdraw(request: HttpRequest, page_id: int) -> HttpResponse:
    """The teller takes back their yes."""
    story = _editors_story(request, page_id)
    actions.withdraw_consent(story=story, actor=_actor(request))
    messages.success(request, _("The consent is withdrawn. The story is off the site, and its old versions are gone."))
    return redirect("story_consent", page_id)


def _editors_story(request: HttpRequest, page_id: int) -> StoryPage:
    """The story, for somebody who may publish it."""
    story: StoryPage = get_object_or_404(StoryPage, pk=page_id)
    if not story.permissions_for_user(request.user).can_publish():
        raise PermissionDenied
    return story


def _actor(request: HttpRequest) -> str:
    assert isinstance(request.user, User)  # noqa: S101  (for the type checker)
    return request.user.actor
