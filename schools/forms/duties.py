"""Forms of the duty rota. Shape only; rules are in services."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from schools.forms.fields import DayField, ObjectField
from schools.models import Duty

NIGHT = (time(21, 0), time(7, 0))


class ClockField(forms.TimeField):
    """A time of day with the browser's own clock."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


class DutyForm(forms.Form):
    day = DayField(label=_("Day"))
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Duty.Kind.choices, widget=forms.RadioSelect, initial=Duty.Kind.NIGHT
    )
    begins = ClockField(label=_("Begins"), initial=NIGHT[0])
    ends = ClockField(
        label=_("Ends"), initial=NIGHT[1], help_text=_("A time before the beginning is of the next morning.")
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = ObjectField(people, label=_("Person"), empty="—")
        self.order_fields(["person", "day", "kind", "begins", "ends"])
