"""What to take away, in which form, and whether it is to be encrypted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.exports import MIN_PASSPHRASE
from schools.forms import fields
from schools.models import School, SchoolClass
from students.selectors.export import Part

LABELS = {
    Part.CONTACTS: _("Telephone numbers of the child and of two adults"),
    Part.HOME: _("Home address"),
    Part.IDENTITY: _("National school number and identity number"),
}


class ExportForm(forms.Form):
    """A class, or all of the school for somebody of one school; the parts are those the person may see."""

    file_format = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", "Excel (.xlsx)"), ("csv", "CSV")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    parts = forms.MultipleChoiceField(
        label=_("Also"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "With one, the file is a ZIP that opens with it alone. It isn't kept: if you forget it, "
            "make the file anew. Identity numbers leave only with a passphrase."
        ),
    )
    passphrase_again = forms.CharField(
        label=_("Passphrase again"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(
        self,
        *args: Any,
        schools: list[School],
        classes: list[SchoolClass],
        parts: list[Part],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._schools = schools
        several = len(schools) > 1
        choice = fields.ObjectField(
            classes, label=_("Class"), required=several, empty="—" if several else _("All classes")
        )
        self.fields["school_class"] = choice
        choices = self.fields["parts"]
        assert isinstance(choices, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        choices.choices = [(part.value, LABELS[part]) for part in parts]
        if not parts:
            del self.fields["parts"]
        self.order_fields(["school_class", "parts", "file_format", "passphrase", "passphrase_again"])

    def clean_parts(self) -> list[Part]:
        return [Part(value) for value in self.cleaned_data["parts"]]

    def clean_passphrase(self) -> str:
        passphrase: str = self.cleaned_data["passphrase"]
        if passphrase and len(passphrase) < MIN_PASSPHRASE:
            raise forms.ValidationError(
                ngettext_lazy(
                    "At least %(count)d character.", "At least %(count)d characters.", MIN_PASSPHRASE
                )
                % {"count": MIN_PASSPHRASE}
            )
        if passphrase.isdigit() or (passphrase and len(set(passphrase)) < 5):
            raise forms.ValidationError(_("Too easy to guess: take several words."))
        return passphrase

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("passphrase", "") != data.get("passphrase_again", "") and "passphrase" in data:
            self.add_error("passphrase_again", _("The two aren't the same."))
        return data

    @property
    def school(self) -> School:
        """Whose list it is: of the class chosen, else the only one."""
        chosen: SchoolClass | None = self.cleaned_data["school_class"]
        return chosen.school if chosen else self._schools[0]
