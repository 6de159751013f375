"""Places and who works there: areas, schools, classes, the school calendar, memberships, duties."""

from schools.models.duties import Duty, Int8Range, TimeRange
from schools.models.people import Invitation, Membership
from schools.models.places import Area, School, SchoolClass, SchoolDay, SchoolYear, Term

__all__ = [
    "Area",
    "Duty",
    "Int8Range",
    "Invitation",
    "Membership",
    "School",
    "SchoolClass",
    "SchoolDay",
    "SchoolYear",
    "Term",
    "TimeRange",
]
