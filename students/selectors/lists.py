"""Pupils as lists and records for programs."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, public_keyset
from schools.access import Reason
from schools.models import School, SchoolClass
from students import access
from students.models import Enrolment, GuardianLink, Student
from students.selectors import child


def _with_class(students: QuerySet[Student], on: date) -> QuerySet[Student]:
    now = Enrolment.objects.active(on).select_related("school_class")
    return students.select_related("school").prefetch_related(
        Prefetch("enrolments", queryset=now, to_attr="enrolled_now")
    )


def class_of(student: Student) -> SchoolClass | None:
    """The class of a pupil read by students_page."""
    enrolments: list[Enrolment] = student.enrolled_now  # type: ignore[attr-defined]
    return enrolments[0].school_class if enrolments else None


def students_page(
    user: User,
    *,
    on: date,
    class_id: uuid.UUID | None,
    boarding: str | None,
    cursor: str | None,
    size: int,
) -> Page[Student]:
    """The pupils this person may know of, by name, with school and class. Raises BadCursor."""
    visible = access.visible_students(user, Perm.STUDENT_FIND, on=on)
    found = visible.filter(boarding=boarding) if boarding else visible
    if class_id:
        enrolled = Enrolment.objects.active(on).filter(school_class__public_id=class_id)
        found = found.filter(Exists(enrolled.filter(student=OuterRef("pk"))))
    return public_keyset(
        _with_class(found, on), order=["name", "pk"], cursor=cursor, size=size, edges=visible
    )


def by_school_numbers(school: School, numbers: Collection[str]) -> list[Student]:
    """Pupils by the numbers a school gave them: for commands, which name pupils as forms on paper do."""
    return list(Student.objects.filter(school=school, school_number__in=numbers).order_by("pk"))


@dataclass(frozen=True)
class StudentRecord:
    """What a person may know of one pupil; None where they may not, empty where nobody collected it."""

    student: Student
    school_class: SchoolClass | None
    national_number: str | None
    identity_number: str | None
    guardians: list[GuardianLink]
    shows_contacts: bool
    shows_home: bool
    reason: Reason | None


def student_record(user: User, student: Student, *, now: datetime) -> StudentRecord:
    """The facts of the child page for somebody who may open it."""
    on = timezone.localdate(now)
    enrolment = Enrolment.objects.active(on).filter(student=student).select_related("school_class").first()
    full = access.reason_for(user, student, Perm.STUDENT_IDENTITY, on=on) is not None
    shows_contacts = access.reason_for(user, student, Perm.STUDENT_CONTACT, on=on) is not None
    shows_home = access.reason_for(user, student, Perm.STUDENT_HOME, on=on) is not None
    return StudentRecord(
        student=student,
        school_class=enrolment.school_class if enrolment else None,
        national_number=student.national_number if full else None,
        identity_number=student.identity_number if full else None,
        guardians=child.guardians_of(student, on=on) if shows_contacts or shows_home else [],
        shows_contacts=shows_contacts,
        shows_home=shows_home,
        reason=access.reason_for(user, student, Perm.STUDENT_VIEW, on=on),
    )
