"""What people type to sign in."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from sms.actions import WrongNumber, parse


class NumberForm(forms.Form):
    """A participant's mobile number. `cleaned_data["number"]` is E.164."""

    number = forms.CharField(
        label=_("Your mobile number"),
        help_text=_("We text you a code. Nobody else can see this number."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input is-tel", "type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        ),
    )

    def __init__(self, *args: object, country: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.country = country

    def clean_number(self) -> str:
        try:
            return parse(self.cleaned_data["number"], self.country)
        except WrongNumber as error:
            raise forms.ValidationError(str(error)) from error


class CodeForm(forms.Form):
    """Six digits, however they are typed. `cleaned_data["code"]` has no spaces."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "input is-code", "inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        code = re.sub(r"\D", "", self.cleaned_data["code"])
        if len(code) != 6:
            raise forms.ValidationError(_("The code has six digits. Check and type it again."))
        return code


class PasswordForm(forms.Form):
    """Staff's first factor."""

    email = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )
