"""Who may read a concern, and who may only know what became of it.

Apart from access.py, for a concern follows other rules than a talk: the pupil's class, pairing, an emergency
access or a duty open none. Read by the school's safeguarding leads, and by whoever was named for this one. A
concern about a colleague is read by the named alone, and that colleague never knows of it, whatever their
role: asked first, here and in the database (kl.my_concerns, migration 0006). Source: domain.md §8.4.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Role, roles_with
from counselling.models import Concern, ConcernReader
from schools import access as school_access
from schools.access import Reason
from schools.models import Membership, School
from students import access as student_access
from students.models import Enrolment, Student

LEAD = Reason("lead", _("safeguarding lead of this school"))
ROUTED = Reason("routed", _("it came to you by name"))
SHARED = Reason("shared", _("a colleague shared it with you"))
REPORTER = Reason("reporter", _("you reported it"))

_BY_KIND = {ConcernReader.Kind.ROUTED: ROUTED, ConcernReader.Kind.SHARED: SHARED}
# Who receives a concern: the first of these roles that somebody else than the accused holds.
LADDER = (Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER, Role.COUNSELLOR)


def require_reporting(user: User, *, on: date) -> None:
    """Everybody who works in a school reports. Raises PermissionDenied for all others."""
    if not school_access.holds(user, Perm.CONCERN_REPORT, on=on):
        raise PermissionDenied


def reading_reason(user: User, concern: Concern, *, on: date) -> Reason | None:
    """Why the person may read this concern's words, or None."""
    if concern.about_staff_id == user.pk or not _works_there(user, concern, on):
        return None
    if concern.about_staff_id is None and _leads(user, concern.school_id, on):
        return LEAD
    named = ConcernReader.objects.filter(concern=concern, user=user, revoked_at=None).order_by("kind").first()
    return _BY_KIND[ConcernReader.Kind(named.kind)] if named else None


def knowing_reason(user: User, concern: Concern, *, on: date) -> Reason | None:
    """Why the person may know of this concern and what became of it: its readers and its reporter."""
    if reason := reading_reason(user, concern, on=on):
        return reason
    is_reporter = concern.reporter_id == user.pk and concern.about_staff_id != user.pk
    return REPORTER if is_reporter and _works_there(user, concern, on) else None


def handling_reason(user: User, concern: Concern, *, on: date) -> Reason | None:
    """Why the person answers for this concern: whoever it was only shared with reads and does no more."""
    reason = reading_reason(user, concern, on=on)
    return reason if reason in (LEAD, ROUTED) else None


def readable_concerns(user: User, *, on: date) -> QuerySet[Concern]:
    """The concerns whose words the person may read: the twin of reading_reason."""
    return Concern.objects.filter(_readable(user, on)).exclude(about_staff=user)


def visible_concerns(user: User, *, on: date) -> QuerySet[Concern]:
    """The concerns the person may know of: the twin of knowing_reason."""
    mine = Q(reporter=user, school_id__in=_schools(user, on))
    return Concern.objects.filter(_readable(user, on) | mine).exclude(about_staff=user)


def handled_concerns(user: User, *, on: date) -> QuerySet[Concern]:
    """The concerns the person answers for: the twin of handling_reason."""
    named = _named(user).filter(kind=ConcernReader.Kind.ROUTED)
    return Concern.objects.filter(_readable(user, on, named)).exclude(about_staff=user)


def reported_concerns(user: User, *, on: date) -> QuerySet[Concern]:
    """What the person reported, in the schools where they work."""
    return Concern.objects.filter(reporter=user, school_id__in=_schools(user, on)).exclude(about_staff=user)


def _readable(user: User, on: date, named: QuerySet[ConcernReader] | None = None) -> Q:
    leading = school_access.school_ids(user, Perm.CONCERN_READ, on=on)
    by_name = Exists(_named(user) if named is None else named)
    return Q(school_id__in=leading, about_staff=None) | (Q(school_id__in=_schools(user, on)) & Q(by_name))


def _named(user: User) -> QuerySet[ConcernReader]:
    return ConcernReader.objects.filter(concern=OuterRef("pk"), user=user, revoked_at=None)


def _schools(user: User, on: date) -> set[int]:
    return school_access.school_ids(user, Perm.CONCERN_REPORT, on=on)


def _works_there(user: User, concern: Concern, on: date) -> bool:
    return concern.school_id in _schools(user, on)


def _leads(user: User, school_id: int, on: date) -> bool:
    return school_id in school_access.school_ids(user, Perm.CONCERN_READ, on=on)


def get_concern_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Concern:
    """A concern the person may know of. Raises Http404: also for the colleague it is about."""
    concern = (
        Concern.objects.select_related("school", "student", "reporter", "acknowledged_by", "closed_by")
        .filter(public_id=public_id)
        .first()
    )
    if concern is None or knowing_reason(user, concern, on=on) is None:
        raise Http404
    return concern


def get_handled_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Concern:
    """A concern the person answers for: 403 for its reporter and for those it is shared with.

    Raises Http404 and PermissionDenied.
    """
    concern = get_concern_or_404(user, public_id, on=on)
    if handling_reason(user, concern, on=on) is None:
        raise PermissionDenied
    return concern


