"""Forms of telephones, windows and days that differ. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from calls.models import Phone, Weekday, WindowException
from calls.models.phones import SLOT_LEAST, SLOT_MOST
from schools.forms.duties import ClockField
from schools.forms.fields import DayField


class PhoneForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=40, help_text=_("As it stands on the door or the wall.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Phone.Kind.choices, widget=forms.RadioSelect, initial=Phone.Kind.LANDLINE
    )


def _slot_field(**more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Minutes a call"),
        validators=[MinValueValidator(SLOT_LEAST), MaxValueValidator(SLOT_MOST)],
        widget=forms.NumberInput(attrs={"min": SLOT_LEAST, "max": SLOT_MOST, "inputmode": "numeric"}),
        **more,
    )


class WindowForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=Weekday.choices, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    from_time = ClockField(label=pgettext_lazy("time", "From"))
    to_time = ClockField(label=pgettext_lazy("time", "To"))
    slot_minutes = _slot_field(initial=10)

    def __init__(self, *args: Any, phones: list[Phone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = {str(phone.pk): phone for phone in phones}
        self.fields["phones"] = forms.TypedMultipleChoiceField(
            label=_("Telephones"),
            choices=[(key, phone.name) for key, phone in found.items()],
            coerce=found.get,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None chosen: all of them."),
        )


class ExceptionForm(forms.Form):
    on = DayField(label=_("Day"))
    kind = forms.ChoiceField(
        label=_("What is different"),
        choices=WindowException.Kind.choices,
        widget=forms.RadioSelect,
        initial=WindowException.Kind.CLOSED,
    )
    from_time = ClockField(label=pgettext_lazy("time", "From"), required=False)
    to_time = ClockField(label=pgettext_lazy("time", "To"), required=False)
    slot_minutes = _slot_field(required=False)
    note = forms.CharField(
        label=_("Note"), max_length=60, required=False, help_text=_("For colleagues, such as “Sports day”.")
    )


class DayForm(forms.Form):
    """Which day, for a button."""

    on = DayField()
