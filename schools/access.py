"""Who may do what where: the root of every access.py above. No membership, no right.

A right is held through a membership in force on the day, or through a duty in force at the moment.
There is no superuser.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import DUTY_RIGHTS, ROLES, Reach, Role
from schools.models import Duty, Invitation, Membership, School, SchoolDay, SchoolYear, Term
from schools.models.people import MembershipQuerySet


@dataclass(frozen=True)
class Reason:
    """Why somebody may, and until when if it ends by itself: pages say it under "Why can I see this?"."""

    code: str
    label: Promise | str
    until: date | datetime | None = None

    def __str__(self) -> str:
        return str(self.label)


AS_ROLE = {
    Role.HOMEROOM_TEACHER: Reason("class", _("your class")),
    Role.PAIRED_TEACHER: Reason("pairing", _("paired with you")),
    Role.COUNSELLOR: Reason("counsellor", _("counsellor of this school")),
    Role.SAFEGUARDING_LEAD: Reason("lead", _("safeguarding lead of this school")),
    Role.WARDEN: Reason("warden", _("a boarder of your school")),
    Role.SCHOOL_ADMIN: Reason("admin", _("administrator of this school")),
    Role.HEAD_TEACHER: Reason("head", _("head teacher of this school")),
    Role.DISTRICT_OFFICIAL: Reason("district", _("a school in your area")),
    Role.STATISTICS_OFFICER: Reason("district", _("a school in your area")),
}


@dataclass(frozen=True)
class Grant:
    """One membership or duty in force, as far as access asks."""

    role: Role
    school_id: int | None
    class_id: int | None = None
    area_path: str | None = None
    stands_in_for_id: int | None = None
    stands_in_for: str = ""
    until: date | datetime | None = None
    duty: str = ""

    @property
    def rights(self) -> frozenset[Perm]:
        return DUTY_RIGHTS if self.duty else ROLES[self.role].rights

    @property
    def reach(self) -> Reach:
        return ROLES[self.role].reach

    @property
    def reason(self) -> Reason:
        if isinstance(self.until, datetime):
            return Reason("duty", _duty_label(self.duty, self.until), self.until)
        if self.stands_in_for_id is not None and self.until is not None:
            said = {"name": self.stands_in_for, "day": date_format(self.until, "MONTH_DAY_FORMAT")}
            return Reason("stand_in", _now("standing in for %(name)s until %(day)s") % said, self.until)
        return AS_ROLE[self.role]


def _duty_label(kind: str, until: datetime) -> str:
    clock = time_of_day(until)
    if kind == Duty.Kind.NIGHT:
        return _now("on duty tonight until %(time)s") % {"time": clock}
    return _now("on duty until %(time)s") % {"time": clock}


def time_of_day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")


def grants(user: User, *, on: date) -> list[Grant]:
    """The person's memberships in force on a day, and their duties in force at the moment of the request.

    Read once for a request, since the user is. A duty holds for hours, so it is asked at `user.seen_at`;
    where nobody set that (a task, a command) or another day is asked about, no duty counts.
    """
    kept: dict[tuple[date, datetime | None], list[Grant]] = user.__dict__.setdefault("_grants", {})
    key = (on, user.seen_at)
    if key not in kept:
        own = _memberships(user, on)
        kept[key] = own + _duties(user, own, on)
    return kept[key]


def moment_of(now: datetime | None, on: date) -> datetime | None:
    """The moment at which hours are asked about: none for another day than its own."""
    return now if now is not None and timezone.localdate(now) == on else None


def _memberships(user: User, on: date) -> list[Grant]:
    held = Membership.objects.active(on).filter(user=user, user__is_active=True)
    # One's own places before those where one stands in: the reason shown is the first that fits.
    rows = held.order_by(F("stands_in_for_id").asc(nulls_first=True), "pk").values_list(
        "role", "school_id", "school_class_id", "school_class__school_id", "area__path",
        "stands_in_for_id", "stands_in_for__name", "ended_on",
    )  # fmt: skip
    return [
        Grant(Role(role), school_id or class_school, class_id, path, principal, name or "", ended_on)
        for role, school_id, class_id, class_school, path, principal, name, ended_on in rows
    ]


def _duties(user: User, own: list[Grant], on: date) -> list[Grant]:
    """Only at schools where the person works: a duty gives more to somebody, never a place to a stranger."""
    now, schools = moment_of(user.seen_at, on), {grant.school_id for grant in own if grant.school_id}
    if now is None or not schools:
        return []
    rows = Duty.objects.in_force(now).filter(user=user, school_id__in=schools)
    return [
        Grant(Role.WARDEN, school_id, until=ends_at, duty=kind)
        for school_id, ends_at, kind in rows.values_list("school_id", "ends_at", "kind")
    ]


def people_on_duty(school_id: int, *, now: datetime | None, on: date) -> QuerySet[Duty]:
    """The duties in force at a school, as `grants` counts them: the twin for questions about everybody."""
    moment = moment_of(now, on)
    if moment is None:
        return Duty.objects.none()
    working = Membership.objects.active(on).filter(
        Q(school_id=school_id) | Q(school_class__school_id=school_id), user__is_active=True
    )
    return Duty.objects.in_force(moment).filter(school_id=school_id, user_id__in=working.values("user_id"))


def grants_with(user: User, perm: Perm, *, on: date) -> list[Grant]:
    """The memberships that carry a right."""
    return [grant for grant in grants(user, on=on) if perm in grant.rights]


def holds(user: User, perm: Perm, *, on: date) -> bool:
    """Whether the person has the right anywhere: for menus, never instead of a check on a row."""
    return bool(grants_with(user, perm, on=on))


def school_ids(user: User, perm: Perm, *, on: date) -> set[int]:
    """The schools where the person works and has the right (areas aside)."""
    return {grant.school_id for grant in grants_with(user, perm, on=on) if grant.school_id is not None}


def can(user: User, perm: Perm, *, school: School, on: date) -> Reason | None:
    """Why the person has this right in this school, or None."""
    for grant in grants_with(user, perm, on=on):
        if grant.school_id == school.pk:
            return grant.reason
        if grant.area_path is not None and school.area.path.startswith(grant.area_path):
            return grant.reason
    return None


def works_in(user: User, school_id: int, *, on: date) -> bool:
    """Whether the person works in this very school: officials may not know what only its people may."""
    return any(grant.school_id == school_id for grant in grants(user, on=on))


def visible_schools(user: User, perm: Perm, *, on: date) -> QuerySet[School]:
    """The schools in which `can` would answer with a reason: its twin for lists."""
    found = Q(pk__in=school_ids(user, perm, on=on))
    for grant in grants_with(user, perm, on=on):
        if grant.area_path is not None:
            found |= Q(area__path__startswith=grant.area_path)
    return School.objects.filter(found)


def get_school_or_404(user: User, public_id: uuid.UUID, perm: Perm, *, on: date) -> School:
    """The school, or 404 outside the person's places, or 403 inside them without the right.

    Raises Http404 and PermissionDenied.
    """
    school = School.objects.select_related("area").filter(public_id=public_id).first()
    if school is None or not can(user, Perm.SCHOOL_VIEW, school=school, on=on):
        raise Http404
    if not can(user, perm, school=school, on=on):
        raise PermissionDenied
    return school


def get_own_school_or_403(user: User, perm: Perm, *, on: date) -> School:
    """The first school where the person has the right: for pages that name none. Raises PermissionDenied."""
    school = (
        School.objects.select_related("area")
        .filter(pk__in=school_ids(user, perm, on=on))
        .order_by("name", "pk")
        .first()
    )
    if school is None:
        raise PermissionDenied
    return school


def get_year_or_404(user: User, school_id: uuid.UUID, starts_on: date, perm: Perm, *, on: date) -> SchoolYear:
    """A year of a school, by its first day. Raises Http404 and PermissionDenied."""
    school = get_school_or_404(user, school_id, perm, on=on)
    year = SchoolYear.objects.select_related("school").filter(school=school, starts_on=starts_on).first()
    if year is None:
        raise Http404
    return year


def get_term_or_404(
    user: User, school_id: uuid.UUID, starts_on: date, number: int, perm: Perm, *, on: date
) -> Term:
    """A term by its year's first day and its number. Raises Http404 and PermissionDenied."""
    year = get_year_or_404(user, school_id, starts_on, perm, on=on)
    term = Term.objects.select_related("school", "year").filter(year=year, number=number).first()
    if term is None:
        raise Http404
    return term


