"""The quick log and the correction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from counselling.models import LinkedPupil, Session, SessionText, Topic
from counselling.models.session import SHAREABLE
from counselling.selectors.talks import Audience
from counselling.services.talks import TalkDetails, Words

LINKED_ROWS = 3
# What the quick log keeps folded away.
_DEPTH = ("facts", "child_words", "action", "follow_up_on", "follow_up_note")
_LINKED = tuple(f"{name}_{row}" for row in range(1, LINKED_ROWS + 1) for name in ("linked", "linked_role"))
_LINE = SessionText._meta.get_field("line").max_length
_LONG = {
    name: cast("models.TextField[str, str]", SessionText._meta.get_field(name)).max_length
    for name in ("facts", "child_words", "action")
}


def _long(name: str, label: Any, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=_LONG[name], widget=forms.Textarea(attrs={"rows": rows})
    )


class WordsForm(forms.Form):
    """The text of a talk: one line, and depth for whoever has time."""

    line = forms.CharField(
        label=_("In one line"),
        max_length=_LINE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("One line is enough, but it needs one.")},
    )
    facts = _long("facts", _("What was seen and said"))
    child_words = _long("child_words", _("In the child's own words"), rows=2)
    action = _long("action", _("What I did"), rows=2)

    def words(self) -> Words:
        data = self.cleaned_data
        return Words(
            line=" ".join(data["line"].split()),
            facts=data["facts"],
            child_words=data["child_words"],
            action=data["action"],
        )


class TalkForm(WordsForm):
    """The quick log: at most four taps and one line."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    happened_at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="public_id",
    )
    mood = forms.TypedChoiceField(
        label=_("Mood"),
        choices=Session.Mood.choices,
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    sensitivity = forms.ChoiceField(
        label=_("Who can read it"),
        initial=Session.Sensitivity.SCHOOL,
        widget=forms.RadioSelect,
    )
    named = forms.MultipleChoiceField(
        label=_("Colleagues who may read it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A sealed entry names at least one."),
    )
    follow_up = forms.ChoiceField(label=_("Follow up"), required=False, widget=forms.RadioSelect)
    follow_up_on = forms.DateField(
        label=_("On another day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    follow_up_note = forms.CharField(label=_("What to do then"), required=False, max_length=200)

    def __init__(self, *args: Any, topics: Any, audience: Audience, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self._topics = topics
        self.audience = audience
        cast(forms.ModelMultipleChoiceField, self.fields["topics"]).queryset = topics
        labels = dict(Session.Sensitivity.choices)
        cast(forms.ChoiceField, self.fields["sensitivity"]).choices = [
            (level, labels[level]) for level in audience.levels
        ]
        cast(forms.ChoiceField, self.fields["named"]).choices = lambda: [
            (str(user.public_id), user.name) for user in audience.nameable
        ]
        cast(forms.ChoiceField, self.fields["follow_up"]).choices = [
            ("", _("None")),
            ("0", _("Today")),
            ("1", _("Tomorrow")),
            ("3", _("In 3 days")),
            ("7", _("In a week")),
        ]
        for row in range(1, LINKED_ROWS + 1):
            self.fields[f"linked_{row}"] = forms.CharField(
                label=_("Another pupil it concerns"), required=False, max_length=80
            )
            self.fields[f"linked_role_{row}"] = forms.ChoiceField(
                label=_("Their part"), required=False, choices=[("", "—"), *LinkedPupil.Role.choices]
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in range(1, LINKED_ROWS + 1):
            if data.get(f"linked_{row}") and not data.get(f"linked_role_{row}"):
                self.add_error(f"linked_role_{row}", _("Choose this pupil's own part."))
        return data

    def count_readers(self) -> None:
        """Say beside each level how many people read it: for showing the form, not for saving a talk."""
        field = cast(forms.ChoiceField, self.fields["sensitivity"])
        field.choices = [
            (level, f"{label} · {readers_said(level, len(self.audience.readers[level]))}")
            for level, label in cast("list[tuple[str, str]]", field.choices)
        ]

    @property
    def levels(self) -> list[tuple[str, list[User]]]:
        """Each level's name and its readers, for the page without JavaScript."""
        labels = dict(Session.Sensitivity.choices)
        return [(str(labels[level]), readers) for level, readers in self.audience.readers.items()]

    @property
    def chosen_readers(self) -> list[User]:
        """Who reads it as the form stands."""
        level = self["sensitivity"].value()
        if level not in self.audience.levels:
            return []
        return self.audience.of(level, self.audience.named(self["named"].value() or ()))

    def named_users(self) -> list[User]:
        """Whom the author named; ticks left behind at a level that names nobody mean nothing."""
        data = self.cleaned_data
        return self.audience.named(data["named"]) if data["sensitivity"] in SHAREABLE else []

    @property
    def topic_colours(self) -> dict[str, str]:
        return {str(topic.public_id): topic.colour for topic in self._topics}

    @property
    def topic_guides(self) -> dict[str, str]:
        return {str(topic.public_id): topic.guidance for topic in self._topics}

    @property
    def linked_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"linked_{row}"], self[f"linked_role_{row}"]) for row in range(1, LINKED_ROWS + 1)]

    @property
    def opens_depth(self) -> bool:
        """Whether what is folded away needs a look: something there is wrong, or typed already."""
        folded = (*_DEPTH, *_LINKED)
        wrong = any(name in self.errors for name in ("happened_at", *folded))
        return wrong or any(self[name].value() for name in folded)

    def linked_texts(self) -> dict[str, tuple[str, str]]:
        """What was typed to name other pupils: field → (text, role)."""
        data = self.cleaned_data
        rows = range(1, LINKED_ROWS + 1)
        return {
            f"linked_{row}": (data[f"linked_{row}"], data[f"linked_role_{row}"])
            for row in rows
            if data[f"linked_{row}"]
        }

    def details(self, linked: Mapping[Any, str]) -> TalkDetails:
        data = self.cleaned_data
        due = data["follow_up_on"]
        if due is None and data["follow_up"]:
            due = self._today + timedelta(days=int(data["follow_up"]))
        return TalkDetails(
            happened_at=data["happened_at"],
            sensitivity=data["sensitivity"],
            mood=data["mood"],
            topics=list(data["topics"]),
            linked=linked,
            named=self.named_users(),
            follow_up_on=due,
            follow_up_note=data["follow_up_note"],
        )


def readers_said(level: str, count: int) -> str:
    """How many people read a level, as its chip says it."""
    if level == Session.Sensitivity.SEALED:
        return str(_("you and whom you name"))
    return ngettext("%(n)d person can read this", "%(n)d people can read this", count) % {"n": count}


class CorrectionForm(WordsForm):
    reason = forms.CharField(
        label=_("Why it is corrected"),
        max_length=SessionText._meta.get_field("reason").max_length,
        error_messages={"required": _("Say briefly why: both versions stay readable.")},
    )


class MoveForm(forms.Form):
    due_on = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs={"type": "date"}))


class HandOverForm(forms.Form):
    """Who keeps the promise from now on."""

    to = forms.ChoiceField(label=_("Who keeps it now"))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(user.public_id): user for user in people}
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            ("", ""),
            *((key, user.name) for key, user in self._people.items()),
        ]

    def chosen(self) -> User:
        return self._people[self.cleaned_data["to"]]


class ShareForm(forms.Form):
    """Name one more colleague as a reader of an entry."""

    user = forms.ChoiceField(label=_("Colleague"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, nameable: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._nameable = {str(user.public_id): user for user in nameable}
        cast(forms.ChoiceField, self.fields["user"]).choices = [
            (key, user.name) for key, user in self._nameable.items()
        ]

    def chosen(self) -> User:
        return self._nameable[self.cleaned_data["user"]]
