"""What is typed about a leave, and about a pupil who isn't in the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dormitories.models import Leave, RollMark
from dormitories.services.leaves import LeaveDetails
from students.models import GuardianLink

_OTHER = ""


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


class LeaveForm(forms.Form):
    """A leave for a boarder. Who may collect comes from the child's page."""

    kind = forms.ChoiceField(label=_("For how long?"), choices=Leave.Kind.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("What for?"), choices=Leave.Reason.choices, widget=forms.RadioSelect)
    leaves_at = _moment(_("Leaves"))
    due_back_at = _moment(_("Due back"))
    collector = forms.ChoiceField(
        label=_("Who collects the child?"), required=False, widget=forms.RadioSelect
    )
    collector_words = forms.CharField(
        label=_("Somebody else, or how they travel"),
        max_length=100,
        required=False,
        help_text=_("For example: the school bus, or an aunt whose identity card the gate checks."),
    )

    def __init__(self, *args: Any, collectors: list[GuardianLink], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._collectors = {str(link.pk): link for link in collectors}
        named = [(key, f"{link.person.name} ({link.get_relation_display()})") for key, link in self._links()]
        self.fields["collector"].choices = [*named, (_OTHER, _("Somebody else"))]  # type: ignore[attr-defined]

    def _links(self) -> list[tuple[str, GuardianLink]]:
        return list(self._collectors.items())

    def details(self) -> LeaveDetails:
        data = self.cleaned_data
        return LeaveDetails(
            kind=data["kind"],
            reason=data["reason"],
            leaves_at=data["leaves_at"],
            due_back_at=data["due_back_at"],
            collector=self._collectors.get(data["collector"]),
            collector_words=" ".join(data["collector_words"].split()),
        )


class RefuseForm(forms.Form):
    why = forms.CharField(
        label=_("Why not?"), max_length=200, required=False, help_text=_("Whoever asked reads it.")
    )


class WhereForm(forms.Form):
    """Where a pupil is who isn't in the room."""

    status = forms.ChoiceField(
        label=_("Where is the child?"),
        choices=RollMark.Status.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose one of the places on offer.")},
    )
    note = forms.CharField(
        label=_("Elsewhere: where exactly?"),
        max_length=100,
        required=False,
        help_text=_("With whom, and since when. Nothing else."),
    )


class FloorForm(forms.Form):
    """Which part of a house; none means all of it."""

    floor = forms.IntegerField(required=False, min_value=1, max_value=12)


def in_minutes(moment: Any) -> Any:
    """A moment as the browser's field shows it: to the minute, in the school's time."""
    return timezone.localtime(moment).replace(second=0, microsecond=0)
