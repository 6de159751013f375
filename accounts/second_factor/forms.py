"""Forms of the second factor. Shape only."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_CREDENTIAL = 20_000


class CodeForm(forms.Form):
    """A code of the app or of the printed sheet; which it is, its shape tells."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, only_app: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if only_app:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class PasskeyForm(forms.Form):
    """What the browser says after talking to the passkey; our script fills it in."""

    credential = forms.CharField(max_length=LONGEST_CREDENTIAL, widget=forms.HiddenInput)

    def clean_credential(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["credential"])
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This passkey didn't work."))
        return found


class NewPasskeyForm(PasskeyForm):
    name = forms.CharField(
        label=_("A name for it"), max_length=40, help_text=_("For example: my telephone, the blue key.")
    )
