"""Pupils and the people around them."""

from students.models.emergency import EmergencyAccess
from students.models.enrolment import Enrolment, Pairing
from students.models.finder import FinderKey
from students.models.people import GuardianLink, Person, Student, StudentQuerySet
from students.models.roster import RosterImport, RosterProgress, RosterRow

__all__ = [
    "EmergencyAccess",
    "Enrolment",
    "FinderKey",
    "GuardianLink",
    "Pairing",
    "Person",
    "RosterImport",
    "RosterProgress",
    "RosterRow",
    "Student",
    "StudentQuerySet",
]
