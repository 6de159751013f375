"""Forms that keep one pupil's record. Shape only; rules are in services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from schools.forms import fields
from schools.models import SchoolClass
from students.models import Student


def _class_choice(classes: list[SchoolClass]) -> forms.Field:
    """The year or the school stands beside a class where the label alone fits two of them."""
    choice = fields.ObjectField(classes, label=_("Class"), empty="—")
    schools = {one.school_id for one in classes}
    years = {one.year_id for one in classes}
    choice.choices = [("", "—")] + [
        (
            str(one.pk),
            " · ".join(
                [one.label]
                + ([str(one.year)] if len(years) > len(schools) else [])
                + ([one.school.name] if len(schools) > 1 else [])
            ),
        )
        for one in classes
    ]
    return choice


class EditForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    keep_former = forms.BooleanField(
        label=_("Keep the earlier name as the former name"),
        required=False,
        help_text=_("Tick it when the child has taken another name, not to correct a slip."),
    )
    school_number = forms.CharField(label=_("School number"), max_length=30, required=False)
    boarding = forms.ChoiceField(
        label=_("Boarding"), choices=Student.Boarding.choices, widget=forms.RadioSelect
    )
    hukou = forms.ChoiceField(
        label=_("Household registration"), choices=Student.Hukou.choices, widget=forms.RadioSelect
    )
    phone = fields.PhoneField(label=_("Child's own telephone"), required=False)
    address = forms.CharField(label=_("Home address"), max_length=200, required=False)


class PlaceForm(forms.Form):
    """Which class, from which day."""

    on = fields.DayField(label=_("From"))

    def __init__(self, *args: Any, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_class"] = _class_choice(classes)
        self.order_fields(["school_class", "on"])


class LeaveForm(forms.Form):
    on = fields.DayField(label=_("Last day at the school"))


class NewPupilForm(forms.Form):
    """`is_another` is asked only once the name turns out to be in the records; `asked_about` says which."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    is_another = forms.BooleanField(label=_("This is another child of the same name"), required=False)
    asked_about = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    sex = forms.ChoiceField(label=_("Sex"), choices=Student.Sex.choices, widget=forms.RadioSelect)
    born_on = fields.DayField(label=_("Date of birth"))
    on = fields.DayField(label=_("In the class from"))
    boarding = forms.ChoiceField(
        label=_("Boarding"), choices=Student.Boarding.choices, widget=forms.RadioSelect
    )
    field_order = ("name", "is_another", "sex", "born_on", "school_class", "on", "boarding", "asked_about")

    def __init__(self, *args: Any, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_class"] = _class_choice(classes)
        self.order_fields(self.field_order)
        if not self.data.get("asked_about"):
            self.fields["is_another"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked_about = data.pop("asked_about", "")
        if asked_about != data.get("name"):  # the tick answered the question about another name
            data["is_another"] = False
        if data.get("born_on") and data.get("on") and data["born_on"] >= data["on"]:
            self.add_error("born_on", _("This must be before the first day in the class."))
        return data

    def ask_about(self, name: str, question: str) -> None:
        """Put the question whether this is another child of the name beside a box to tick."""
        answered = {key: value for key, value in self.data.items() if key != "is_another"}
        self.data = {**answered, "asked_about": name}
        self.fields["is_another"].widget = forms.CheckboxInput()
        self.add_error("is_another", question)


class PairForm(forms.Form):
    """Which teacher, from which day."""

    on = fields.DayField(label=_("From"))

    def __init__(self, *args: Any, teachers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = fields.ObjectField(teachers, label=_("Teacher"), empty="—")
        self.order_fields(["person", "on"])


class UnpairForm(forms.Form):
    pairing = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    last_day = fields.DayField(label=_("Last day"))
