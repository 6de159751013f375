"""Pupils."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from schools.models import SchoolClass
from students.models import EmergencyAccess, Enrolment, Pairing, Student


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


def make_emergency(
    student: Student, user: User, *, opened_at: datetime | None = None, **fields: Any
) -> EmergencyAccess:
    """A use of break-glass, open for ten minutes unless told otherwise."""
    opened_at = opened_at or timezone.now() - timedelta(minutes=10)
    fields.setdefault("expires_at", opened_at + timedelta(minutes=60))
    fields.setdefault("second_factor_at", opened_at)
    fields.setdefault("reason", "The child ran out of the gate crying and can't be found.")
    return EmergencyAccess.objects.create(
        school=student.school, student=student, user=user, opened_at=opened_at, **fields
    )
