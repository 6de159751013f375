"""The list of a person's pupils."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, keyset
from schools.models import SchoolClass
from students import access
from students.models import Enrolment, Student
from students.selectors.alphabet import ByPinyin


@dataclass(frozen=True)
class Children:
    """One page of pupils, and what the filters offer."""

    page: Page[Student]
    classes: list[SchoolClass]
    school_class: SchoolClass | None
    boarding: str


def children(user: User, *, on: date, class_id: str, boarding: str, cursor: str | None) -> Children:
    """The pupils of whom the person may know and who are enrolled on the day, by pinyin.

    A class or a boarding value that the person can't choose filters nothing, so an address made up by hand
    gives the whole list and tells nothing of other classes.
    """
    visible = access.visible_students(user, Perm.STUDENT_FIND, on=on).enrolled(on)
    stays = Enrolment.objects.active(on)
    classes = list(
        SchoolClass.objects.filter(pk__in=stays.filter(student__in=visible).values("school_class_id"))
        .select_related("school")
        .order_by("school__name", "grade", "number", "pk")
    )
    chosen = next((one for one in classes if one.public_id == _uuid(class_id)), None)
    if chosen is not None:
        visible = visible.filter(pk__in=stays.filter(school_class=chosen).values("student_id"))
    if boarding not in Student.Boarding.values:
        boarding = ""
    if boarding:
        visible = visible.filter(boarding=boarding)
    rows: Any = visible.annotate(spelled=ByPinyin("pinyin")).prefetch_related(
        Prefetch("enrolments", stays.select_related("school_class"), to_attr="stays_now")
    )
    page = keyset(rows, order=["spelled", "name", "id"], cursor=cursor, size=40)
    return Children(page, classes, chosen, boarding)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
