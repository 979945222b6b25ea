"""What somebody writes when they close an alert."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CloseForm(forms.Form):
    """How it ended. Sealed with the alert."""

    note = forms.CharField(
        label=_("What you heard, what you did"),
        help_text=_("Other leads can read this. It is kept locked, with the alert."),
        max_length=2000,
        error_messages={"required": _("Write how it ended. Then the alert can close.")},
        widget=forms.Textarea(attrs={"class": "input", "rows": 4, "dir": "auto"}),
    )
