"""Who works where: giving and ending roles."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import registry
from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import NEEDS_TWO_PEOPLE, ROLES, Role, roles_with
from core import audit
from schools.models import Area, Membership, School, SchoolClass
from schools.services import leaving
from schools.services.errors import RefusedError


def check_place(*, role: str, school: School, school_class: SchoolClass | None) -> None:
    """A role of a class needs a class of this school; district roles aren't a school's to give.

    Raises RefusedError.
    """
    if role not in set(Role) or ROLES[Role(role)].scope == "area":
        raise RefusedError(_("A school can't give this role."), "role")
    wants_class = ROLES[Role(role)].scope == "school_class"
    if wants_class and school_class is None:
        raise RefusedError(_("Which class?"), "school_class")
    if not wants_class and school_class is not None:
        raise RefusedError(_("This role is for the whole school; leave the class empty."), "school_class")
    if school_class is not None and school_class.school_id != school.pk:
        raise RefusedError(_("This class is of another school."), "school_class")


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    school: School | None = None,
    school_class: SchoolClass | None = None,
    area: Area | None = None,
    confirmed: bool = False,
    by: User | None,
    on: date,
) -> Membership:
    """Give a person a role from a day on.

    Nobody gives a role to themselves, so that nobody's rights grow without a second person. A role that reads
    of every child, or gives roles, takes a second person besides the one who gives it: it comes by an
    invitation that somebody confirms (`confirmed`), or from the terminal (`by` None).
    Raises RefusedError for these, and when the person has the role already.
    """
    if by is not None and by.pk == user.pk:
        raise RefusedError(_("Nobody gives a role to themselves; ask a colleague who may."), "role")
    if by is not None and role in NEEDS_TWO_PEOPLE and not confirmed:
        raise RefusedError(
            _("This role takes a second person: invite them, and a colleague confirms."), "role"
        )
    if school is not None:
        check_place(role=role, school=school, school_class=school_class)
    place = {"school_class": school_class} if school_class else {"school": school, "area": area}
    try:
        with transaction.atomic():
            membership = Membership.objects.create(user=user, role=role, started_on=on, **place)
    except IntegrityError:
        raise RefusedError(_("They have this role already."), "role") from None
    audit.record(
        "membership.granted",
        by=by,
        target=membership,
        school_id=school.pk if school else None,
        user_id=user.pk,
        role=role,
        school_class_id=membership.school_class_id,
    )
    return membership


@transaction.atomic
def end_membership(
    *, membership: Membership, school: School, last_day: date | None = None, by: User, on: date
) -> Membership:
    """End a role. Without a last day it ends at once: the next request no longer has it.

    With their last role their sessions and API token end too (services.leaving).

    Raises RefusedError for a role that has ended, for the role by which one manages people (a colleague must
    do it), when nobody would be left who could invite, and for the last safeguarding lead.
    """
    School.objects.select_for_update().get(pk=school.pk)  # two people could end each other at once
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.ended_on is not None and membership.ended_on < on:
        raise RefusedError(_("This role has ended already."))
    if last_day is not None and last_day < on:
        raise RefusedError(_("The last day can't lie in the past."), "last_day")
    if Perm.MEMBER_INVITE in ROLES[Role(membership.role)].rights:
        _check_somebody_stays(membership, school, by, on)
    if membership.role == Role.SAFEGUARDING_LEAD:
        _check_a_lead_stays(membership, school, on)
    membership.ended_on = last_day or max(on, membership.started_on) - timedelta(days=1)
    membership.save(update_fields=["ended_on"])
    audit.record(
        "membership.ended",
        by=by,
        target=membership,
        school_id=school.pk,
        user_id=membership.user_id,
        role=membership.role,
        ended_on=str(membership.ended_on),
    )
    leaving.end_access_if_gone(user=membership.user, by=by, on=on)
    return membership


def _check_somebody_stays(membership: Membership, school: School, by: User, on: date) -> None:
    if membership.user_id == by.pk:
        raise RefusedError(_("You manage people by this role; a colleague must end it."))
    inviting = roles_with(Perm.MEMBER_INVITE)
    if not _others_stay(membership, school, *inviting, on=on):
        raise RefusedError(_("Nobody would be left who could invite people."))


def _check_a_lead_stays(membership: Membership, school: School, on: date) -> None:
    if not _others_stay(membership, school, Role.SAFEGUARDING_LEAD, on=on):
        raise RefusedError(_("This is the school's last safeguarding lead. Another must have joined first."))


def _others_stay(membership: Membership, school: School, *roles: str, on: date) -> bool:
    """Whether somebody else holds one of these roles with no last day."""
    others = Membership.objects.active(on).filter(school=school, role__in=roles, ended_on=None)
    return bool(others.filter(user__is_active=True).exclude(user_id=membership.user_id).exists())


def check_may_close(user: User, on: date) -> None:
    """Before somebody's account is closed: every school keeps a safeguarding lead.

    Raises MustStayOpenError.
    """
    leading = Membership.objects.active(on).filter(
        user=user, role=Role.SAFEGUARDING_LEAD, school__is_open=True
    )
    for membership in leading.order_by("school_id"):
        school = School.objects.select_for_update().get(memberships=membership)
        if not _others_stay(membership, school, Role.SAFEGUARDING_LEAD, on=on):
            raise registry.MustStayOpenError(
                _("This is the last safeguarding lead of %(school)s. Another must have joined first.")
                % {"school": school.name}
            )
