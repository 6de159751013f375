"""Who may see which pupil, and why. Every door to a pupil is here.

The reach of a role decides: a class, a pairing, the boarders, the whole school, or nobody. For an hour, a
break-glass in force does (students.models.EmergencyAccess).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import DUTY_RIGHTS, EMERGENCY_RIGHTS, ROLES, Reach, Role, roles_with
from core import exports
from core.models import Export
from schools import access as school_access
from schools.access import Grant, Reason
from schools.models import Membership, SchoolClass
from students.models import (
    CareArrangement,
    EmergencyAccess,
    Enrolment,
    GuardianLink,
    MigrationEpisode,
    Pairing,
    PhoneNumber,
    ReachableWindow,
    RosterImport,
    Student,
    StudentQuerySet,
)

OfAdult = TypeVar("OfAdult", PhoneNumber, MigrationEpisode, ReachableWindow)


def visible_students(user: User, perm: Perm, *, on: date) -> StudentQuerySet:
    """The pupils over whom the person has the right on a day; none without a membership."""
    found = _reached(school_access.grants_with(user, perm, on=on), user, on)
    if perm in EMERGENCY_RIGHTS and (opened := open_emergencies(user, on=on)):
        found |= Q(pk__in=list(opened))
    return Student.objects.filter(found)


def reached_by(grants: list[Grant], user: User, *, on: date) -> StudentQuerySet:
    """The pupils that some memberships reach."""
    return Student.objects.filter(_reached(grants, user, on))


def _reached(grants: list[Grant], user: User, on: date) -> Q:
    found = Q(pk__in=[])
    for reach, same in _by_reach(grants).items():
        found |= _reach_filter(reach, same, user, on)
    return found


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
        found = Q(pk__in=[])
        for teacher_id, same in _by_teacher(grants, user).items():
            paired = Pairing.objects.active(on).filter(student=OuterRef("pk"), teacher_id=teacher_id)
            found |= Q(school_id__in=[grant.school_id for grant in same]) & Q(Exists(paired))
        return found
    return Q(pk__in=[])


def _by_teacher(grants: list[Grant], user: User) -> dict[int, list[Grant]]:
    """Whose pairings each membership reaches: one's own, or those of the teacher one stands in for."""
    sorted_grants: dict[int, list[Grant]] = {}
    for grant in grants:
        sorted_grants.setdefault(grant.stands_in_for_id or user.pk, []).append(grant)
    return sorted_grants


def open_emergencies(user: User, *, on: date) -> dict[int, datetime]:
    """The pupils whose record the person has broken the glass of and not closed, and until when each.

    It holds for an hour, so it is asked at `user.seen_at` (schools.access.grants), and only at schools where
    the person works with children. Read once for a request.
    """
    kept: dict[tuple[date, datetime | None], dict[int, datetime]] = user.__dict__.setdefault(
        "_emergencies", {}
    )
    key = (on, user.seen_at)
    if key not in kept:
        kept[key] = _look_up_emergencies(user, on)
    return kept[key]


def _look_up_emergencies(user: User, on: date) -> dict[int, datetime]:
    now = school_access.moment_of(user.seen_at, on)
    schools = school_access.school_ids(user, Perm.EMERGENCY_OPEN, on=on)
    if now is None or not schools:
        return {}
    used = EmergencyAccess.objects.in_force(now).filter(user=user, school_id__in=schools)
    return dict(used.order_by("expires_at").values_list("student_id", "expires_at"))


def reason_for(user: User, student: Student, perm: Perm, *, on: date) -> Reason | None:
    """Why the person has the right over this pupil, or None: the twin of visible_students."""
    for grant in school_access.grants_with(user, perm, on=on):
        if grant.school_id == student.school_id and _reaches(grant, user, student, on):
            return grant.reason
    if perm in EMERGENCY_RIGHTS:
        return _emergency_reason(user, student, on)
    return None


def _emergency_reason(user: User, student: Student, on: date) -> Reason | None:
    until = open_emergencies(user, on=on).get(student.pk)
    if until is None:
        return None
    said = {"time": school_access.time_of_day(until)}
    return Reason("emergency", _("emergency access until %(time)s") % said, until)


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
        teacher_id = grant.stands_in_for_id or user.pk
        return bool(Pairing.objects.active(on).filter(student=student, teacher_id=teacher_id).exists())
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


