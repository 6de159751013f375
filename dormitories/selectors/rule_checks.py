"""What speaks against a bed for a pupil: the rules in force, and what the room is meant for. Never why.

For giving a bed by hand. A whole house is planned by dormitories.allocation, which weighs them all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dormitories.models import Bed, Room, Rule, RulePupil, Stay
from students.models import Enrolment, Student


@dataclass(frozen=True)
class _Asked:
    """One pupil, one bed, and who else sleeps in its room."""

    student: Student
    bed: Bed
    mates: dict[int, int]  # id of the pupil → grade; 0 for one in no class
    grade: int

    @property
    def room(self) -> Room:
        return self.bed.room


def broken_by(student: Student, bed: Bed, *, on: date) -> list[str]:
    """Sentences, one a rule or band that this bed would break on a day; four queries, however many rules."""
    mates = list(
        Stay.objects.active(on)
        .filter(bed__room_id=bed.room_id)
        .exclude(student=student)
        .values_list("student_id", flat=True)
    )
    grades = _grades([student.pk, *mates], on)
    asked = _Asked(student, bed, {pk: grades.get(pk, 0) for pk in mates}, grades.get(student.pk, 0))
    found = [_band(asked)]
    rules = Rule.objects.active(on).filter(school_id=bed.school_id)
    own = set(RulePupil.objects.filter(rule__in=rules, student=student).values_list("rule_id", flat=True))
    for rule in rules.prefetch_related("pupils").order_by("pk"):
        if rule.kind == Rule.Kind.GRADE_SPAN or rule.pk in own:
            found.append(_CHECKS[rule.kind](rule, asked))
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def _grades(student_ids: list[int], on: date) -> dict[int, int]:
    rows = Enrolment.objects.active(on).filter(student_id__in=student_ids)
    return dict(rows.values_list("student_id", "school_class__grade"))


def _band(asked: _Asked) -> str:
    low, high = asked.room.grade_from, asked.room.grade_to
    if low is None or high is None or not asked.grade or low <= asked.grade <= high:
        return ""
    return _("This room is for grades %(low)d to %(high)d.") % {"low": low, "high": high}


def _keep_apart(rule: Rule, asked: _Asked) -> str:
    if any(one.student_id in asked.mates for one in rule.pupils.all()):
        return _("Keep apart: a child from whom this one is kept apart sleeps in this room.")
    return ""


def _ground_floor(rule: Rule, asked: _Asked) -> str:
    return "" if asked.room.on_ground_floor else _("This child sleeps on the ground floor.")


def _near_warden(rule: Rule, asked: _Asked) -> str:
    return "" if asked.room.near_warden else _("This child sleeps near the warden.")


def _lower_bunk(rule: Rule, asked: _Asked) -> str:
    return "" if asked.bed.level == Bed.Level.LOWER else _("This child sleeps in a lower bunk.")


def _pinned(rule: Rule, asked: _Asked) -> str:
    return "" if rule.bed_id == asked.bed.pk else _("This child stays in the bed that a rule names.")


def _grade_span(rule: Rule, asked: _Asked) -> str:
    grades = [grade for grade in [asked.grade, *asked.mates.values()] if grade]
    span = max(grades) - min(grades) + 1 if grades else 1
    if span <= (rule.number or 1):
        return ""
    return _("More grades would share this room than a rule allows (%(number)d).") % {"number": rule.number}


def _spread(rule: Rule, asked: _Asked) -> str:
    here = sum(one.student_id in asked.mates for one in rule.pupils.all())
    if here < (rule.number or 1):
        return ""
    return _("This child is one of those who are spread over the rooms, and enough of them sleep here.")


def _wish(rule: Rule, asked: _Asked) -> str:
    """Together, siblings, buddy: wishes that one bed given by hand can't break for good."""
    return ""


_CHECKS: dict[str, Callable[[Rule, _Asked], str]] = {
    Rule.Kind.KEEP_APART: _keep_apart,
    Rule.Kind.KEEP_TOGETHER: _wish,
    Rule.Kind.SIBLINGS: _wish,
    Rule.Kind.GROUND_FLOOR: _ground_floor,
    Rule.Kind.NEAR_WARDEN: _near_warden,
    Rule.Kind.LOWER_BUNK: _lower_bunk,
    Rule.Kind.PINNED: _pinned,
    Rule.Kind.GRADE_SPAN: _grade_span,
    Rule.Kind.BUDDY: _wish,
    Rule.Kind.SPREAD: _spread,
}
