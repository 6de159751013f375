"""Forms of plans for beds. Shape only; rules are in services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.models import School
from students.models import Student


class PlanForm(forms.Form):
    """`school` is asked only of somebody who gives beds in several."""

    school = forms.ModelChoiceField(
        School.objects.none(), label=_("School"), to_field_name="public_id", empty_label=None
    )
    sex = forms.ChoiceField(
        label=_("Houses for"),
        choices=[
            (Student.Sex.FEMALE, pgettext_lazy("house", "Girls")),
            (Student.Sex.MALE, pgettext_lazy("house", "Boys")),
        ],
        widget=forms.RadioSelect,
    )
    ease = forms.ChoiceField(
        label=_("How many may move"),
        choices=[
            ("few", _("As few as possible")),
            ("some", _("Some, where it helps")),
            ("many", _("Many, for the best rooms")),
        ],
        initial="some",
        widget=forms.RadioSelect,
        help_text=_("Rules are kept in every case."),
    )

    def __init__(self, *args: Any, schools: QuerySet[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["school"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  for the type checker
        choice.queryset = schools
        self.only = schools[0] if len(schools) == 1 else None
        if self.only is not None:
            del self.fields["school"]

    @property
    def chosen_school(self) -> School:
        """The school to plan for."""
        return self.only or self.cleaned_data["school"]


class PlaceForm(forms.Form):
    """Another bed of the plan for one pupil, by the bed's public id."""

    bed = forms.ChoiceField(label=_("Bed in the plan"))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bed"].choices = choices  # type: ignore[attr-defined]
