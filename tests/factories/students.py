"""Pupils."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from schools.models import SchoolClass
from students.models import Enrolment, Pairing, Student


def make_student(school_class: SchoolClass, name: str = "王小雨", **fields: Any) -> Student:
    """A pupil enrolled in a class since 1 September 2026, found by name at once."""
    from students.services import finder

    fields.setdefault("sex", Student.Sex.FEMALE)
    fields.setdefault("born_on", date(2017, 5, 4))
    student = Student.objects.create(school=school_class.school, name=name, **fields)
    Enrolment.objects.create(
        school=school_class.school,
        student=student,
        school_class=school_class,
        started_on=date(2026, 9, 1),
    )
    finder.refresh_keys([student.pk])
    return student


def make_pairing(student: Student, teacher: User) -> Pairing:
    return Pairing.objects.create(
        school=student.school, student=student, teacher=teacher, started_on=date(2026, 9, 1)
    )
