"""Schools and classes as lists for programs."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, public_keyset
from schools import access
from schools.models import School, SchoolClass


def schools_list(user: User, *, on: date, cursor: str | None, size: int) -> Page[School]:
    """The schools somebody may see, by name. Raises BadCursor."""
    schools = access.visible_schools(user, Perm.SCHOOL_VIEW, on=on).select_related("area")
    return public_keyset(schools, order=["name", "pk"], cursor=cursor, size=size)


def classes_list(school: School, *, cursor: str | None, size: int) -> Page[SchoolClass]:
    """The classes of a school, the newest year first. Raises BadCursor."""
    classes = SchoolClass.objects.filter(school=school).select_related("year")
    order = ["-year__starts_on", "grade", "number", "pk"]
    return public_keyset(classes, order=order, cursor=cursor, size=size)
