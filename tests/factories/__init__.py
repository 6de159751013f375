"""Small functions that make one thing each, with boring values. They write rows, they hold no rules."""

from tests.factories.concerns import make_concern, make_concern_reader
from tests.factories.counselling import make_follow_up, make_grant, make_linked, make_session, make_topic
from tests.factories.exports import make_export
from tests.factories.places import (
    make_area,
    make_class,
    make_duty,
    make_invitation,
    make_membership,
    make_school,
    make_school_day,
    make_term,
    make_user,
    make_year,
)
from tests.factories.reminders import make_bell, make_reminder
from tests.factories.rosters import make_roster
from tests.factories.students import make_emergency, make_pairing, make_student

__all__ = [
    "make_area",
    "make_bell",
    "make_class",
    "make_concern",
    "make_concern_reader",
    "make_duty",
    "make_emergency",
    "make_export",
    "make_follow_up",
    "make_grant",
    "make_invitation",
    "make_linked",
    "make_membership",
    "make_pairing",
    "make_reminder",
    "make_roster",
    "make_school",
    "make_school_day",
    "make_session",
    "make_student",
    "make_term",
    "make_topic",
    "make_user",
    "make_year",
]
