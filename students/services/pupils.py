"""Writes about one pupil: joining, moving, leaving, and how to reach the family."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from schools.models import SchoolClass
from students import names, signals
from students.models import Enrolment, Pairing, Person, Student
from students.services import finder, phones
from students.services.refusals import CannotChangeError

_RECORD_FIELDS = {
    "former_name", "national_number", "identity_number", "school_number", "ethnicity", "health", "boarding",
    "hukou", "phone", "address",
}  # fmt: skip
_PUPIL_CONTACT = ("phone", "address")
_ADULT_CONTACT = ("phone", "address", "employer")


@transaction.atomic
def create_student(
    *,
    school_class: SchoolClass,
    name: str,
    sex: str,
    born_on: date,
    by: User | None,
    on: date,
    **record: Any,
) -> Student:
    """A new pupil, enrolled in a class from `on`, found by name at once.

    `record` may hold the other fields of the pupil's record. Raises CannotChangeError where a number is
    already another pupil's in this school, TypeError for a field that isn't the record's.
    """
    if unknown := record.keys() - _RECORD_FIELDS:
        raise TypeError(f"A pupil's record has no {', '.join(sorted(unknown))}.")
    student = Student(
        school_id=school_class.school_id, name=name, pinyin=_pinyin(name), sex=sex, born_on=born_on, **record
    )
    try:
        with transaction.atomic():
            student.save()
    except IntegrityError as error:
        raise CannotChangeError(_("Another pupil of this school has this number.")) from error
    Enrolment.objects.create(
        school_id=student.school_id, student=student, school_class=school_class, started_on=on
    )
    finder.refresh_keys([student.pk])
    audit.record("student.created", by=by, target=student, school_class=str(school_class.public_id))
    return student


@transaction.atomic
def rename(*, student: Student, name: str, keep_former: bool, by: User, on: date) -> Student:
    """Give a pupil another name: a new one (the old stays as the former name and is still found), or a
    correction of a mistyped one (the old goes).
    """
    locked = _lock(student)
    if keep_former:
        locked.former_name = locked.name
    locked.name, locked.pinyin = name, _pinyin(name)
    locked.save(update_fields=["name", "former_name", "pinyin", "changed_at"])
    finder.refresh_keys([locked.pk])
    audit.record("student.renamed", by=by, target=locked, kept_former=keep_former, on=on.isoformat())
    return locked


@transaction.atomic
def enrol(*, student: Student, school_class: SchoolClass, by: User, on: date) -> Enrolment:
    """Put a pupil without a class into one from `on`. Raises CannotChangeError."""
    locked = _lock(student)
    _same_school(locked, school_class.school_id)
    standing = Q(ended_on=None) | Q(ended_on__gte=on)
    if Enrolment.objects.filter(standing, student=locked).exists():
        raise CannotChangeError(_("This pupil is in a class on that day; move them instead."))
    enrolment = Enrolment.objects.create(
        school_id=locked.school_id, student=locked, school_class=school_class, started_on=on
    )
    audit.record("student.enrolled", by=by, target=locked, school_class=str(school_class.public_id))
    return enrolment


@transaction.atomic
def move_class(*, student: Student, school_class: SchoolClass, by: User, on: date) -> Enrolment:
    """Move a pupil to another class of the school from `on`; the old stay ends the day before.

    Moved on the day the stay began, the stay itself is corrected. Raises CannotChangeError.
    """
    locked = _lock(student)
    _same_school(locked, school_class.school_id)
    stay = _open_stay(locked)
    if stay.school_class_id == school_class.pk:
        return stay
    if on < stay.started_on:
        raise CannotChangeError(_("The pupil wasn't in the old class yet on that day."))
    old = stay.school_class
    if on == stay.started_on:
        stay.school_class = school_class
        stay.save(update_fields=["school_class"])
    else:
        _end(stay, on - timedelta(days=1))
        stay = Enrolment.objects.create(
            school_id=locked.school_id, student=locked, school_class=school_class, started_on=on
        )
    audit.record(
        "student.moved", by=by, target=locked, old=str(old.public_id), new=str(school_class.public_id)
    )
    return stay


@transaction.atomic
def leave(*, student: Student, by: User, on: date) -> Student:
    """The pupil leaves the school; `on` is the last day. Pairings end with it; what was written stays.

    Raises CannotChangeError.
    """
    locked = _lock(student)
    stay = _open_stay(locked)
    if on < stay.started_on:
        raise CannotChangeError(_("The last day can't be before the first."))
    _end(stay, on)
    later = Pairing.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), student=locked)
    later.filter(started_on__gt=on).delete()  # it would have begun after the pupil left
    later.update(ended_on=on)
    audit.record("student.left", by=by, target=locked, on=on.isoformat())
    signals.student_left.send(sender=Student, student=locked, on=on, by=by)
    return locked


@transaction.atomic
def update_contact(*, student: Student, by: User, on: date, **contact: str) -> Student:
    """Change the pupil's own telephone number or home address; what isn't named stays."""
    locked = _lock(student)
    changed = _assign(locked, contact, _PUPIL_CONTACT)
    locked.save(update_fields=[*changed, "changed_at"])
    finder.refresh_keys([locked.pk])
    audit.record("student.contact_changed", by=by, target=locked, fields=changed, on=on.isoformat())
    return locked


@transaction.atomic
def update_adult_contact(*, person: Person, by: User, on: date, **contact: str) -> Person:
    """Change how an adult is reached; every pupil around whom they are is found by the new number."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    changed = _assign(locked, contact, _ADULT_CONTACT)
    locked.save(update_fields=changed)
    phones.bring_in([locked])
    finder.refresh_keys(locked.guardian_links.values_list("student_id", flat=True))
    audit.record("person.contact_changed", by=by, target=locked, fields=changed, on=on.isoformat())
    return locked


def _assign(row: Student | Person, values: dict[str, str], allowed: tuple[str, ...]) -> list[str]:
    if unknown := values.keys() - set(allowed):
        raise TypeError(f"No way to reach somebody: {', '.join(sorted(unknown))}.")
    for key, value in values.items():
        setattr(row, key, value)
    return sorted(values)


def _lock(student: Student) -> Student:
    return Student.objects.select_for_update().get(pk=student.pk)


def _open_stay(student: Student) -> Enrolment:
    stay = (
        Enrolment.objects.filter(student=student, ended_on=None)
        .select_related("school_class")
        .order_by("-started_on")
        .first()
    )
    if stay is None:
        raise CannotChangeError(_("This pupil is in no class now."))
    return stay


def _end(stay: Enrolment, last_day: date) -> None:
    stay.ended_on = last_day
    stay.save(update_fields=["ended_on"])


def _same_school(student: Student, school_id: int) -> None:
    if student.school_id != school_id:
        raise CannotChangeError(_("The class belongs to another school."))


def _pinyin(name: str) -> str:
    return names.display(name)[:200]
