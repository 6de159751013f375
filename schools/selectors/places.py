"""A school, its classes and where it stands in the year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Role
from core.pagination import Page, keyset
from schools import access, registry
from schools.models import Area, Membership, School, SchoolClass, SchoolYear, Term


@dataclass(frozen=True)
class ClassRow:
    """A class in the list. `pupils` and `teachers` are None for those who may not know of them."""

    school_class: SchoolClass
    teachers: list[str] | None
    pupils: int | None


@dataclass(frozen=True)
class SchoolPage:
    """What the school's own page shows."""

    school: School
    year: SchoolYear | None
    term: Term | None
    classes: list[ClassRow]
    pupils: int | None
    names_teachers: bool
    may_manage: bool
    may_invite: bool
    may_see_duties: bool


def schools_page(user: User, *, on: date, cursor: str | None) -> Page[School]:
    """The schools somebody may see, by name."""
    schools = access.visible_schools(user, Perm.SCHOOL_VIEW, on=on).select_related("area")
    return keyset(schools, order=["name", "pk"], cursor=cursor)


def current_year(school: School, *, on: date) -> SchoolYear | None:
    """The year under way, or the last one begun before: in the summer the old year still counts."""
    return SchoolYear.objects.filter(school=school, starts_on__lte=on).order_by("-starts_on").first()


def current_term(school: School, *, on: date) -> Term | None:
    return (
        Term.objects.select_related("year").filter(school=school, starts_on__lte=on, ends_on__gte=on).first()
    )


def years(school: School) -> list[SchoolYear]:
    return list(SchoolYear.objects.filter(school=school).order_by("-starts_on")[:20])


def class_rows(user: User, year: SchoolYear | None, *, on: date) -> list[ClassRow]:
    """The classes of a year with their homeroom teachers and pupils: three queries, however many.

    Names of the people and numbers of the pupils are for those who work in the school, not for officials.
    """
    if year is None:
        return []
    classes = list(SchoolClass.objects.filter(year=year).order_by("grade", "number"))
    teachers = _homeroom_teachers(year, on) if access.works_in(user, year.school_id, on=on) else None
    counts = None
    if access.can(user, Perm.STUDENT_FIND, school=year.school, on=on):
        counts = registry.pupils_by_class([one.pk for one in classes], on)
    return [
        ClassRow(
            one,
            None if teachers is None else teachers.get(one.pk, []),
            None if counts is None else counts.get(one.pk, 0),
        )
        for one in classes
    ]


def _homeroom_teachers(year: SchoolYear, on: date) -> dict[int | None, list[str]]:
    teachers: dict[int | None, list[str]] = defaultdict(list)
    held = Membership.objects.active(on).filter(school_class__year=year, role=Role.HOMEROOM_TEACHER)
    for class_id, name in held.order_by("user__name").values_list("school_class_id", "user__name"):
        teachers[class_id].append(name)
    return teachers


def school_page(user: User, school: School, *, on: date) -> SchoolPage:
    """The school's own page: where it stands in the year, and its classes."""
    year = current_year(school, on=on)
    rows = class_rows(user, year, on=on)
    knows_pupils = access.can(user, Perm.STUDENT_FIND, school=school, on=on) is not None
    return SchoolPage(
        school=school,
        year=year,
        term=current_term(school, on=on),
        classes=rows,
        pupils=sum(row.pupils or 0 for row in rows) if knows_pupils else None,
        names_teachers=access.works_in(user, school.pk, on=on),
        may_manage=access.can(user, Perm.SCHOOL_MANAGE, school=school, on=on) is not None,
        may_invite=access.can(user, Perm.MEMBER_INVITE, school=school, on=on) is not None,
        may_see_duties=access.can(user, Perm.DUTY_VIEW, school=school, on=on) is not None,
    )


def school_by_code(code: str) -> School | None:
    """A school by its national code: for commands, which name places as forms on paper do."""
    return School.objects.select_related("area").filter(code=code).first()


def area_by_code(code: str) -> Area | None:
    return Area.objects.filter(code=code).first()
