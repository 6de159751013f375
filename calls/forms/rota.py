"""Forms of the weekly rota and of one call. Shape only; rules are in services."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Phone, Rota
from calls.selectors.places import Place

_PLACE = re.compile(r"([0-9]{9,11})-([0-9a-f]{32})")


class RotaForm(forms.Form):
    audience = forms.ChoiceField(
        label=_("For whom"),
        choices=Rota.Audience.choices,
        widget=forms.RadioSelect,
        initial=Rota.Audience.BOARDERS,
    )
    per_week = forms.TypedChoiceField(
        label=_("Calls a week at most"),
        choices=[(1, "1"), (2, "2"), (3, "3")],
        coerce=int,
        widget=forms.RadioSelect,
        initial=1,
        help_text=_("Further calls only where places are left once everybody has one."),
    )

    def __init__(self, *args: Any, mondays: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weeks = [(one.isoformat(), date_format(one, "DATE_FORMAT")) for one in mondays]
        self.fields["monday"] = forms.TypedChoiceField(
            label=_("Week from"), choices=weeks, coerce=date.fromisoformat
        )
        self.order_fields(["monday", "audience", "per_week"])


class PlaceField(forms.ChoiceField):
    """A time and a telephone. One that was free when the page was shown is understood still: the service says
    what has become of it."""

    def __init__(self, places: list[Place], phones: list[Phone], **kwargs: Any) -> None:
        self._phones = {phone.public_id.hex: phone for phone in phones}
        choices = [(one.key, _in_words(one)) for one in places]
        super().__init__(choices=choices, widget=forms.RadioSelect, **kwargs)

    def clean(self, value: Any) -> tuple[datetime, Phone]:
        match = _PLACE.fullmatch(str(value or ""))
        phone = self._phones.get(match[2]) if match else None
        if match is None or phone is None:
            raise forms.ValidationError(_("Choose a time."))
        return datetime.fromtimestamp(int(match[1]), tz=UTC), phone


def _in_words(place: Place) -> str:
    begins = timezone.localtime(place.starts_at)
    day = f"{date_format(begins, 'D')} {date_format(begins, 'MONTH_DAY_FORMAT')}"
    return f"{day} {begins:%H:%M} · {place.phone}"


class BookingForm(forms.Form):
    def __init__(self, *args: Any, places: list[Place], phones: list[Phone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"] = PlaceField(places, phones, label=_("When and where"))


class MoveForm(BookingForm):
    reason = forms.ChoiceField(label=_("Why"), choices=Call.Reason.choices[:3], widget=forms.RadioSelect)


class CancelForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=Call.Reason.choices[:3], widget=forms.RadioSelect)
