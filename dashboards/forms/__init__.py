"""Shape of what officers ask for; the rules are in services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from dashboards.models.statistics import Definition
from schools.models import Area


class ReleaseForm(forms.Form):
    """A closed month of an area."""

    area = forms.ChoiceField(label=_("Area"))
    period = forms.ChoiceField(label=_("Month"))

    def __init__(self, *args: Any, areas: Sequence[Area], months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._areas = {area.code: area for area in areas}
        self.fields["area"].choices = [(code, area.name) for code, area in self._areas.items()]  # type: ignore[attr-defined]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (month.isoformat(), date_format(month, "YEAR_MONTH_FORMAT")) for month in months
        ]

    def clean_area(self) -> Area:
        return self._areas[self.cleaned_data["area"]]

    def clean_period(self) -> date:
        return date.fromisoformat(self.cleaned_data["period"])


class ReturnForm(forms.Form):
    """What a return is to count, as of when, and who asks for it."""

    area = forms.ChoiceField(label=_("Area"))
    definition = forms.ChoiceField(label=_("Definition"), choices=Definition.choices)
    counted_on = forms.DateField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(
        label=_("Who asks for it"),
        help_text=_("The authority and the number of its letter. It stands in the trail beside your name."),
        max_length=80,
    )

    def __init__(self, *args: Any, areas: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._areas = {area.code: area for area in areas}
        self.fields["area"].choices = [(code, area.name) for code, area in self._areas.items()]  # type: ignore[attr-defined]

    def clean_area(self) -> Area:
        return self._areas[self.cleaned_data["area"]]
