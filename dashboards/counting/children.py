"""Children counted on a day, exactly: the groups behind published statistics, the columns of a return."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from dashboards.disclosure import tables
from dashboards.disclosure.tables import Group
from schools.models import SchoolClass
from students.left_behind.definitions import DEFINITIONS
from students.left_behind.definitions import statuses as decide
from students.left_behind.facts import Answer
from students.models import Enrolment
from students.selectors import left_behind

_LAST_PRIMARY_GRADE = 6


def stage_of(grade: int) -> str:
    return "primary" if grade <= _LAST_PRIMARY_GRADE else "junior"


@dataclass(frozen=True)
class Child:
    """One enrolled pupil on the day, as far as counting asks. Never leaves this process."""

    student_id: int
    sex: str
    stage: str
    boarding: str
    born_on: date
    hukou: str
    answers: dict[str, Answer]


def children(school_id: int, *, on: date) -> list[Child]:
    """Who is enrolled on the day, and whether each counts as left behind under every definition."""
    enrolled = Enrolment.objects.active(on).filter(school_id=school_id)
    rows = list(
        enrolled.values_list(
            *("student_id", "student__sex", "school_class__grade", "student__boarding"),
            *("student__born_on", "student__hukou"),
        )
    )
    facts = left_behind.facts_of([row[0] for row in rows])
    return [
        Child(
            pk,
            sex,
            stage_of(grade),
            boarding,
            born_on,
            hukou,
            {key: status.answer for key, status in decide(facts[pk], on).items()},
        )
        for pk, sex, grade, boarding, born_on, hukou in rows
    ]


def groups(school_id: int, *, on: date) -> dict[str, dict[Group, int]]:
    """For each definition the left-behind pupils of every group that the school can have, zeros included."""
    pupils = children(school_id, on=on)
    stages = {child.stage for child in pupils} | stages_taught(school_id, on=on)
    possible = tables.groups_of(school_id, stages=stages)
    found = {}
    for key in DEFINITIONS:
        counted = Counter(
            Group(school_id, child.sex, child.stage, child.boarding)
            for child in pupils
            if child.answers[key] is Answer.YES
        )
        found[key] = {group: counted[group] for group in possible}
    return found


def stages_taught(school_id: int, *, on: date) -> set[str]:
    """What everybody in the county knows: whether the school has primary classes, junior ones, or both."""
    grades = SchoolClass.objects.filter(
        school_id=school_id, year__starts_on__lte=on, year__ends_on__gte=on
    ).values_list("grade", flat=True)
    return {stage_of(grade) for grade in grades}
