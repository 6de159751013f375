"""Writes about places and who works there."""

from schools.services.audit_export import export_events
from schools.services.calendar import (
    add_days,
    add_term,
    add_year,
    edit_day,
    edit_term,
    edit_year,
    remove_day,
    remove_term,
    remove_year,
)
from schools.services.duties import cancel_duty, duty_times, plan_duty
from schools.services.errors import RefusedError
from schools.services.factors import reset_factors
from schools.services.invitations import (
    Issued,
    accept_as,
    accept_as_new_person,
    confirm_invitation,
    fingerprint,
    invite,
    withdraw_invitation,
)
from schools.services.leaving import end_access_if_gone, end_access_of_leavers
from schools.services.members import check_may_close, end_membership, grant_role
from schools.services.places import add_class, add_school, load_areas
from schools.services.stand_ins import stand_in

__all__ = [
    "Issued",
    "RefusedError",
    "accept_as",
    "accept_as_new_person",
    "add_class",
    "add_days",
    "add_school",
    "add_term",
    "add_year",
    "cancel_duty",
    "check_may_close",
    "confirm_invitation",
    "duty_times",
    "edit_day",
    "edit_term",
    "edit_year",
    "end_access_if_gone",
    "end_access_of_leavers",
    "end_membership",
    "export_events",
    "fingerprint",
    "grant_role",
    "invite",
    "load_areas",
    "plan_duty",
    "remove_day",
    "remove_term",
    "remove_year",
    "reset_factors",
    "stand_in",
    "withdraw_invitation",
]
