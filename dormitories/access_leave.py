"""Who may ask for a leave, answer it, see it, and note who goes through the gate.

Whoever has one of the three rights over the pupil sees the leave; two approve it, one for the class and one
for the house. The head may stand for either, since whoever asked can't approve.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Role
from dormitories.models import Leave, LeaveQuerySet
from schools import access as school_access
from schools.access import Grant
from schools.models import Membership
from students import access as student_access
from students.models import Enrolment, GuardianLink, Student

SEEING = (Perm.LEAVE_ASK, Perm.LEAVE_APPROVE, Perm.LEAVE_GATE)


class Side(StrEnum):
    """For whom an approval speaks."""

    CLASS = "class"
    HOUSE = "house"


def require_seeing(user: User, *, on: date) -> None:
    """For the list: 403 for whoever has nothing to do with leaves anywhere. Raises PermissionDenied."""
    if not any(school_access.holds(user, perm, on=on) for perm in SEEING):
        raise PermissionDenied


def require_asking(user: User, *, on: date) -> None:
    """403 for whoever asks for no leave anywhere. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.LEAVE_ASK, on=on):
        raise PermissionDenied


def visible_leaves(user: User, *, on: date, perm: Perm | None = None) -> LeaveQuerySet:
    """The leaves of the pupils over whom the person has this right, or any of the three."""
    reached = Q(pk__in=[])
    for one in SEEING if perm is None else (perm,):
        if school_access.holds(user, one, on=on):
            reached |= Q(student__in=student_access.visible_students(user, one, on=on))
    return Leave.objects.filter(reached)


def get_leave_or_404(user: User, public_id: uuid.UUID, perm: Perm | None, *, on: date) -> Leave:
    """A leave, or 404 where the person may not know of the pupil, or 403 without this right over them.

    `perm` None: any of the three that let one see it. Raises Http404 and PermissionDenied.
    """
    related = Leave.objects.select_related(
        "student__school",
        "collector__person",
        "asked_by",
        "class_approved_by",
        "house_approved_by",
        "refused_by",
        "cancelled_by",
        "out_by",
        "back_by",
    )
    leave = related.filter(public_id=public_id).first()
    if leave is None or not student_access.reason_for(user, leave.student, Perm.STUDENT_FIND, on=on):
        raise Http404
    if not any(may(user, leave.student, one, on=on) for one in (SEEING if perm is None else (perm,))):
        raise PermissionDenied
    return leave


def may(user: User, student: Student, perm: Perm, *, on: date) -> bool:
    """Whether the person has one of the rights of leave over the pupil."""
    return student_access.reason_for(user, student, perm, on=on) is not None


def reached(user: User, students: list[int], perm: Perm, *, on: date) -> set[int]:
    """Those of some pupils over whom the person has the right: one question for a whole list."""
    if not students or not school_access.holds(user, perm, on=on):
        return set()
    found = student_access.visible_students(user, perm, on=on).filter(pk__in=students)
    return set(found.values_list("pk", flat=True))


def sides_of(user: User, leave: Leave, *, on: date) -> list[Side]:
    """For whom this person's approval may speak, the fitting one first; nothing without the right."""
    found: list[Side] = []
    for grant in school_access.grants_with(user, Perm.LEAVE_APPROVE, on=on):
        if student_access.reached_by([grant], user, on=on).filter(pk=leave.student_id).exists():
            found += _sides_of_grant(grant, leave, on=on)
    return list(dict.fromkeys(found))


def _sides_of_grant(grant: Grant, leave: Leave, *, on: date) -> list[Side]:
    if grant.role == Role.HOMEROOM_TEACHER:
        return [Side.CLASS]
    if grant.role == Role.WARDEN:
        return [Side.HOUSE]
    others = class_teachers(leave.student_id, on=on).exclude(user_id=leave.asked_by_id)
    return [Side.HOUSE, Side.CLASS] if others.exists() else [Side.CLASS, Side.HOUSE]


def missing_for(grant: Grant) -> Q:
    """The leaves on which a membership's approval is still missing."""
    sides = {Role.HOMEROOM_TEACHER: Q(class_approved_at=None), Role.WARDEN: Q(house_approved_at=None)}
    return sides.get(grant.role, Q(class_approved_at=None) | Q(house_approved_at=None))


def class_teachers(student_id: int, *, on: date):  # type: ignore[no-untyped-def]
    """The memberships of whoever leads the pupil's class on a day, stand-ins among them."""
    classes = Enrolment.objects.active(on).filter(student_id=student_id).values("school_class_id")
    held = Membership.objects.active(on).filter(role=Role.HOMEROOM_TEACHER, user__is_active=True)
    return held.filter(school_class_id__in=classes)


def collectors_of(student: Student) -> list[GuardianLink]:
    """The adults who may collect the pupil; nobody who is barred or has died, whatever else is noted."""
    links = GuardianLink.objects.filter(student=student, may_collect=GuardianLink.Answer.YES)
    allowed = links.filter(contact_barred=False, person__is_dead=False)
    return list(allowed.select_related("person").order_by("priority", "pk"))


def duty_leaders(school_id: int, *, now: datetime, on: date, but: int | None = None) -> list[User]:
    """Who is told first at night: whoever is on duty, else the wardens, else the head; not `but`."""
    on_duty = school_access.people_on_duty(school_id, now=now, on=on).values("user_id")
    wardens = _holders(school_id, [Role.WARDEN], on=on)
    for people in (on_duty, wardens):
        found = User.objects.filter(Q(pk__in=people), is_active=True).order_by("pk")
        if rows := [person for person in found if person.pk != but]:
            return rows
    return heads(school_id, on=on)


def heads(school_id: int, *, on: date) -> list[User]:
    """Who is told last: whoever leads the school."""
    people = _holders(school_id, [Role.HEAD_TEACHER], on=on)
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))


def _holders(school_id: int, roles: list[Role], *, on: date):  # type: ignore[no-untyped-def]
    held = Membership.objects.active(on).filter(school_id=school_id, role__in=roles)
    return held.values("user_id")
