"""Forms that give, change and end a bed. Shape only; rules are in services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dormitories.models import Bed
from schools.forms.fields import DayField, ObjectField
from students.models import Student


class _InSpite(forms.Form):
    """`in_spite` is asked only once a rule speaks against it."""

    in_spite = forms.BooleanField(label=_("Do it all the same"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["in_spite"].widget = forms.HiddenInput()

    def ask_in_spite(self, field: str | None, sentence: str) -> None:
        """Put what speaks against it beside a box to tick."""
        self.data = {**{key: self.data.get(key) for key in self.data}, "in_spite": ""}
        self.fields["in_spite"].widget = forms.CheckboxInput()
        self.add_error(field, sentence)


def bed_choices(beds: Iterable[Bed]) -> list[tuple[str, Any]]:
    """Beds by house, as an optgroup each: 302-4 · upper."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for bed in beds:
        label = f"{bed.code} · {bed.get_level_display()}"
        groups.setdefault(bed.room.building.name, []).append((str(bed.pk), label))
    return [("", "—"), *groups.items()]


def bed_field(beds: list[Bed]) -> ObjectField:
    found = ObjectField(beds, label=_("Bed"), empty="—")
    found.choices = bed_choices(beds)
    return found


class BedForm(_InSpite):
    """Which bed a pupil gets, from which day."""

    starts_on = DayField(label=_("From"))

    def __init__(self, *args: Any, beds: list[Bed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bed"] = bed_field(beds)
        self.order_fields(["bed", "starts_on", "in_spite"])


class PupilForm(_InSpite):
    """Which pupil gets a bed, from which day."""

    starts_on = DayField(label=_("From"))

    def __init__(self, *args: Any, pupils: list[Student], classes: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = ObjectField(pupils, label=_("Child"), empty="—")
        choice.choices = [
            ("", "—"),
            *[(str(one.pk), " · ".join(filter(None, [one.name, classes.get(one.pk, "")]))) for one in pupils],
        ]
        self.fields["student"] = choice
        self.order_fields(["student", "starts_on", "in_spite"])


class EndStayForm(forms.Form):
    last_day = DayField(
        label=_("Last day"), help_text=_("A bed given by mistake today is taken back by naming yesterday.")
    )
