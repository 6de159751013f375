"""Forms of the calendar. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schools.forms.fields import DayField, ObjectField
from schools.models import SchoolDay, SchoolYear


class YearForm(forms.Form):
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))


class TermForm(forms.Form):
    number = forms.TypedChoiceField(
        label=_("Term"),
        coerce=int,
        choices=[(1, _("First term")), (2, _("Second term")), (3, _("Third term"))],
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))


class DayForm(forms.Form):
    """What a special day is; its date is its name and doesn't change."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SchoolDay.Kind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=40, required=False)


class DaysForm(DayForm):
    on = DayField(label=_("Day"))
    until = DayField(label=_("Until"), required=False, help_text=_("For several days in a row."))
    field_order = ("on", "until", "kind", "name")


class ClassForm(forms.Form):
    grade = forms.IntegerField(label=_("Grade"), min_value=1, max_value=9)
    number = forms.IntegerField(label=_("Class number"), min_value=1, max_value=99)

    def __init__(self, *args: Any, years: list[SchoolYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = ObjectField(years, label=_("School year"))
        self.order_fields(["year", "grade", "number"])
