"""Forms that set up houses. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dormitories.models import Bed, Room
from dormitories.models.places import GROUND_FLOOR, HIGHEST_FLOOR
from dormitories.services.houses import MOST_BEDS
from schools.forms.fields import DayField
from students.models import Student

_SEX_CHOICES = [(Student.Sex.FEMALE, _("Girls")), (Student.Sex.MALE, _("Boys"))]
_GRADES = [("", "—"), *[(str(number), str(number)) for number in range(1, 10)]]


def _sex() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("For"), choices=_SEX_CHOICES, widget=forms.RadioSelect)


def _grade(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_GRADES, coerce=int, empty_value=None, required=False)


def _floor(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=GROUND_FLOOR, max_value=HIGHEST_FLOOR, **more)


class BuildingForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("house", "Name"), max_length=40)
    sex = _sex()


class ChangeBuildingForm(BuildingForm):
    is_closed = forms.BooleanField(
        label=_("This house isn't used any more"),
        required=False,
        help_text=_("Who slept here stays in the records."),
    )


class _GradeBand(forms.Form):
    """Two grades that belong together."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        low, high = data.get("grade_from"), data.get("grade_to")
        if (low is None) != (high is None) and not self.errors:
            data["grade_from"] = data["grade_to"] = low or high
        elif low is not None and high is not None and low > high:
            self.add_error("grade_to", _("The higher grade stands second."))
        return data


class RoomsForm(_GradeBand):
    """A block of rooms: floors × rooms × beds, numbered as schools do: 302 is the second of floor 3."""

    floor_from = _floor(_("From floor"), initial=1)
    floor_to = _floor(_("To floor"), initial=1)
    first = forms.IntegerField(label=_("First room of a floor"), min_value=1, max_value=99, initial=1)
    last = forms.IntegerField(label=_("Last room of a floor"), min_value=1, max_value=99, initial=10)
    beds = forms.IntegerField(label=_("Beds in a room"), min_value=1, max_value=MOST_BEDS, initial=8)
    bunks = forms.BooleanField(
        label=_("Bunks"), required=False, initial=True, help_text=_("Odd beds below, even beds above.")
    )
    grade_from = _grade(_("From grade"))
    grade_to = _grade(_("To grade"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for low, high, text in (
            ("floor_from", "floor_to", _("The higher floor stands second.")),
            ("first", "last", _("The higher room stands second.")),
        ):
            if low in data and high in data and data[low] > data[high]:
                self.add_error(high, text)
        return data


class RoomForm(_GradeBand):
    number = forms.CharField(label=_("Room"), max_length=10)
    floor = _floor(_("Floor"))
    beds = forms.IntegerField(label=_("Beds"), min_value=1, max_value=MOST_BEDS)
    grade_from = _grade(_("From grade"))
    grade_to = _grade(_("To grade"))
    near_warden = forms.BooleanField(label=_("Near the warden"), required=False)
    accessible = forms.BooleanField(label=_("Without steps"), required=False)
    area = forms.DecimalField(
        label=_("Area in m²"), max_digits=5, decimal_places=1, min_value=1, required=False
    )

    @staticmethod
    def written(room: Room, beds: int) -> dict[str, Any]:
        names = ("number", "floor", "grade_from", "grade_to", "near_warden", "accessible", "area")
        return {**{name: getattr(room, name) for name in names}, "beds": beds}


class OutOfOrderForm(forms.Form):
    begins = DayField(
        label=_("Out of order from"), required=False, help_text=_("Empty: the bed is in order.")
    )
    ends = DayField(label=_("Until"), required=False, help_text=_("Empty: until further notice."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends < begins:
            self.add_error("ends", _("This can't be before the first day."))
        if ends and not begins and "begins" not in self.errors:
            self.add_error("begins", _("Name the first day too."))
        return data

    @staticmethod
    def written(bed: Bed) -> dict[str, Any]:
        return {"begins": bed.out_of_order_from, "ends": bed.out_of_order_to}


class HouseFileForm(forms.Form):
    file = forms.FileField(
        label=_("Sheet of rooms"),
        help_text=_("Excel (.xlsx) or CSV, one row a room."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> bytes:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > min(settings.ROSTER_MAX_BYTES, 2 * 1024 * 1024):
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        self.file_name = file.name or ""
        return file.read()
