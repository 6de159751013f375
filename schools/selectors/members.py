"""Who works in a school, and who is invited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from accounts.models import User
from accounts.roles import NEEDS_TWO_PEOPLE, STAND_IN_ROLES
from core.pagination import Page, keyset
from schools import access
from schools.models import Invitation, Membership, School, SchoolClass
from schools.selectors import places


def members(school: School, *, on: date, ended: bool, cursor: str | None, size: int = 30) -> Page[Membership]:
    """The roles held in a school, by name; those that have ended on a page of their own."""
    held = access.members_of(school).select_related("user", "school_class", "stands_in_for")
    over = Q(ended_on__lt=on)
    return keyset(
        held.filter(over) if ended else held.exclude(over),
        order=["user__name", "pk"],
        cursor=cursor,
        size=size,
    )


def open_invitations(school: School, *, now: datetime) -> list[Invitation]:
    """Those that still work; a school has few at a time, and the newest hundred are shown."""
    waiting = Invitation.objects.filter(
        school=school, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).select_related("school_class", "invited_by")
    return list(waiting.order_by("-invited_at")[:100])


def invitations_to_confirm(schools: Collection[School], user: User, *, now: datetime) -> list[Invitation]:
    """Invitations that wait for a second person other than their maker; the oldest hundred."""
    waiting = Invitation.objects.filter(
        school__in=schools,
        role__in=NEEDS_TWO_PEOPLE,
        confirmed_at=None,
        accepted_at=None,
        withdrawn_at=None,
        expires_at__gt=now,
    ).exclude(invited_by=None)
    others = waiting.exclude(invited_by=user).select_related("school", "school_class", "invited_by")
    return list(others.order_by("invited_at", "pk")[:100])


def to_stand_in_for(school: School, *, on: date) -> list[Membership]:
    """The class and paired teachers of a school, each once for each role."""
    held = access.members_of(school).filter(role__in=STAND_IN_ROLES, stands_in_for=None)
    return list(
        held.exclude(ended_on__lt=on).select_related("user", "school_class").order_by("user__name", "pk")
    )


def open_invitation(token_hash: str, *, now: datetime) -> Invitation | None:
    """The invitation a link stands for, while it works."""
    return (
        Invitation.objects.filter(
            token_hash=token_hash, accepted_at=None, withdrawn_at=None, expires_at__gt=now
        )
        .select_related("school", "school_class", "area", "invited_by")
        .first()
    )


def classes_to_give(school: School, *, on: date) -> list[SchoolClass]:
    """The classes of the present year and of those to come, for which a homeroom teacher may be named."""
    year = places.current_year(school, on=on)
    classes = SchoolClass.objects.filter(school=school).select_related("year")
    if year is not None:
        classes = classes.filter(year__starts_on__gte=year.starts_on)
    return list(classes.order_by("year__starts_on", "grade", "number"))


def people_of(school: School, *, on: date) -> list[User]:
    """Everybody who holds a role here now, by name."""
    held = access.members_of(school).exclude(ended_on__lt=on)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("name", "pk"))


def my_memberships(user: User, *, on: date) -> list[Membership]:
    """The roles a person holds now, for their own page."""
    return list(
        Membership.objects.active(on)
        .filter(user=user)
        .select_related("area", "school", "school_class__school", "stands_in_for")
        .order_by("pk")
    )