def present_enrolments(school_class: SchoolClass | None, *, on: date) -> QuerySet[Enrolment]:
    """Who is in a class on a day; nobody in none."""
    found: QuerySet[Enrolment] = Enrolment.objects.active(on).filter(school_class=school_class)
    return found


# --- break-glass --------------------------------------------------------------------------------
def get_student_to_open_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Student:
    """A pupil of a school where the person works with children, whether they see this pupil or not.

    404 outside those schools, 403 for whoever knows of the pupil and may not break the glass (administrator).
    Raises Http404 and PermissionDenied.
    """
    student = Student.objects.select_related("school", "school__area").filter(public_id=public_id).first()
    if student is None:
        raise Http404
    if school_access.can(user, Perm.EMERGENCY_OPEN, school=student.school, on=on):
        return student
    if reason_for(user, student, Perm.STUDENT_FIND, on=on):
        raise PermissionDenied
    raise Http404


def reviewers_of(used: EmergencyAccess, *, on: date) -> list[User]:
    """Who is told of a use and judges it: the other safeguarding leads; without one, the other heads."""
    held = Membership.objects.active(on).filter(school_id=used.school_id, user__is_active=True)
    for role in (Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER):
        people = held.filter(role=role).exclude(user_id=used.user_id).values("user_id")
        found = list(User.objects.filter(pk__in=people).order_by("pk"))
        if found:
            return found
    return []


def get_emergency_or_404(user: User, public_id: uuid.UUID, *, on: date) -> EmergencyAccess:
    """A use of break-glass: one's own, or for those who oversee them or read restricted entries themselves.

    Raises Http404.
    """
    used = (
        EmergencyAccess.objects.select_related(
            "student", "school__area", "user", "approved_by", "reviewed_by"
        )
        .filter(public_id=public_id)
        .first()
    )
    if used is None or not school_access.can(user, Perm.SCHOOL_VIEW, school=used.school, on=on):
        raise Http404
    oversees = school_access.can(user, Perm.EMERGENCY_REVIEW, school=used.school, on=on)
    if used.user_id == user.pk or oversees or may_approve(user, used, on=on):
        return used
    raise Http404


def may_approve(user: User, used: EmergencyAccess, *, on: date) -> bool:
    """The second person reads restricted entries of the pupil by role, not by a broken glass of their own."""
    reason = reason_for(user, used.student, Perm.TALK_READ_RESTRICTED, on=on)
    return used.user_id != user.pk and reason is not None and reason.code != "emergency"


def may_review(user: User, used: EmergencyAccess, *, on: date) -> bool:
    """Nobody judges their own use."""
    return user in reviewers_of(used, on=on)


def may_break_glass(user: User, student: Student, *, on: date) -> bool:
    """Whether the page offers it: to those who work with children here and don't read everything anyway."""
    may = school_access.can(user, Perm.EMERGENCY_OPEN, school=student.school, on=on)
    return may is not None and reason_for(user, student, Perm.TALK_READ_RESTRICTED, on=on) is None


def may_know_emergencies(user: User, student: Student, *, on: date) -> bool:
    """Whether the record shows this person who broke the glass of it."""
    return any(
        reason is not None and reason.code != "emergency"
        for perm in (Perm.EMERGENCY_REVIEW, Perm.TALK_READ_RESTRICTED)
        for reason in [reason_for(user, student, perm, on=on)]
    )


def get_pairing_or_404(student: Student, pk: int) -> Pairing:
    """A pairing of a pupil who has passed get_student_or_404 already. Raises Http404."""
    found = Pairing.objects.select_related("teacher").filter(student=student, pk=pk).first()
    if found is None:
        raise Http404
    return found


# --- home ---------------------------------------------------------------------------------------
def get_link_or_404(student: Student, person_id: uuid.UUID) -> GuardianLink:
    """An adult of a pupil who has passed get_student_or_404 already. Raises Http404."""
    links = GuardianLink.objects.select_related("person", "student")
    found = links.filter(student=student, person__public_id=person_id).first()
    if found is None:
        raise Http404
    return found


def get_of_adult_or_404(model: type[OfAdult], student: Student, public_id: uuid.UUID) -> OfAdult:
    """A number, an absence or a weekly time of one of the adults of such a pupil. Raises Http404."""
    rows = model._default_manager.select_related("person")
    found = rows.filter(public_id=public_id, person__guardian_links__student=student).first()
    if found is None:
        raise Http404
    return found


