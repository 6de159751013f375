"""Writes about places and who works there."""

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
from schools.services.errors import RefusedError
from schools.services.invitations import (
    Issued,
    accept_as,
    accept_as_new_person,
    fingerprint,
    invite,
    withdraw_invitation,
)
from schools.services.members import end_membership, grant_role
from schools.services.places import add_class, add_school, load_areas

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
    "edit_day",
    "edit_term",
    "edit_year",
    "end_membership",
    "fingerprint",
    "grant_role",
    "invite",
    "load_areas",
    "remove_day",
    "remove_term",
    "remove_year",
    "withdraw_invitation",
]
