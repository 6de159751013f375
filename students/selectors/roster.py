"""Reads for the roster import: the school's register to compare with, and the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from core.pagination import Page, keyset
from schools.models import School, SchoolClass, SchoolYear
from students.models import Enrolment, GuardianLink, RosterImport, RosterRow, Student
from students.roster.cells import column_letter
from students.roster.messages import FILE_MESSAGES, ROW_MESSAGES
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
    "phone",
    "address",
)
# What "not collected" looks like in the row; a file that says nothing changes nothing.
_BLANK = {"boarding": Student.Boarding.NOT_COLLECTED, "health": Student.Health.NOT_COLLECTED}


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
    """All pupils of the school with their open class and adults, in three queries."""
    members: dict[int, list[KnownMember]] = {}
    links = GuardianLink.objects.filter(school=school).select_related("person")
    for link in links.order_by("student_id", "priority", "pk").iterator():
        members.setdefault(link.student_id, []).append(_known_member(link))
    classes = {
        student_id: (class_id, class_label(grade, number))
        for student_id, class_id, grade, number in Enrolment.objects.filter(
            school=school, ended_on=None
        ).values_list("student_id", "school_class_id", "school_class__grade", "school_class__number")
    }
    pupils = []
    for row in Student.objects.filter(school=school).values("pk", *STUDENT_FIELDS).iterator():
        pk = row.pop("pk")
        class_id, label = classes.get(pk, (None, ""))
        pupils.append(Known(pk, _values(row), class_id, label, members.get(pk, [])))
    return Register(pupils, classes_of(school, on))


def _known_member(link: GuardianLink) -> KnownMember:
    person = link.person
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


# --- words ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """An issue in the reader's language, with its cell."""

    level: str
    cell: str
    header: str
    text: str


def say(issue: dict[str, Any]) -> Said:
    """An issue as stored (`asdict(Issue)`) in the reader's language."""
    text = _(ROW_MESSAGES[issue["code"]]) % issue["params"]
    column = issue["column"]
    cell = f"{column_letter(column)}{issue['row']}" if column is not None else ""
    return Said(issue["level"], cell, issue["header"], text)


def say_file_error(error: dict[str, Any]) -> str:
    """Why a file was refused whole, in the reader's language; "" when it wasn't."""
    if not error:
        return ""
    return str(_(FILE_MESSAGES[error["code"]]) % error["params"])


def report(roster: RosterImport) -> dict[str, Any]:
    """What became of the file: counts, and each warning and refusal with row, column and reason."""
    counts = roster.counts
    found: dict[str, Any] = {key: counts.get(key, 0) for key in ("rows", "new", "updated", "unchanged")} | {
        "warnings": [],
        "refused": [],
    }
    if roster.error:
        found["file_error"] = say_file_error(roster.error)
    for row in flagged_rows(roster):
        add_issues(found, row.issues)
    return found


def flagged_rows(roster: RosterImport) -> QuerySet[RosterRow]:
    """The rows somebody should look at."""
    return roster.rows.exclude(issues=[]).order_by("number")


def add_issues(report: dict[str, Any], issues: Iterable[dict[str, Any]]) -> None:
    """Sort a row's issues into the report. The column is its heading; "*" is the whole row."""
    for issue in issues:
        said = say(issue)
        target = "warnings" if said.level == "warning" else "refused"
        report[target].append({"row": issue["row"], "column": said.header or "*", "reason": said.text})
