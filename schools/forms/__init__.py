"""Forms about places and people."""

from schools.forms.audit import AuditForm
from schools.forms.calendar import ClassForm, DayForm, DaysForm, TermForm, YearForm
from schools.forms.duties import DutyForm
from schools.forms.members import (
    AcceptForm,
    EndForm,
    GrantForm,
    InvitationForm,
    ResetFactorsForm,
    StandInForm,
)

__all__ = [
    "AcceptForm",
    "AuditForm",
    "ClassForm",
    "DayForm",
    "DaysForm",
    "DutyForm",
    "EndForm",
    "GrantForm",
    "InvitationForm",
    "ResetFactorsForm",
    "StandInForm",
    "TermForm",
    "YearForm",
]
