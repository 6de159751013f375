"""Who may see which pupil, and why. Every door to a pupil is here.

The reach of a role decides: a class, a pairing, the boarders, the whole school, or nobody.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import ROLES, Reach, Role, roles_with
from schools import access as school_access
from schools.access import AS_ROLE, Grant, Reason
from schools.models import Membership
from students.models import Enrolment, Pairing, RosterImport, Student, StudentQuerySet


def visible_students(user: User, perm: Perm, *, on: date) -> StudentQuerySet:
    """The pupils over whom the person has the right on a day; none without a membership."""
    return reached_by(school_access.grants_with(user, perm, on=on), user, on=on)


def reached_by(grants: list[Grant], user: User, *, on: date) -> StudentQuerySet:
    """The pupils that some memberships reach."""
    found = Q(pk__in=[])
    for reach, same in _by_reach(grants).items():
        found |= _reach_filter(reach, same, user, on)
    return Student.objects.filter(found)


def _by_reach(grants: list[Grant]) -> dict[Reach, list[Grant]]:
    sorted_grants: dict[Reach, list[Grant]] = {}
    for grant in grants:
        sorted_grants.setdefault(grant.reach, []).append(grant)
    return sorted_grants


def _reach_filter(reach: Reach, grants: list[Grant], user: User, on: date) -> Q:
    schools = [grant.school_id for grant in grants]
    if reach is Reach.SCHOOL:
        return Q(school_id__in=schools)
    if reach is Reach.BOARDERS:
        here = Q(Exists(Enrolment.objects.active(on).filter(student=OuterRef("pk"))))
        return Q(school_id__in=schools, boarding=Student.Boarding.BOARDER) & here
    if reach is Reach.CLASS:
        classes = [grant.class_id for grant in grants]
        return Q(
            Exists(Enrolment.objects.active(on).filter(student=OuterRef("pk"), school_class_id__in=classes))
        )
    if reach is Reach.PAIRING:
        return Q(school_id__in=schools) & Q(
            Exists(Pairing.objects.active(on).filter(student=OuterRef("pk"), teacher=user))
        )
    return Q(pk__in=[])


def reason_for(user: User, student: Student, perm: Perm, *, on: date) -> Reason | None:
    """Why the person has the right over this pupil, or None: the twin of visible_students."""
    for grant in school_access.grants_with(user, perm, on=on):
        if grant.school_id == student.school_id and _reaches(grant, user, student, on):
            return AS_ROLE[grant.role]
    return None


def _reaches(grant: Grant, user: User, student: Student, on: date) -> bool:
    """Asked once for a request, since a page asks for several rights over the same pupil."""
    kept: dict[tuple[Grant, int, date], bool] = user.__dict__.setdefault("_reaches", {})
    key = (grant, student.pk, on)
    if key not in kept:
        kept[key] = _look_up_reach(grant, user, student, on)
    return kept[key]


def _look_up_reach(grant: Grant, user: User, student: Student, on: date) -> bool:
    if grant.reach is Reach.SCHOOL:
        return True
    if grant.reach is Reach.BOARDERS:
        return _boards(student, on)
    if grant.reach is Reach.CLASS:
        enrolled = Enrolment.objects.active(on).filter(student=student, school_class_id=grant.class_id)
        return bool(enrolled.exists())
    if grant.reach is Reach.PAIRING:
        return bool(Pairing.objects.active(on).filter(student=student, teacher=user).exists())
    return False


def _boards(student: Student, on: date) -> bool:
    """Whoever has left sleeps here no more, whatever their record still says."""
    if student.boarding != Student.Boarding.BOARDER:
        return False
    return bool(Enrolment.objects.active(on).filter(student=student).exists())


def get_student_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> Student:
    """The pupil, or 404 where the person may not know that they exist, or 403 without this right.

    Raises Http404 and PermissionDenied.
    """
    student = Student.objects.select_related("school", "school__area").filter(public_id=public_id).first()
    if student is None or not reason_for(user, student, Perm.STUDENT_FIND, on=on):
        raise Http404
    if not reason_for(user, student, perm, on=on):
        raise PermissionDenied
    return student


def get_pairing_or_404(student: Student, pk: int) -> Pairing:
    """A pairing of a pupil who has passed get_student_or_404 already. Raises Http404."""
    found = Pairing.objects.select_related("teacher").filter(student=student, pk=pk).first()
    if found is None:
        raise Http404
    return found


def require_finding(user: User, *, on: date) -> None:
    """For lists of pupils: 403 for whoever may know of none anywhere. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.STUDENT_FIND, on=on):
        raise PermissionDenied


def people_who(perm: Perm, student: Student, *, on: date) -> QuerySet[User]:
    """Everybody who has the right over this pupil: "5 people can read this" counts them."""
    in_school = Q(school_id=student.school_id) | Q(school_class__school_id=student.school_id)
    reached = Q(pk__in=[])
    for role in roles_with(perm):
        reached |= Q(role=role) & _membership_reaches(ROLES[Role(role)].reach, student, on)
    memberships = Membership.objects.active(on).filter(in_school, reached)
    return User.objects.filter(is_active=True, pk__in=memberships.values("user_id"))


def _membership_reaches(reach: Reach, student: Student, on: date) -> Q:
    if reach is Reach.SCHOOL:
        return Q()
    if reach is Reach.BOARDERS:
        return Q() if _boards(student, on) else Q(pk__in=[])
    if reach is Reach.CLASS:
        classes = Enrolment.objects.active(on).filter(student=student).values("school_class_id")
        return Q(school_class_id__in=classes)
    if reach is Reach.PAIRING:
        return Q(user_id__in=Pairing.objects.active(on).filter(student=student).values("teacher_id"))
    return Q(pk__in=[])


def get_roster_or_404(user: User, public_id: uuid.UUID, *, on: date) -> RosterImport:
    """The roster import, or 404 outside the person's schools, or 403 without the right to import.

    Raises Http404 and PermissionDenied.
    """
    found = RosterImport.objects.select_related("school__area", "uploaded_by", "confirmed_by", "progress")
    roster = found.defer("content").filter(public_id=public_id).first()
    if roster is None or not school_access.can(user, Perm.SCHOOL_VIEW, school=roster.school, on=on):
        raise Http404
    if not school_access.can(user, Perm.ROSTER_IMPORT, school=roster.school, on=on):
        raise PermissionDenied
    return roster
