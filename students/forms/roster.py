"""The roster upload: a file that may be one. What it holds is found out by the check."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from schools.models import School
from students.models import RosterRow
from students.roster import reading
from students.roster.messages import FileRefused
from students.selectors import roster_words


class RosterUploadForm(forms.Form):
    """`school` is asked only of somebody who keeps the roster of several."""

    school = forms.ModelChoiceField(
        School.objects.none(), label=_("School"), to_field_name="public_id", empty_label=None
    )
    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("Excel (.xlsx) or CSV, in the columns of the national student register."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt"}),
    )

    def __init__(self, *args: object, schools: QuerySet[School], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        choice = self.fields["school"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  for the type checker
        choice.queryset = schools
        self.only = schools[0] if len(schools) == 1 else None
        if self.only is not None:
            del self.fields["school"]

    @property
    def chosen_school(self) -> School:
        """The school to import into."""
        return self.only or self.cleaned_data["school"]

    def clean_file(self) -> bytes:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            if (file.size or 0) > settings.ROSTER_MAX_BYTES:
                raise FileRefused("too-large", limit=settings.ROSTER_MAX_BYTES // (1024 * 1024))
            content = file.read()
            reading.refuse_obvious(content)
        except FileRefused as refusal:
            error = {"code": refusal.code, "params": refusal.params}
            raise forms.ValidationError(roster_words.say_file_error(error), code=refusal.code) from None
        self.file_name = file.name or ""
        return content


class DecisionForm(forms.Form):
    """What to do with a row that contradicts its identity number."""

    decision = forms.ChoiceField(choices=RosterRow.Decision.choices, required=False)
