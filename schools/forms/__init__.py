"""Forms about places and people."""

from schools.forms.calendar import ClassForm, DayForm, DaysForm, TermForm, YearForm
from schools.forms.members import AcceptForm, EndForm, GrantForm, InvitationForm

__all__ = [
    "AcceptForm",
    "ClassForm",
    "DayForm",
    "DaysForm",
    "EndForm",
    "GrantForm",
    "InvitationForm",
    "TermForm",
    "YearForm",
]
