"""Who may take the roll, and who may look at it.

A roll shows every boarder of a house, so only those look who may see every boarder: wardens, people on duty,
and whoever sees the houses of the whole school. It is taken by whoever has ROLL_TAKE, which ends with a duty.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from dormitories.models import Building, RollCall, RollMark
from schools import access as school_access

WHOLE = {Reach.SCHOOL, Reach.BOARDERS}


def looking_schools(user: User, *, on: date) -> set[int]:
    """The schools all of whose boarders the person may see in their houses."""
    grants = school_access.grants_with(user, Perm.DORM_VIEW, on=on)
    return {grant.school_id for grant in grants if grant.reach in WHOLE and grant.school_id is not None}


def taking_schools(user: User, *, on: date) -> set[int]:
    """The schools where the person takes the roll."""
    return school_access.school_ids(user, Perm.ROLL_TAKE, on=on)


def require_looking(user: User, *, on: date) -> None:
    """For the list of tonight: 403 for whoever looks at no roll. Raises PermissionDenied."""
    if not looking_schools(user, on=on):
        raise PermissionDenied


def visible_rolls(user: User, *, on: date) -> QuerySet[RollCall]:
    """The rolls this person may look at."""
    return RollCall.objects.filter(school_id__in=looking_schools(user, on=on))


def get_roll_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> RollCall:
    """A roll to look at (DORM_VIEW) or to take (ROLL_TAKE).

    404 outside the person's schools, 403 inside them without the right. Raises Http404 and PermissionDenied.
    """
    found = RollCall.objects.select_related("building", "opened_by", "closed_by", "school")
    roll = found.filter(public_id=public_id).first()
    if roll is None or not school_access.works_in(user, roll.school_id, on=on):
        raise Http404
    _require(user, roll.school_id, perm, on=on)
    return roll


def get_house_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Building:
    """A house whose roll the person takes. Raises Http404 and PermissionDenied as get_roll_or_404."""
    house = Building.objects.select_related("school").filter(public_id=public_id).first()
    if house is None or not school_access.works_in(user, house.school_id, on=on):
        raise Http404
    _require(user, house.school_id, Perm.ROLL_TAKE, on=on)
    return house


def _require(user: User, school_id: int, perm: Perm, *, on: date) -> None:
    schools = taking_schools(user, on=on) if perm == Perm.ROLL_TAKE else looking_schools(user, on=on)
    if school_id not in schools:
        raise PermissionDenied


def get_mark_or_404(roll: RollCall, number: int) -> RollMark:
    """A place of a roll that has passed get_roll_or_404 already. Raises Http404."""
    marks = RollMark.objects.select_related("student", "bed__room", "leave", "marked_by")
    found = marks.filter(roll=roll, number=number).first() if number < 2**15 else None
    if found is None:
        raise Http404
    return found