def get_care_or_404(student: Student, public_id: uuid.UUID) -> CareArrangement:
    """An arrangement for such a pupil. Raises Http404."""
    found = CareArrangement.objects.filter(student=student, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def require_finding(user: User, *, on: date) -> None:
    """For lists of pupils: 403 for whoever may know of none anywhere. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.STUDENT_FIND, on=on):
        raise PermissionDenied


def people_who(perm: Perm, student: Student, *, on: date, now: datetime | None = None) -> QuerySet[User]:
    """Everybody who has the right over this pupil: "5 people can read this" counts them.

    `now` counts those on duty and those who have broken the glass at this moment too; without it, the people
    who have the right by day.
    """
    in_school = Q(school_id=student.school_id) | Q(school_class__school_id=student.school_id)
    reached = Q(pk__in=[])
    for role in roles_with(perm):
        reached |= Q(role=role) & _membership_reaches(ROLES[Role(role)].reach, student, on)
    memberships = Membership.objects.active(on).filter(in_school, reached)
    found = Q(pk__in=memberships.values("user_id"))
    if perm in DUTY_RIGHTS and _boards(student, on):
        on_duty = school_access.people_on_duty(student.school_id, now=now, on=on)
        found |= Q(pk__in=on_duty.values("user_id"))
    moment = school_access.moment_of(now, on)
    if perm in EMERGENCY_RIGHTS and moment is not None:
        found |= Q(pk__in=emergencies_of(student, now=moment, on=on).values("user_id"))
    return User.objects.filter(found, is_active=True)


def emergencies_of(student: Student, *, now: datetime, on: date) -> QuerySet[EmergencyAccess]:
    """Who has this pupil's record open by break-glass, as reason_for counts them."""
    in_school = Q(school_id=student.school_id) | Q(school_class__school_id=student.school_id)
    may = Membership.objects.active(on).filter(in_school, role__in=roles_with(Perm.EMERGENCY_OPEN))
    used = EmergencyAccess.objects.in_force(now).filter(student=student, school_id=student.school_id)
    return used.filter(user__is_active=True, user_id__in=may.values("user_id"))


def _membership_reaches(reach: Reach, student: Student, on: date) -> Q:
    if reach is Reach.SCHOOL:
        return Q()
    if reach is Reach.BOARDERS:
        return Q() if _boards(student, on) else Q(pk__in=[])
    if reach is Reach.CLASS:
        classes = Enrolment.objects.active(on).filter(student=student).values("school_class_id")
        return Q(school_class_id__in=classes)
    if reach is Reach.PAIRING:
        teachers = Pairing.objects.active(on).filter(student=student).values("teacher_id")
        return Q(stands_in_for=None, user_id__in=teachers) | Q(stands_in_for_id__in=teachers)
    return Q(pk__in=[])


def exportable_students(user: User, *, on: date) -> StudentQuerySet:
    """The enrolled pupils whose line the person may take away in a file; an emergency opens none."""
    return reached_by(school_access.grants_with(user, Perm.STUDENT_EXPORT, on=on), user, on=on).enrolled(on)


def require_exporting(user: User, *, on: date) -> None:
    """403 for whoever may take no list away. Raises PermissionDenied."""
    if not school_access.holds(user, Perm.STUDENT_EXPORT, on=on):
        raise PermissionDenied


def get_export_or_404(user: User, public_id: uuid.UUID, *, now: datetime) -> Export:
    """One's own file while its day lasts and one still may take lists away there. Raises Http404."""
    found = exports.find(public_id=public_id, by=user, now=now)
    schools = school_access.school_ids(user, Perm.STUDENT_EXPORT, on=timezone.localdate(now))
    if found is None or found.school_id not in schools:
        raise Http404
    return found


def get_roster_or_404(user: User, public_id: uuid.UUID, *, on: date) -> RosterImport:
    """The roster import, or 404 outside the person's schools, or 403 without the right to import.

    Raises Http404 and PermissionDenied.
    """
    found = RosterImport.objects.select_related("school__area", "uploaded_by", "confirmed_by", "progress")
    roster = found.defer("content").filter(public_id=public_id).first()
    if roster is None or not school_access.works_in(user, roster.school_id, on=on):
        raise Http404
    if not school_access.can(user, Perm.ROSTER_IMPORT, school=roster.school, on=on):
        raise PermissionDenied
    return roster
