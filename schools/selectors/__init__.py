"""Reads about places and who works there."""

from schools.selectors.calendar import Calendar, calendar, is_school_day
from schools.selectors.duties import DutyWeek, duty_week, my_duties
from schools.selectors.members import (
    classes_to_give,
    invitations_to_confirm,
    members,
    my_memberships,
    open_invitation,
    open_invitations,
    people_of,
    to_stand_in_for,
)
from schools.selectors.places import (
    ClassRow,
    SchoolPage,
    area_by_code,
    class_rows,
    current_term,
    current_year,
    school_by_code,
    school_page,
    schools_page,
    years,
)

__all__ = [
    "Calendar",
    "ClassRow",
    "DutyWeek",
    "SchoolPage",
    "area_by_code",
    "calendar",
    "class_rows",
    "classes_to_give",
    "current_term",
    "current_year",
    "duty_week",
    "invitations_to_confirm",
    "is_school_day",
    "members",
    "my_duties",
    "my_memberships",
    "open_invitation",
    "open_invitations",
    "people_of",
    "school_by_code",
    "school_page",
    "schools_page",
    "to_stand_in_for",
    "years",
]