def get_share_or_404(concern: Concern, pk: int) -> ConcernReader:
    """One share of a concern that has passed get_handled_or_404 already. Raises Http404."""
    found = concern.readers.select_related("user").filter(pk=pk, kind=ConcernReader.Kind.SHARED).first()
    if found is None:
        raise Http404
    return found


def staff(school_ids: Iterable[int], *, on: date) -> QuerySet[User]:
    """Everybody who works in these schools on a day."""
    ids = list(school_ids)
    here = Q(school_id__in=ids) | Q(school_class__school_id__in=ids)
    held = Membership.objects.active(on).filter(here)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id"))


def staff_but_accused(concern: Concern, *, on: date) -> QuerySet[User]:
    """Everybody of the concern's school but the colleague it is about: whoever may ever be given it."""
    people = staff([concern.school_id], on=on)
    return people if concern.about_staff_id is None else people.exclude(pk=concern.about_staff_id)


def colleagues(user: User, *, on: date) -> QuerySet[User]:
    """Whom the person may name: everybody else who works in their schools."""
    return staff(_schools(user, on), on=on).exclude(pk=user.pk).order_by("name", "pk")


def receivers(school: School, *, about_staff: User | None, on: date) -> tuple[Role | None, list[User]]:
    """Who answers for a concern, by the ladder, and the rung they stand on; nobody if the school has none.

    Never the colleague it is about: another lead; without one the head; if that is whom it is about, or there
    is none, the counsellors. Not the district, which sees no children.
    """
    for role in LADDER:
        held = Membership.objects.active(on).filter(school=school, role=role, user__is_active=True)
        if about_staff is not None:
            held = held.exclude(user=about_staff)
        people = User.objects.filter(pk__in=held.values("user_id"))
        if found := list(people.order_by("name", "pk")):
            return role, found
    return None, []


def readers(concern: Concern, *, on: date) -> list[User]:
    """Everybody who may read this concern today, for the page that shows it to them."""
    return _people_of(concern, concern.readers.filter(revoked_at=None), on)


def handlers(concern: Concern, *, on: date) -> list[User]:
    """Everybody who answers for this concern today."""
    routed = concern.readers.filter(revoked_at=None, kind=ConcernReader.Kind.ROUTED)
    return _people_of(concern, routed, on)


def _people_of(concern: Concern, named: QuerySet[ConcernReader], on: date) -> list[User]:
    wanted = Q(pk__in=named.values("user_id"))
    if concern.about_staff_id is None:
        leading = Membership.objects.active(on).filter(
            school_id=concern.school_id, role__in=roles_with(Perm.CONCERN_READ)
        )
        wanted |= Q(pk__in=leading.values("user_id"))
    found = staff_but_accused(concern, on=on).filter(wanted)
    return list(found.order_by("name", "pk"))


def to_share_with(concern: Concern, *, on: date) -> QuerySet[User]:
    """Whom one may let read this concern: who works there and can't read it, but never whom it is about."""
    known = [one.pk for one in readers(concern, on=on)]
    return staff_but_accused(concern, on=on).exclude(pk__in=known).order_by("name", "pk")


def find_pupils(user: User, text: str, school_class_id: int | None, *, on: date) -> list[Student]:
    """The pupil somebody names, also one they otherwise don't see: by school number, or by name with class.
    At most two, so that "several" can be told.

    Exact on purpose: a form open to everybody must be no register to leaf through (no part of a name).
    A name alone is enough for pupils the person sees anyway.
    """
    text = text.strip()
    if not text:
        return []
    here = Enrolment.objects.active(on).filter(student=OuterRef("pk"))
    wanted = Q(school_number=text)
    if school_class_id is not None:
        wanted |= Q(Exists(here.filter(school_class_id=school_class_id)), name=text)
    seen = student_access.visible_students(user, Perm.STUDENT_FIND, on=on)
    wanted |= Q(name=text, pk__in=seen.values("pk"))
    pupils = Student.objects.filter(wanted, Exists(here), school_id__in=_schools(user, on))
    return list(pupils.select_related("school").order_by("pk")[:2])


def reports_about(user: User, student: Student, *, on: date) -> bool:
    """Whether the person may begin a report from the pupil's own page."""
    if student.school_id not in _schools(user, on):
        return False
    return student_access.reason_for(user, student, Perm.STUDENT_FIND, on=on) is not None


def get_named_pupil(user: User, public_id: uuid.UUID, *, on: date) -> Student | None:
    """The pupil whose page led to the form: only one whom the person may know of."""
    student = Student.objects.select_related("school").filter(public_id=public_id).first()
    return student if student is not None and reports_about(user, student, on=on) else None


def sees_child(user: User, concern: Concern, *, on: date) -> bool:
    """Whether the person may open the pupil's own page: reading a concern alone doesn't open it."""
    return student_access.reason_for(user, concern.student, Perm.STUDENT_VIEW, on=on) is not None
