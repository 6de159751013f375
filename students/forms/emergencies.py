"""Forms of break-glass. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.forms import fields
from schools.models import SchoolClass
from students.models import EmergencyAccess
from students.models.emergency import SHORTEST_REASON


class FindForm(forms.Form):
    """A full name and the class, or the school number: nothing that could fish."""

    name = forms.CharField(label=_("Full name"), max_length=80, required=False)
    school_number = forms.CharField(
        label=_("School number"), max_length=30, required=False, help_text=_("Instead of name and class.")
    )

    def __init__(self, *args: Any, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_class"] = fields.ObjectField(classes, label=_("Class"), empty="—", required=False)
        self.order_fields(["name", "school_class", "school_number"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        whole = data.get("name") and data.get("school_class")
        if not whole and not data.get("school_number"):
            self.add_error("name", _("Type the full name and choose the class, or type the school number."))
        return data


class OpenForm(forms.Form):
    reason = forms.CharField(
        label=_("What has happened, and why do you need this record now?"),
        max_length=2_000,
        min_length=SHORTEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "min_length": _("Write at least %(limit_value)d characters; these are %(show_value)d.")
        },
        help_text=_("At least 30 characters. The safeguarding lead reads it."),
    )


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Was it justified?"), choices=EmergencyAccess.Verdict.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed if it wasn't justified."),
    )
