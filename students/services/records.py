"""Keeping one pupil's record by hand: adding a pupil, correcting what is written, putting them in a class."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from schools.models import School, SchoolClass
from students.models import Enrolment, Student
from students.selectors import records as record_selectors
from students.services import finder, pupils, refusals

_CONTACT = ("phone", "address")
_REST = ("school_number", "boarding", "hukou")


class SameNameError(refusals.CannotChangeError):
    """The school has a pupil of this name already; the message may be shown."""


@transaction.atomic
def add_pupil(
    *,
    school_class: SchoolClass,
    name: str,
    sex: str,
    born_on: date,
    boarding: str,
    is_another: bool,
    by: User,
    on: date,
) -> Student:
    """A pupil typed in by hand, enrolled from `on`; `is_another` says that no namesake here is this child.

    A child written down twice has two files of which nobody reads the second, so the question is asked
    first. The school is held meanwhile: a form sent twice meets its own first pupil.
    Raises SameNameError and CannotChangeError.
    """
    School.objects.select_for_update(no_key=True).get(pk=school_class.school_id)
    if not is_another and record_selectors.namesakes(school_class.school_id, name, on=on):
        raise SameNameError(_("A child of this name is in the records already. Tick if this is another one."))
    return pupils.create_student(
        school_class=school_class, name=name, sex=sex, born_on=born_on, boarding=boarding, by=by, on=on
    )


@transaction.atomic
def correct_record(
    *, student: Student, name: str, keep_former: bool, by: User, on: date, **record: str
) -> Student:
    """Bring a pupil's record up to what was typed; only what differs is written and noted.

    `record` holds the school number, boarding, household registration, telephone and address; what isn't
    named stays.
    Raises TypeError for any other field.
    """
    if unknown := record.keys() - {*_CONTACT, *_REST}:
        raise TypeError(f"Not corrected by hand: {', '.join(sorted(unknown))}.")
    locked = Student.objects.select_for_update().get(pk=student.pk)
    new = {key: value for key, value in record.items() if getattr(locked, key) != value}
    if name != locked.name:
        locked = pupils.rename(student=locked, name=name, keep_former=keep_former, by=by, on=on)
    if contact := {key: new[key] for key in _CONTACT if key in new}:
        locked = pupils.update_contact(student=locked, by=by, on=on, **contact)
    if changed := [key for key in _REST if key in new]:
        for key in changed:
            setattr(locked, key, new[key])
        locked.save(update_fields=[*changed, "changed_at"])
        finder.refresh_keys([locked.pk])
        audit.record("student.corrected", by=by, target=locked, fields=changed, on=on.isoformat())
    return locked


@transaction.atomic
def place(*, student: Student, school_class: SchoolClass, by: User, on: date) -> Enrolment:
    """The pupil is in this class from `on`: moved out of another one, or back after having left.

    Raises CannotChangeError.
    """
    locked = Student.objects.select_for_update().get(pk=student.pk)
    if Enrolment.objects.filter(student=locked, ended_on=None).exists():
        return pupils.move_class(student=locked, school_class=school_class, by=by, on=on)
    return pupils.enrol(student=locked, school_class=school_class, by=by, on=on)
