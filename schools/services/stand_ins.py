"""Standing in for a class or paired teacher, for a time."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import STAND_IN_ROLES
from core import audit
from schools import access
from schools.models import Membership, School
from schools.services.errors import RefusedError

LONGEST = timedelta(days=200)  # a term with its holidays; whoever stays away longer hands the role over


@transaction.atomic
def stand_in(
    *,
    membership: Membership,
    school: School,
    person: User,
    first_day: date,
    last_day: date,
    by: User,
    on: date,
) -> Membership:
    """Let a colleague do a class or paired teacher's work from a day to a day: the same rights, no more.

    Both days are needed, so that it ends by itself. Nobody stands in by their own decision, and nobody for
    themselves. Raises RefusedError.
    """
    School.objects.select_for_update().get(pk=school.pk)
    absent = Membership.objects.select_related("user").get(pk=membership.pk)
    _check_days(absent, first_day, last_day, on)
    _check_people(absent, school, person, by, on)
    place = {"school": absent.school, "school_class": absent.school_class}
    same = Membership.objects.filter(user=person, role=absent.role, stands_in_for=absent.user, **place)
    if same.filter(started_on__lte=last_day, ended_on__gte=first_day).exists():
        raise RefusedError(_("They stand in for this colleague already on some of these days."), "first_day")
    made = Membership.objects.create(
        user=person,
        role=absent.role,
        started_on=first_day,
        ended_on=last_day,
        stands_in_for=absent.user,
        **place,
    )
    audit.record(
        "membership.stand_in",
        by=by,
        target=made,
        school_id=school.pk,
        user_id=person.pk,
        for_user_id=absent.user_id,
        role=absent.role,
        started_on=str(first_day),
        ended_on=str(last_day),
    )
    return made


def _check_days(absent: Membership, first_day: date, last_day: date, on: date) -> None:
    if first_day < on:
        raise RefusedError(_("The first day can't lie in the past."), "first_day")
    if last_day < first_day:
        raise RefusedError(_("The last day comes before the first."), "last_day")
    if last_day - first_day > LONGEST:
        raise RefusedError(_("A stand-in ends within 200 days; after that, hand the role over."), "last_day")
    if absent.ended_on is not None and absent.ended_on < first_day:
        raise RefusedError(_("This role has ended already."), "membership")


def _check_people(absent: Membership, school: School, person: User, by: User, on: date) -> None:
    if absent.role not in STAND_IN_ROLES or absent.stands_in_for_id is not None:
        raise RefusedError(_("Only a class or paired teacher has a stand-in."), "membership")
    if person.pk in {by.pk, absent.user_id}:
        raise RefusedError(_("Nobody stands in by their own decision, or for themselves."), "person")
    if not access.members_of(school).active(on).filter(user=person, user__is_active=True).exists():
        raise RefusedError(_("This person doesn't work at the school."), "person")
