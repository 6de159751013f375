"""The form for when a school calls its rolls. Shape only."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dormitories.roll_times import Times

NOON, FOUR = time(12), time(4)


def _time(label: Any, **more: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, required=False, widget=widget, **more)


class RollTimesForm(forms.Form):
    """Two pairs; an empty one isn't called."""

    evening_from = _time(_("Evening, from"), help_text=_("After noon. Both empty: no roll in the evening."))
    evening_until = _time(_("Evening, until"))
    morning_from = _time(_("Morning, from"), help_text=_("Before noon. Both empty: no roll in the morning."))
    morning_until = _time(_("Morning, until"))

    @classmethod
    def written(cls, times: Times) -> dict[str, time]:
        """The present times as the form shows them."""
        return {
            f"{kind}_{end}": one
            for kind, pair in times.items()
            for end, one in zip(("from", "until"), pair, strict=True)
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for kind, earliest, latest in (("evening", NOON, time.max), ("morning", FOUR, NOON)):
            begins, ends = data.get(f"{kind}_from"), data.get(f"{kind}_until")
            if self.errors.keys() & {f"{kind}_from", f"{kind}_until"}:
                continue
            if (begins is None) != (ends is None):
                missing = "until" if ends is None else "from"
                self.add_error(f"{kind}_{missing}", _("Give both times, or neither."))
            elif begins and not earliest <= begins < latest:
                self.add_error(f"{kind}_from", _("This hour belongs to the other roll."))
            elif begins and ends and not begins < ends <= latest:
                self.add_error(f"{kind}_until", _("The end must be after the beginning."))
        return data
