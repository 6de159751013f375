"""Small functions that make one thing each, with boring values. They write rows, they hold no rules."""

from tests.factories.calls import (
    make_call,
    make_call_exception,
    make_call_window,
    make_left_out,
    make_phone,
    make_rota,
)
from tests.factories.concerns import make_concern, make_concern_reader
from tests.factories.counselling import make_follow_up, make_grant, make_linked, make_session, make_topic
from tests.factories.dormitories import (
    make_bed,
    make_building,
    make_house_file,
    make_plan,
    make_room,
    make_rule,
    make_stay,
)
from tests.factories.exports import make_export
from tests.factories.home import (
    make_adult,
    make_capacity,
    make_care,
    make_episode,
    make_link,
    make_number,
    make_window,
)
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
from tests.factories.reminders import make_bell, make_outsider, make_reminder
from tests.factories.rolls import make_approved_leave, make_leave, make_roll
from tests.factories.rosters import make_roster
from tests.factories.students import make_emergency, make_pairing, make_student

__all__ = [
    "make_adult",
    "make_approved_leave",
    "make_area",
    "make_bed",
    "make_bell",
    "make_building",
    "make_call",
    "make_call_exception",
    "make_call_window",
    "make_capacity",
    "make_care",
    "make_class",
    "make_concern",
    "make_concern_reader",
    "make_duty",
    "make_emergency",
    "make_episode",
    "make_export",
    "make_follow_up",
    "make_grant",
    "make_house_file",
    "make_invitation",
    "make_leave",
    "make_left_out",
    "make_link",
    "make_linked",
    "make_membership",
    "make_number",
    "make_outsider",
    "make_pairing",
    "make_phone",
    "make_plan",
    "make_reminder",
    "make_roll",
    "make_room",
    "make_roster",
    "make_rota",
    "make_rule",
    "make_school",
    "make_school_day",
    "make_session",
    "make_stay",
    "make_student",
    "make_term",
    "make_topic",
    "make_user",
    "make_window",
    "make_year",
]
