"""Who runs the evening's calls, and who may know how they went.

A call is of its pupils: whoever has the right over one of them has it over the call (siblings share one).
"""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from calls.models import Call, CallPupil, HomeTask
from schools import access as school_access
from schools.models import School
from students import access as student_access
from students.models import GuardianLink, Student


def board_schools(user: User, *, on: date) -> list[School]:
    """The schools whose evening this person runs. Raises PermissionDenied for who runs none."""
    ids = school_access.school_ids(user, Perm.CALL_BOARD, on=on)
    if not ids:
        raise PermissionDenied
    return list(School.objects.filter(pk__in=ids).order_by("name", "pk"))


def require_view(user: User, *, on: date) -> None:
    """For lists of one's own pupils' calls. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.CALL_VIEW, on=on):
        raise PermissionDenied


def visible_calls(user: User, perm: Perm, *, on: date) -> QuerySet[Call]:
    """The calls of pupils over whom the person has the right."""
    pupils = student_access.visible_students(user, perm, on=on).values("pk")
    return Call.objects.filter(
        Exists(CallPupil.objects.filter(call=OuterRef("pk"), student__in=pupils))
    ).exclude(state=Call.State.PROPOSED)


def get_call_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Call:
    """Raises Http404 where the person may not know any of its pupils, PermissionDenied without this right."""
    calls = Call.objects.select_related("school", "phone", "person", "number")
    found = calls.filter(public_id=public_id).exclude(state=Call.State.PROPOSED).first()
    if found is None:
        raise Http404
    pupils = Student.objects.filter(call_places__call=found).order_by("pk")
    known = [one for one in pupils if student_access.reason_for(user, one, Perm.STUDENT_FIND, on=on)]
    if not known:
        raise Http404
    if not any(student_access.reason_for(user, one, perm, on=on) for one in known):
        raise PermissionDenied
    return found


def visible_tasks(user: User, *, on: date) -> QuerySet[HomeTask]:
    """Open tasks about pupils whose calls the person runs."""
    pupils = student_access.visible_students(user, Perm.CALL_BOARD, on=on)
    return HomeTask.objects.filter(student__in=pupils.values("pk"), done_at=None)


def tasks_of_own_class(user: User, *, on: date) -> QuerySet[HomeTask]:
    """Those that are this person's to do: their own class's, or that of whom they stand in for."""
    grants = school_access.grants_with(user, Perm.CALL_BOARD, on=on)
    own = [grant for grant in grants if grant.reach is Reach.CLASS]
    pupils = student_access.reached_by(own, user, on=on)
    return HomeTask.objects.filter(student__in=pupils.values("pk"), done_at=None)


def get_task_or_404(user: User, public_id: uuid.UUID, *, on: date) -> HomeTask:
    """Raises Http404 and PermissionDenied, as get_call_or_404 does."""
    found = HomeTask.objects.select_related("student").filter(public_id=public_id).first()
    if found is None or not student_access.reason_for(user, found.student, Perm.STUDENT_FIND, on=on):
        raise Http404
    if not student_access.reason_for(user, found.student, Perm.CALL_BOARD, on=on):
        raise PermissionDenied
    return found


def contactable_person(student: Student, public_id: uuid.UUID) -> int | None:
    """The id of one of those adults, or None."""
    found = contactable(student).filter(person__public_id=public_id).values_list("person_id", flat=True)
    return found.first()


def contactable(student: Student) -> QuerySet[GuardianLink]:
    """The adults with whom a contact may be written down: nobody who is barred from this child."""
    links = GuardianLink.objects.filter(student=student, contact_barred=False, person__is_dead=False)
    return links.select_related("person").order_by("priority", "pk")
