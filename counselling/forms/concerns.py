"""What is typed about a concern: the report, an addition, what became of it, with whom it is shared."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from counselling.models import Concern
from counselling.services.concern_words import Words
from counselling.services.concerns import ConcernDetails
from schools.models import SchoolClass

_MANDATORY = [one for one in Concern.Category.choices if one[0] in Concern.MANDATORY]
_OTHERS = [one for one in Concern.Category.choices if one[0] not in Concern.MANDATORY]
_YES, _NO = "yes", "no"


def _long(label: Any, limit: int, rows: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class WordsForm(forms.Form):
    """The words, in three parts."""

    facts = _long(
        _("What you saw or heard"),
        10_000,
        4,
        error_messages={"required": _("One sentence is enough, but it needs one.")},
        help_text=_("What, when, where, who was there. Not what you think of it."),
    )
    child_words = _long(
        _("In the child's own words"),
        5_000,
        2,
        required=False,
        help_text=_("As the child said it. Don't ask for more: asking is for trained people."),
    )
    action = _long(_("What you did"), 5_000, 2, required=False)
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def words(self) -> Words:
        data = self.cleaned_data
        return Words(facts=data["facts"], child_words=data["child_words"], action=data["action"])


class ConcernForm(WordsForm):
    """The report, for a telephone: what must be said first, the rest folded away."""

    student = forms.UUIDField(required=False, widget=forms.HiddenInput)
    pupil = forms.CharField(
        label=_("Which child?"),
        max_length=80,
        required=False,
        help_text=_("The full name with the class, or the school number."),
        error_messages={"required": _("Say which child it is about.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    school_class = forms.ModelChoiceField(
        label=pgettext_lazy("of a pupil", "Class"),
        queryset=SchoolClass.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label="—",
    )
    category = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[
            ("", "—"),
            (_("The law asks to report these at once"), _MANDATORY),
            (_("Other worries"), _OTHERS),
        ],
        error_messages={"required": _("Choose what comes nearest.")},
    )
    urgency = forms.TypedChoiceField(
        label=_("How soon must somebody act?"),
        choices=Concern.Urgency.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how urgent it is.")},
    )
    told_in_person = forms.ChoiceField(
        label=_("Have you told somebody responsible in person?"),
        choices=[
            (_YES, pgettext_lazy("told in person", "Yes")),
            (_NO, pgettext_lazy("told in person", "Not yet")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Yes or not yet: both are fine, but say which.")},
    )
    about_staff = forms.ModelChoiceField(
        label=_("Is it about a colleague?"),
        queryset=User.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("No"),
        help_text=_("Then it goes round them: they never see that it exists."),
    )
    happened_at = forms.DateTimeField(
        label=_("When did it happen?"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    field_order = (
        "student",
        "pupil",
        "school_class",
        "category",
        "urgency",
        "facts",
        "child_words",
        "action",
    )

    def __init__(self, *args: Any, classes: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["school_class"]).queryset = classes
        cast(forms.ModelChoiceField, self.fields["about_staff"]).queryset = colleagues

    def ask_for_the_pupil(self) -> None:
        """No page of a child led here: then they must be named."""
        self.fields["pupil"].required = True

    def details(self) -> ConcernDetails:
        data = self.cleaned_data
        return ConcernDetails(
            happened_at=data["happened_at"],
            category=data["category"],
            urgency=data["urgency"],
            told_in_person=data["told_in_person"] == _YES,
            about_staff=data["about_staff"],
        )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Concern.Outcome.choices,
        widget=forms.RadioSelect,
        help_text=_("Whoever reported it sees this, and nothing else."),
        error_messages={"required": _("Choose one: whoever reported it wants to know.")},
    )


class ShareForm(forms.Form):
    colleague = forms.ModelChoiceField(
        label=_("Let a colleague read it"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        empty_label="—",
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["colleague"]).queryset = people


class UnshareForm(forms.Form):
    share = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
