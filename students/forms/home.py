"""Forms that keep the facts of a pupil's home, one for each noun. Shape only; rules are in services."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.forms import fields
from students.models import CareArrangement, GuardianLink, MigrationEpisode, Person, ReachableWindow

_FIGURES = re.compile(r"[0-90-9号组村]")
Answer = GuardianLink.Answer


def _choice(label: Any, choices: Any, **rest: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **rest)


class _Dated(forms.Form):
    """From a day to a day."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("started_on"), data.get("ended_on")
        if first and last and last < first:
            self.add_error("ended_on", _("The last day can't be before the first."))
        return data


class NewAdultForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    relation = forms.ChoiceField(label=_("Relation"), choices=[("", "—"), *GuardianLink.Relation.choices])
    number = fields.PhoneField(
        label=_("Telephone"),
        required=False,
        help_text=_("With the same name and number as somebody here, it is the same person."),
    )
    is_guardian = forms.BooleanField(label=_("Legal guardian"), required=False)
    lives_with = _choice(_("Lives with the child"), Answer.choices)


class AdultForm(forms.Form):
    """`today` bounds what can only have happened already."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    relation = forms.ChoiceField(label=_("Relation"), choices=GuardianLink.Relation.choices)
    priority = forms.IntegerField(
        label=_("Called in this order"), min_value=1, max_value=99, help_text=_("1 is called first.")
    )
    is_guardian = forms.BooleanField(label=_("Legal guardian"), required=False)
    is_delegated_carer = forms.BooleanField(
        label=_("Looks after the child in the parents' place"), required=False
    )
    lives_with = _choice(_("Lives with the child"), Answer.choices)
    may_collect = _choice(_("May collect the child"), Answer.choices)
    contact_barred = forms.BooleanField(
        label=_("No contact"),
        required=False,
        help_text=_("A court or the police forbids it, or this person is a danger to the child."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Messages about calls go here where no confirmed mobile number can take them."),
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    employer = forms.CharField(label=_("Work"), max_length=100, required=False)
    absences_known_from = fields.DayField(
        label=_("Every time away is written down since"),
        required=False,
        help_text=_("On days since then without an entry this person was at home. Empty: nobody has asked."),
    )
    is_dead = forms.BooleanField(label=_("Has died"), required=False)
    died_on = fields.DayField(label=_("Died on"), required=False)
    able = _choice(_("Able to be a guardian"), Answer.choices)
    assessed_on = fields.DayField(label=_("Assessed on"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("absences_known_from", "died_on", "assessed_on"):
            if data.get(name) and data[name] > self.today:
                self.add_error(name, _("This day hasn't come yet."))
        if data.get("died_on") and not data.get("is_dead"):
            self.add_error("is_dead", _("Tick this too, or leave the day empty."))
        if data.get("able") in {Answer.YES, Answer.NO} and not data.get("assessed_on"):
            self.add_error("assessed_on", _("Say on which day this was assessed."))
        return data


class WrongAdultForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Written down here by mistake"),
        help_text=_("Somebody who is rightly here but away, barred or dead stays: edit that instead."),
    )


class NewNumberForm(forms.Form):
    number = fields.PhoneField(label=_("Telephone"))
    label = forms.CharField(
        label=_("Whose or where"), max_length=40, required=False, help_text=_("Own mobile, shop, neighbour …")
    )
    confirmed = forms.BooleanField(
        label=_("Somebody of the school has reached this person at this number"),
        required=False,
        help_text=_("Only such numbers are called."),
    )


class NumberForm(NewNumberForm):
    """The number itself isn't rewritten: another number is another entry."""

    ended = forms.BooleanField(label=_("No longer in use, or somebody else's"), required=False)
    field_order = ("label", "confirmed", "ended")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["number"]


class AbsenceForm(_Dated):
    place = forms.CharField(
        label=_("Province and city"),
        max_length=40,
        required=False,
        help_text=_("Nothing closer than the city."),
    )
    reason = _choice(_("Reason"), MigrationEpisode.Reason.choices)
    shift = _choice(_("Shifts"), MigrationEpisode.Shift.choices)
    started_on = fields.DayField(label=_("Away since"))
    ended_on = fields.DayField(
        label=_("Last day away"), required=False, help_text=_("A short visit home ends nothing.")
    )
    field_order = ("started_on", "ended_on", "reason", "place", "shift")

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        if _FIGURES.search(place):
            raise forms.ValidationError(_("Only the province and the city, no street or village."))
        return place


class WindowForm(_Dated):
    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=ReachableWindow.Weekday.choices, coerce=int)
    starts_at = forms.TimeField(
        label=pgettext_lazy("time", "From"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    ends_at = forms.TimeField(
        label=pgettext_lazy("time", "Until"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    started_on = fields.DayField(label=_("First day"))
    ended_on = fields.DayField(label=_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must be after the beginning."))
        return data


class CareForm(_Dated):
    """Who looks after the child; an empty choice says that nobody does."""

    reason = _choice(_("Official reason"), CareArrangement.Reason.choices)
    started_on = fields.DayField(label=_("First day"))
    ended_on = fields.DayField(label=_("Last day"), required=False)
    notice_received_on = fields.DayField(label=_("Written notice received on"), required=False)
    assessment = _choice(_("How the care is"), CareArrangement.Assessment.choices)
    assessed_on = fields.DayField(label=_("Assessed on"), required=False)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carer"] = fields.ObjectField(
            people, label=_("Who looks after the child"), empty=_("Nobody"), required=False
        )
        self.order_fields(["carer"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        assessment = data.get("assessment")
        if assessment and assessment != CareArrangement.Assessment.NOT_COLLECTED:
            if not data.get("assessed_on"):
                self.add_error("assessed_on", _("Say on which day this was assessed."))
        elif data.get("assessed_on"):
            self.add_error("assessment", _("Say how the care is, or leave the day empty."))
        return data
