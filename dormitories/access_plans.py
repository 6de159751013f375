"""Who sees and makes plans for beds: whoever gives beds in the whole school. Every door to a plan is here."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from dormitories.models import AllocationPlan
from schools import access as school_access
from schools.models import School


def planning_schools(user: User, *, on: date) -> QuerySet[School]:
    """The schools where the person plans beds. Raises PermissionDenied when there is none."""
    schools = school_access.visible_schools(user, Perm.BED_ALLOCATE, on=on)
    if not schools:
        raise PermissionDenied
    return schools


def get_plan_or_404(user: User, public_id: uuid.UUID, *, on: date) -> AllocationPlan:
    """A plan: 404 outside the person's schools, 403 without the right.

    Raises Http404 and PermissionDenied.
    """
    related = AllocationPlan.objects.select_related(
        "school__area", "made_by", "approved_by", "undone_by", "progress"
    )
    plan = related.filter(public_id=public_id).first()
    if plan is None or not school_access.works_in(user, plan.school_id, on=on):
        raise Http404
    if not school_access.can(user, Perm.BED_ALLOCATE, school=plan.school, on=on):
        raise PermissionDenied
    return plan