def get_day_or_404(user: User, school_id: uuid.UUID, day: date, perm: Perm, *, on: date) -> SchoolDay:
    """A holiday or make-up day of a school. Raises Http404 and PermissionDenied."""
    school = get_school_or_404(user, school_id, perm, on=on)
    found = SchoolDay.objects.select_related("school").filter(school=school, on=day).first()
    if found is None:
        raise Http404
    return found


def get_duty_or_404(school: School, public_id: uuid.UUID) -> Duty:
    """A duty of a school that has passed get_school_or_404 already. Raises Http404."""
    found = Duty.objects.select_related("user").filter(school=school, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def has_lead(school: School, *, on: date) -> bool:
    """Whether somebody reads restricted entries as safeguarding lead: without one nothing is restricted."""
    leads = Membership.objects.active(on).filter(school=school, role=Role.SAFEGUARDING_LEAD)
    return bool(leads.filter(user__is_active=True).exists())


def works_there(person: str, school: str, *, on: date) -> Exists:
    """For rows that name a person and a school by these fields: whether the person works there that day.

    A role of an area is held in each school of it.
    """
    own = Q(school=OuterRef(school)) | Q(school_class__school=OuterRef(school))
    in_area = School.objects.filter(
        pk=OuterRef(OuterRef(school)), area__path__startswith=OuterRef("area__path")
    )
    held = Membership.objects.active(on).filter(user=OuterRef(person))
    return Exists(held.filter(own | Q(Exists(in_area), area__isnull=False)))


def members_of(school: School) -> MembershipQuerySet:
    """Everybody who holds or held a role in the school or one of its classes."""
    held: MembershipQuerySet = Membership.objects.filter(Q(school=school) | Q(school_class__school=school))
    return held


def get_membership_or_404(school: School, pk: int) -> Membership:
    """A membership of a school that has passed get_school_or_404 already. Raises Http404."""
    found = members_of(school).select_related("user", "school_class").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_invitation_or_404(
    user: User, school_id: uuid.UUID, public_id: uuid.UUID, *, on: date, perm: Perm = Perm.MEMBER_INVITE
) -> Invitation:
    """An invitation of a school where the person has `perm`. Raises Http404 and PermissionDenied."""
    school = get_school_or_404(user, school_id, perm, on=on)
    related = Invitation.objects.select_related("school", "school_class", "invited_by")
    found = related.filter(school=school, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
