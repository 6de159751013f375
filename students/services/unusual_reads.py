"""The weekly word to the safeguarding lead that the list of unusual reads is ready."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from core import audit
from reminders import services as reminders
from schools.models import Membership, School
from students.selectors import audit as looks


def tell_of_unusual_reads(*, now: datetime) -> int:
    """For each school with an unusual read last week tell its lead, once; how many schools were told.

    Where the lead is among those who looked, the head teacher is told too: nobody watches themselves alone.
    The message holds neither a name nor a number.
    """
    since, until = looks.week_of(timezone.localdate(now) - timedelta(days=7))
    schools = list(School.objects.filter(is_open=True).order_by("pk"))
    return sum(_tell(school, since, until, now=now) for school in schools)


@transaction.atomic
def _tell(school: School, since: datetime, until: datetime, *, now: datetime) -> bool:
    found = looks.unusual_reads(school, since=since, until=until)
    if not found:
        return False
    readers = list(_holders(school, Role.SAFEGUARDING_LEAD, now))
    if not readers or {reader.pk for reader in readers} & {one.actor_id for one in found}:
        readers += list(_holders(school, Role.HEAD_TEACHER, now))
    week = timezone.localdate(since)
    url = f"{reverse('students:unusual_reads', args=[school.public_id])}?week={week.isoformat()}"
    for reader in dict.fromkeys(readers):
        reminders.plan(
            recipient=reader,
            school_id=school.pk,
            category="unusual_reads",
            about=f"students.unusual:{school.pk}-{week.isoformat()}",
            url_path=url,
            due_at=_monday_morning(until),
            by=None,
        )
    audit.record("unusual_reads.told", by=None, school_id=school.pk, found=len(found), readers=len(readers))
    return bool(readers)


def _monday_morning(until: datetime) -> datetime:
    """The same for a repeated run, so that planning again changes nothing."""
    return until + timedelta(hours=7)


def _holders(school: School, role: Role, now: datetime) -> QuerySet[User]:
    held = Membership.objects.active(timezone.localdate(now)).filter(school=school, role=role)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("pk")
