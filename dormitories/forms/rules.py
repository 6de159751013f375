"""The form of a rule. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dormitories.forms.stays import bed_field
from dormitories.models import Bed, Rule
from dormitories.rules import LARGEST_NUMBER
from schools.forms.fields import DayField, ObjectField


class RuleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Rule"), choices=Rule.Kind.choices, widget=forms.RadioSelect)
    pupils = forms.CharField(
        label=_("Children"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One name a line. For a buddy, the newcomer stands first. Not for grades in one room."),
    )
    number = forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=LARGEST_NUMBER,
        required=False,
        help_text=_(
            "How many grades, or how many of these children, may share a room. Only for those two rules."
        ),
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), help_text=_("Somebody looks at it again then."))
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For whoever answers for the rule and those who make rules. Whoever gives beds never sees it."
        ),
    )

    def __init__(self, *args: Any, beds: list[Bed], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bed"] = bed_field(beds)
        self.fields["bed"].required = False
        self.fields["bed"].help_text = _("Only for a child who stays in this bed.")
        self.fields["owner"] = ObjectField(people, label=_("Who answers for it"), empty="—")
        self.order_fields(["kind", "pupils", "number", "bed", "starts_on", "ends_on", "owner", "reason"])

    def clean(self) -> dict[str, Any]:
        """What a kind doesn't need is left out, though it was typed for another."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind != Rule.Kind.PINNED:
            data["bed"] = None
        if kind not in (Rule.Kind.GRADE_SPAN, Rule.Kind.SPREAD):
            data["number"] = None
        if kind == Rule.Kind.GRADE_SPAN:
            data["pupils"] = ""
        return data
