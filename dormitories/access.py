"""Who sees the houses, who sets them up, gives beds and makes rules. Every door to a house is here.

A house is known to everybody who works in its school and may see houses; who sleeps there only as far as one
may know of the pupil. Rules are known to those who give beds or make rules, and to whoever answers for one.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from dormitories.models import Bed, Building, HouseFile, Room, Rule
from schools import access as school_access
from schools.models import School
from students import access as student_access
from students.models import Student, StudentQuerySet


def require_seeing_houses(user: User, *, on: date) -> None:
    """403 for whoever sees no house anywhere. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.DORM_VIEW, on=on):
        raise PermissionDenied


def require_giving_beds(user: User, *, on: date) -> None:
    """403 for whoever gives beds nowhere. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.BED_ALLOCATE, on=on):
        raise PermissionDenied


def seen_schools(user: User, *, on: date) -> QuerySet[School]:
    """The schools whose houses the person sees."""
    return school_access.visible_schools(user, Perm.DORM_VIEW, on=on)


def sleepers(user: User, *, on: date) -> StudentQuerySet:
    """The pupils of whom the person may know where they sleep."""
    return student_access.visible_students(user, Perm.DORM_VIEW, on=on)


def may(user: User, perm: Perm, school: School, *, on: date) -> bool:
    """Whether a page offers it here."""
    return school_access.can(user, perm, school=school, on=on) is not None


def get_building_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Building:
    """A house: 404 outside the person's schools, 403 without the right.

    Raises Http404 and PermissionDenied.
    """
    found = Building.objects.select_related("school__area").filter(public_id=public_id).first()
    _require(user, found.school if found else None, perm, on)
    assert found is not None  # noqa: S101  for the type checker: _require has raised
    return found


def get_room_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Room:
    """A room of a house, as get_building_or_404. Raises Http404 and PermissionDenied."""
    found = Room.objects.select_related("school__area", "building").filter(public_id=public_id).first()
    _require(user, found.school if found else None, perm, on)
    assert found is not None  # noqa: S101
    return found


def get_bed_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Bed:
    """A bed of a house, as get_building_or_404. Raises Http404 and PermissionDenied."""
    found = Bed.objects.select_related("school__area", "room__building").filter(public_id=public_id).first()
    _require(user, found.school if found else None, perm, on)
    assert found is not None  # noqa: S101
    return found


def get_file_or_404(user: User, public_id: uuid.UUID, *, on: date) -> HouseFile:
    """A file of rooms that was read, for those who set up houses. Raises Http404 and PermissionDenied."""
    found = HouseFile.objects.select_related("school__area").filter(public_id=public_id).first()
    _require(user, found.school if found else None, Perm.DORM_MANAGE, on)
    assert found is not None  # noqa: S101
    return found


def _require(user: User, school: School | None, perm: Perm, on: date) -> None:
    if school is None or not may(user, Perm.DORM_VIEW, school, on=on):
        raise Http404
    if not may(user, perm, school, on=on):
        raise PermissionDenied


def get_pupil_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Student:
    """A pupil whose bed is to be changed. Raises Http404 and PermissionDenied."""
    return student_access.get_student_or_404(user, public_id, perm, on=on)


# --- rules --------------------------------------------------------------------------------------
def require_seeing_rules(user: User, *, on: date) -> None:
    """403 for whoever neither gives beds nor makes rules. Raises PermissionDenied."""
    if not rule_schools(user, on=on):
        raise PermissionDenied


def rule_schools(user: User, *, on: date) -> set[int]:
    """The schools whose rules the person sees."""
    giving = school_access.school_ids(user, Perm.BED_ALLOCATE, on=on)
    return giving | school_access.school_ids(user, Perm.BED_RULE, on=on)


def get_rule_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Rule:
    """A rule, for those who give beds or make rules, and for its owner. Raises Http404."""
    related = Rule.objects.select_related("school__area", "owner", "made_by", "bed__room__building")
    found = related.filter(public_id=public_id).first()
    if found is None or not (found.school_id in rule_schools(user, on=on) or _owns(user, found, on)):
        raise Http404
    return found


def get_rule_to_end_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Rule:
    """A rule for its owner and for those who make rules. Raises Http404 and PermissionDenied."""
    rule = get_rule_or_404(user, public_id, on=on)
    if not may_end(user, rule, on=on):
        raise PermissionDenied
    return rule


def may_end(user: User, rule: Rule, *, on: date) -> bool:
    """Who makes rules may end them, whoever answers for them."""
    return _owns(user, rule, on) or may(user, Perm.BED_RULE, rule.school, on=on)


def get_rule_to_read_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Rule:
    """A rule for those who may know why it is there. Raises Http404 and PermissionDenied."""
    rule = get_rule_or_404(user, public_id, on=on)
    if not may_know_why(user, rule, on=on):
        raise PermissionDenied
    return rule


def may_know_why(user: User, rule: Rule, *, on: date) -> bool:
    """Its owner, who wrote it down, and the lead. Whoever gives beds minds a rule without its reason.

    The twin of the policy `who_may_know` (migration 0001).
    """
    wrote = rule.made_by_id == user.pk and school_access.works_in(user, rule.school_id, on=on)
    return wrote or _owns(user, rule, on) or may(user, Perm.BED_WHY, rule.school, on=on)


def _owns(user: User, rule: Rule, on: date) -> bool:
    return rule.owner_id == user.pk and school_access.works_in(user, rule.school_id, on=on)
