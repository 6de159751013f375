"""Giving pupils a teacher of their own, and taking the task back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core import audit
from schools.models import Membership
from students.models import Enrolment, Pairing, Student


class CannotPairError(Exception):
    """The pairing breaks a rule; the message may be shown."""


@transaction.atomic
def pair(*, student: Student, teacher: User, by: User | None, on: date) -> Pairing:
    """This teacher looks after the pupil from `on` (结对帮扶). Twice is once.

    A pairing opens the child's page, so nobody pairs themselves, and only somebody who is a paired teacher of
    the pupil's school gets one, for a pupil who is there. Raises CannotPairError.
    """
    locked = Student.objects.select_for_update().get(pk=student.pk)
    if by is not None and by.pk == teacher.pk:
        raise CannotPairError(_("Nobody pairs themselves with a pupil; ask a colleague who may."))
    roles = Membership.objects.active(on).filter(user=teacher, user__is_active=True)
    if not roles.filter(role=Role.PAIRED_TEACHER, school_id=locked.school_id).exists():
        raise CannotPairError(_("This person isn't a paired teacher of the pupil's school."))
    if not Enrolment.objects.active(on).filter(student=locked).exists():
        raise CannotPairError(_("The pupil isn't in a class of this school on that day."))
    standing = Pairing.objects.filter(student=locked, teacher=teacher, ended_on=None).first()
    if standing is not None:
        return standing
    made = Pairing.objects.create(school_id=locked.school_id, student=locked, teacher=teacher, started_on=on)
    audit.record("pairing.made", by=by, target=locked, teacher_id=teacher.pk)
    return made


@transaction.atomic
def unpair(*, student: Student, teacher: User, by: User | None, on: date) -> None:
    """`on` is the last day on which the teacher sees the pupil by it. Without a pairing nothing happens."""
    standing = (
        Pairing.objects.select_for_update().filter(student=student, teacher=teacher, ended_on=None).first()
    )
    if standing is None:
        return
    standing.ended_on = max(on, standing.started_on)
    standing.save(update_fields=["ended_on"])
    audit.record(
        "pairing.ended", by=by, target=student, teacher_id=teacher.pk, ended_on=str(standing.ended_on)
    )
