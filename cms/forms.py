"""The forms of the editors' rooms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Locale


class StoryForm(WagtailAdminPageForm):
    """The story editor: a new story starts as a draft, in the language it is told in."""

    language = forms.ModelChoiceField(
        Locale.objects.all(),
        label=_("Language"),
        empty_label=None,
        help_text=_("The language it is told in. It can’t change while the story is published."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = self.instance.locale_id
        if self.instance.pk is None:
            # Wagtail makes new pages live and publishes them after; a story's consent comes first.
            self.instance.live = False
        # The published row keeps its language, so a choice made while live would be lost.
        self.fields["language"].disabled = self.instance.live

    def save(self, commit: bool = True) -> Any:
        if language := self.cleaned_data.get("language"):
            self.instance.locale = language
        return super().save(commit=commit)
