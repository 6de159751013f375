"""Pupils and the people around them."""

from students.models.emergency import EmergencyAccess
from students.models.enrolment import Enrolment, Pairing
from students.models.finder import FinderKey
from students.models.home import (
    CareArrangement,
    GuardianCapacity,
    MigrationEpisode,
    PhoneNumber,
    ReachableWindow,
)
from students.models.people import GuardianLink, Person, Student, StudentQuerySet
from students.models.roster import RosterImport, RosterProgress, RosterRow

__all__ = [
    "CareArrangement",
    "EmergencyAccess",
    "Enrolment",
    "FinderKey",
    "GuardianCapacity",
    "GuardianLink",
    "MigrationEpisode",
    "Pairing",
    "Person",
    "PhoneNumber",
    "ReachableWindow",
    "RosterImport",
    "RosterProgress",
    "RosterRow",
    "Student",
    "StudentQuerySet",
]
