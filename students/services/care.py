"""Who looks after a pupil in the parents' place (委托照护)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from students.models import CareArrangement, GuardianLink, Person, Student
from students.services.refusals import CannotChangeError


@transaction.atomic
def save_care(
    *,
    care: CareArrangement | None,
    student: Student,
    carer: Person | None,
    reason: str,
    started_on: date,
    ended_on: date | None,
    notice_received_on: date | None,
    assessment: str,
    assessed_on: date | None,
    by: User,
    on: date,
) -> CareArrangement:
    """A new arrangement for a pupil, or the correction of one; without `carer`, nobody looks after the child.

    Raises CannotChangeError where the carer isn't among the adults around the pupil or is barred from the
    child (Minors Protection Law art. 22), and where another arrangement is in force on one of the days.
    """
    locked = Student.objects.select_for_update().get(pk=student.pk)
    _check_carer(locked, carer)
    row = care or CareArrangement(school_id=locked.school_id, student=locked)
    row.carer, row.reason, row.started_on, row.ended_on = carer, reason, started_on, ended_on
    row.notice_received_on = notice_received_on
    row.assessment, row.assessed_on = assessment, assessed_on
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "students_care_no_overlap" not in str(error):
            raise
        refusal = _("Another arrangement is in force on one of these days; end that one first.")
        raise CannotChangeError(refusal) from error
    event = "care.corrected" if care else "care.recorded"
    audit.record(event, by=by, target=row, subject=locked, on=on.isoformat())
    return row


def _check_carer(student: Student, carer: Person | None) -> None:
    if carer is None:
        return
    link = GuardianLink.objects.filter(student=student, person=carer).first()
    if link is None:
        raise CannotChangeError(_("Choose one of the people around the child."))
    if link.contact_barred:
        raise CannotChangeError(_("This person may have no contact with the child."))
