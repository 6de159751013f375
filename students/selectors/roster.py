"""Reads for the roster import: the school's register to compare with, and the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q

from core.pagination import Page, keyset
from schools.models import School, SchoolClass, SchoolYear
from students import sleeping
from students.models import Enrolment, GuardianLink, Person, RosterImport, RosterRow, Student
from students.roster.values import class_label
from students.roster.verdicts import Known, KnownClass, KnownMember, Register

STUDENT_FIELDS = (
    "name",
    "former_name",
    "sex",
    "born_on",
    "national_number",
    "identity_number",
    "school_number",
    "ethnicity",
    "health",
    "boarding",
    "hukou",
    "phone",
    "address",
)
# What "not collected" looks like in the row; a file that says nothing changes nothing.
_BLANK = {
    "boarding": Student.Boarding.NOT_COLLECTED,
    "health": Student.Health.NOT_COLLECTED,
    "hukou": Student.Hukou.NOT_COLLECTED,
}


def current_year(school: School, on: date) -> SchoolYear | None:
    """The school year a day falls in; in the holidays the next one, else the last."""
    years = list(school.years.order_by("starts_on"))
    return next((year for year in years if on <= year.ends_on), years[-1] if years else None)


def classes_of(school: School, on: date) -> list[KnownClass]:
    """The classes of the year, in order."""
    year = current_year(school, on)
    rows = SchoolClass.objects.filter(school=school, year=year).order_by("grade", "number")
    return [KnownClass(*row) for row in rows.values_list("pk", "grade", "number")]


def register(school: School, on: date) -> Register:
    """All pupils of the school with their open class and adults: the same queries, however many."""
    members: dict[int, list[KnownMember]] = {}
    # joined here: PostgreSQL loops through rows written a moment ago (services.finder)
    people = Person.objects.filter(school=school).in_bulk()
    for link in (
        GuardianLink.objects.filter(school=school).order_by("student_id", "priority", "pk").iterator()
    ):
        members.setdefault(link.student_id, []).append(_known_member(link, people[link.person_id]))
    classes = {
        student_id: (class_id, class_label(grade, number))
        for student_id, class_id, grade, number in Enrolment.objects.filter(
            school=school, ended_on=None
        ).values_list("student_id", "school_class_id", "school_class__grade", "school_class__number")
    }
    bound = sleeping.bound_by_sex(school.pk)
    pupils = []
    for row in Student.objects.filter(school=school).values("pk", *STUDENT_FIELDS).iterator():
        pk = row.pop("pk")
        class_id, label = classes.get(pk, (None, ""))
        pupils.append(Known(pk, _values(row), class_id, label, members.get(pk, []), pk in bound))
    return Register(pupils, classes_of(school, on))


def _known_member(link: GuardianLink, person: Person) -> KnownMember:
    return KnownMember(
        link_id=link.pk,
        person_id=person.pk,
        name=person.name,
        relation=link.relation,
        phone=person.phone,
        address=person.address,
        employer=person.employer,
        is_guardian=link.is_guardian,
    )


def _values(row: dict[str, Any]) -> dict[str, str]:
    row["born_on"] = row["born_on"].isoformat()
    return {key: value for key, value in row.items() if value and value != _BLANK.get(key)}


# --- pages ----------------------------------------------------------------------------------------


def recent_imports(schools: Iterable[School], *, cursor: str | None = None) -> Page[RosterImport]:
    """The imports of some schools, newest first, without the files."""
    found = RosterImport.objects.filter(school__in=schools).select_related("uploaded_by", "school")
    return keyset(found.defer("content", "table"), order=["-id"], cursor=cursor, size=10)


TABS: dict[str, Q] = {
    "all": Q(),
    "new": Q(verdict=RosterRow.Verdict.NEW),
    "updated": Q(verdict=RosterRow.Verdict.UPDATED),
    "unchanged": Q(verdict=RosterRow.Verdict.UNCHANGED),
    "warnings": Q(has_warning=True),
    "refused": Q(verdict__in=[RosterRow.Verdict.REFUSED, RosterRow.Verdict.LEFT_OUT]),
}


def rows_page(roster: RosterImport, *, tab: str, cursor: str | None) -> Page[RosterRow]:
    """One page of rows under a tab, in the file's order."""
    return keyset(roster.rows.filter(TABS.get(tab, Q())), order=["number"], cursor=cursor, size=50)


def tab_counts(roster: RosterImport) -> dict[str, int]:
    """How many rows stand under each tab, in one query."""
    counts: dict[str, int] = roster.rows.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in TABS.items()}
    )
    return counts
