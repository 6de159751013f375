"""Forms of the evening: how a call went, a contact outside the plan, the clocks of the school."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from calls.models import ContactAttempt
from calls.models.board import MINUTES_MOST
from students.models import GuardianLink

MOVE, NOBODY = "moved", "nobody"


class OutcomeForm(forms.Form):
    """One tap: the outcome's button names itself; the number is the one that stood on the page."""

    outcome = forms.ChoiceField(
        choices=[
            *ContactAttempt.Outcome.choices,
            (MOVE, gettext_lazy("Moved")),
            (NOBODY, gettext_lazy("Nobody may be called")),
        ]
    )
    number = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    minutes = forms.IntegerField(min_value=1, max_value=MINUTES_MOST, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("outcome") not in (None, MOVE, NOBODY)
            and not cleaned.get("number")
            and not self.errors
        ):
            self.add_error("number", _("Choose whom you called."))
        return cleaned


class ContactForm(forms.Form):
    """A contact outside the plan. There is no field for what was said."""

    person = forms.ChoiceField(label=gettext_lazy("With whom"), widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=pgettext_lazy("channel", "By"),
        choices=ContactAttempt.Channel.choices,
        initial=ContactAttempt.Channel.TEACHER_PHONE,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it went"),
        choices=[one for one in ContactAttempt.Outcome.choices if one[0] != "wrong_number"],
        initial=ContactAttempt.Outcome.TALKED,
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=MINUTES_MOST, required=False
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if not 2000 <= at.year <= 2200:
            raise forms.ValidationError(_("Give a day of this century."))
        return at

    def __init__(self, *args: Any, people: Iterable[GuardianLink], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (str(link.person_id), f"{link.person.name} · {link.get_relation_display()}") for link in people
        ]
        self.fields["at"].initial = now


class ClockForm(forms.Form):
    """Days until a parent is due, amber, red."""

    due_days = forms.IntegerField(label=gettext_lazy("due after (days)"), min_value=1, max_value=364)
    amber_days = forms.IntegerField(label=gettext_lazy("amber after (days)"), min_value=2, max_value=365)
    red_days = forms.IntegerField(label=gettext_lazy("red after (days)"), min_value=3, max_value=366)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        due, amber, red = (cleaned.get(name) for name in ("due_days", "amber_days", "red_days"))
        if due and amber and red and not due < amber < red:
            self.add_error("red_days", _("Each step takes longer than the one before."))
        return cleaned


class QuietForm(forms.Form):
    """When a parent sleeps by day: both times or neither."""

    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error("quiet_until", _("Give both times, or neither."))
        return cleaned

    @property
    def hours(self) -> tuple[time, time] | None:
        start, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return None if start is None else (start, end)
