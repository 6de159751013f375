"""The columns of the civil-affairs summary table (农村留守儿童基本情况排查汇总表), counted exactly.

Only what the record holds: age × sex, stage, hukou, boarding, why another cares and who, how the care is.
Each group adds up to the number of children, "not collected" being a column of its own: the 2016 form asks
for these check sums (domain.md §1.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboards.counting.children import Child, children
from students.left_behind.facts import Answer
from students.models import CareArrangement, GuardianLink, Student

_GRANDPARENTS = frozenset({"grandfather", "grandmother", "maternal_grandfather", "maternal_grandmother"})
_CARE = {
    "grandparents": _("Grandparents"),
    "kin": _("Relatives or friends"),
    "nobody": pgettext_lazy("who cares", "Nobody"),
}
NOT_COLLECTED = ("not_collected", _("Not collected"))

# Group → its columns; each group adds up to the number of children.
GROUPS: dict[str, tuple[object, list[tuple[str, object]]]] = {
    "age": (
        _("Age"),
        [(f"{ages}_{sex}", f"{ages}") for ages in ("0-5", "6-13", "14-16") for sex in Student.Sex.values],
    ),
    "stage": (_("Stage"), [("primary", _("Primary school")), ("junior", _("Junior secondary school"))]),
    "hukou": (_("Household registration"), list(Student.Hukou.choices)),
    "boarding": (_("Boarding"), list(Student.Boarding.choices)),
    "reason": (_("Why another cares"), list(CareArrangement.Reason.choices)),
    "carer": (_("Who cares"), [*_CARE.items(), NOT_COLLECTED]),
    "assessment": (_("How the care is"), list(CareArrangement.Assessment.choices)),
}


def school_row(school_id: int, definition: str, *, on: date) -> Counter[tuple[str, str]]:
    """(group, column) → children; ("", "count") is their number, ("", "unknown") of whom it isn't known."""
    pupils = children(school_id, on=on)
    counted = [child for child in pupils if child.answers[definition] is Answer.YES]
    cares = _cares([child.student_id for child in counted], on=on)
    row: Counter[tuple[str, str]] = Counter()
    row["", "count"] = len(counted)
    row["", "unknown"] = sum(child.answers[definition] is Answer.NOT_COLLECTED for child in pupils)
    for child in counted:
        reason, carer, assessment = cares.get(child.student_id, ("not_collected",) * 3)
        row["age", f"{_ages(child, on)}_{child.sex}"] += 1
        row["stage", child.stage] += 1
        row["hukou", child.hukou] += 1
        row["boarding", child.boarding] += 1
        row["reason", reason] += 1
        row["carer", carer] += 1
        row["assessment", assessment] += 1
    return row


def _ages(child: Child, on: date) -> str:
    born = child.born_on
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if years <= 5:
        return "0-5"
    return "6-13" if years <= 13 else "14-16"


def _cares(student_ids: Iterable[int], *, on: date) -> dict[int, tuple[str, str, str]]:
    """Why another cares for each pupil on the day, who it is, and how well."""
    ids = list(student_ids)
    kin = {
        (student, person): relation
        for student, person, relation in GuardianLink.objects.filter(student_id__in=ids).values_list(
            "student_id", "person_id", "relation"
        )
    }
    rows = CareArrangement.objects.active(on).filter(student_id__in=ids)
    return {
        student: (reason, _who(kin, student, carer), assessment)
        for student, carer, reason, assessment in rows.values_list(
            "student_id", "carer_id", "reason", "assessment"
        )
    }


def _who(kin: dict[tuple[int, int], str], student: int, carer: int | None) -> str:
    if carer is None:
        return "nobody"
    return "grandparents" if kin.get((student, carer)) in _GRANDPARENTS else "kin"
