"""Who may do what where: the root of every access.py above. No membership, no right.

A right is held through a membership in force on the day. There is no superuser.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import ROLES, Reach, Role
from schools.models import Invitation, Membership, School, SchoolDay, SchoolYear, Term


@dataclass(frozen=True)
class Grant:
    """One membership in force, as far as access asks."""

    role: Role
    school_id: int | None
    class_id: int | None
    area_path: str | None

    @property
    def rights(self) -> frozenset[Perm]:
        return ROLES[self.role].rights

    @property
    def reach(self) -> Reach:
        return ROLES[self.role].reach


@dataclass(frozen=True)
class Reason:
    """Why somebody may: the page shows it under "Why can I see this?"."""

    code: str
    label: Promise | str

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
}


def grants(user: User, *, on: date) -> list[Grant]:
    """The person's memberships in force on a day; read once for a request, since the user is."""
    kept: dict[date, list[Grant]] = user.__dict__.setdefault("_grants", {})
    if on not in kept:
        rows = (
            Membership.objects.active(on)
            .filter(user=user, user__is_active=True)
            .values_list("role", "school_id", "school_class_id", "school_class__school_id", "area__path")
        )
        kept[on] = [
            Grant(Role(role), school_id or class_school_id, class_id, path)
            for role, school_id, class_id, class_school_id, path in rows
        ]
    return kept[on]


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
            return AS_ROLE[grant.role]
        if grant.area_path is not None and school.area.path.startswith(grant.area_path):
            return AS_ROLE[grant.role]
    return None


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


def members_of(school: School) -> QuerySet[Membership]:
    """Everybody who holds or held a role in the school or one of its classes."""
    return Membership.objects.filter(Q(school=school) | Q(school_class__school=school))


def get_membership_or_404(school: School, pk: int) -> Membership:
    """A membership of a school that has passed get_school_or_404 already. Raises Http404."""
    found = members_of(school).select_related("user", "school_class").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_invitation_or_404(user: User, school_id: uuid.UUID, public_id: uuid.UUID, *, on: date) -> Invitation:
    """An invitation of a school where the person may invite. Raises Http404 and PermissionDenied."""
    school = get_school_or_404(user, school_id, Perm.MEMBER_INVITE, on=on)
    found = Invitation.objects.select_related("school").filter(school=school, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
