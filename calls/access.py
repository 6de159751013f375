"""Who sets up the telephones, plans the week and books a call.

Whoever plans does it for the whole school (CALL_PLAN); a single call is booked by who runs the evening for
that pupil (CALL_BOARD). Who runs the evening: access_board.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from calls.models import CallWindow, Phone, Rota, WindowException
from schools import access as school_access
from schools.models import School
from students import access as student_access
from students.models import Student


def get_phone_or_404(school: School, public_id: uuid.UUID) -> Phone:
    """A telephone of a school that has passed get_school_or_404 already. Raises Http404."""
    found = Phone.objects.filter(school=school, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_window_or_404(school: School, public_id: uuid.UUID) -> CallWindow:
    """Raises Http404, as get_phone_or_404 does."""
    found = CallWindow.objects.filter(school=school, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def get_exception_or_404(school: School, on: date) -> WindowException:
    """The day of a school that differs. Raises Http404, as get_phone_or_404 does."""
    found = WindowException.objects.filter(school=school, on=on).first()
    if found is None:
        raise Http404
    return found


def get_rota_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Rota:
    """A rota, for those who plan: 404 outside the person's schools, 403 without the right to plan.

    Raises Http404 and PermissionDenied.
    """
    rotas = Rota.objects.select_related("school__area", "progress", "made_by", "published_by")
    found = rotas.filter(public_id=public_id).first()
    if found is None or not school_access.works_in(user, found.school_id, on=on):
        raise Http404
    if not school_access.can(user, Perm.CALL_PLAN, school=found.school, on=on):
        raise PermissionDenied
    return found


def may_plan(user: User, school: School, *, on: date) -> bool:
    return school_access.can(user, Perm.CALL_PLAN, school=school, on=on) is not None


def known_pupils(user: User, student_ids: Iterable[int], perm: Perm, *, on: date) -> dict[int, Student]:
    """Of these pupils, those over whom the person has the right: the others' places show as taken."""
    found = student_access.visible_students(user, perm, on=on).filter(pk__in=set(student_ids))
    return {student.pk: student for student in found}
