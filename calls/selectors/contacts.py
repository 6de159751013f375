"""Whom to call next, and how long it is since each parent was really talked with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from calls.models import Call, CallPupil, CallReply, ContactAttempt, ContactClock
from calls.selectors import openings
from core import pagination
from schools import access as school_access
from students import access as student_access
from students.models import GuardianLink, Student
from students.selectors import phones

PARENTS = (GuardianLink.Relation.FATHER.value, GuardianLink.Relation.MOTHER.value)
REACHED = ContactAttempt.REACHED


# --- whom to call next -------------------------------------------------------------------------------


def pupils_of(calls: Iterable[Call]) -> dict[int, list[Student]]:
    """Who takes part in each call; one query."""
    found: dict[int, list[Student]] = defaultdict(list)
    ids = [call.pk for call in calls]
    for place in CallPupil.objects.filter(call_id__in=ids).select_related("student").order_by("pk"):
        found[place.call_id].append(place.student)
    return found


def contacts_of(calls: Sequence[Call], *, on: date) -> dict[int, list[phones.Callable]]:
    """For each call the numbers that are still to be tried, in order; three queries however many calls.

    First the planned one, then by the pupil's priorities. Only numbers that may be called for every pupil of
    the call: who is barred from one of two siblings isn't called for both. A person who said that they can't
    comes last.
    """
    pupils = {call_id: [one.pk for one in found] for call_id, found in pupils_of(calls).items()}
    allowed = phones.callable_numbers_of({pk for found in pupils.values() for pk in found}, on=on)
    tried = _tried(calls)
    away = set(
        CallReply.objects.filter(
            call__in=[call.pk for call in calls], answer=CallReply.Answer.CANNOT
        ).values_list("call_id", flat=True)
    )
    found: dict[int, list[phones.Callable]] = {}
    for call in calls:
        shared = _shared([allowed.get(pk, []) for pk in pupils.get(call.pk, [])])
        left = [one for one in shared if one.phone_id not in tried[call.pk]]
        cannot = call.person_id if call.pk in away else None
        left.sort(key=lambda one: (one.person_id == cannot, one.phone_id != call.number_id))
        found[call.pk] = left
    return found


def callable_for(pupils: Sequence[Student], *, first: int, on: date) -> list[phones.Callable]:
    """The numbers that may be called for all of these pupils; the number `first` leads."""
    allowed = phones.callable_numbers_of([one.pk for one in pupils], on=on)
    shared = _shared([allowed.get(one.pk, []) for one in pupils])
    return sorted(shared, key=lambda one: one.phone_id != first)


def _shared(lists: list[list[phones.Callable]]) -> list[phones.Callable]:
    if not lists:
        return []
    everywhere = set.intersection(*({one.phone_id for one in found} for found in lists))
    return [one for one in lists[0] if one.phone_id in everywhere]


def _tried(calls: Sequence[Call]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = ContactAttempt.objects.filter(call__in=[call.pk for call in calls], number__isnull=False)
    for call_id, number_id in rows.values_list("call_id", "number_id"):
        if call_id is not None and number_id is not None:
            found[call_id].add(number_id)
    return found


# --- the clocks --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """Days without a real conversation until a parent is due, amber, red."""

    due: int = 7
    amber: int = 14
    red: int = 30

    def level(self, days: int | None) -> str:
        """ "", "due", "amber" or "red"; a parent never talked with is red."""
        if days is None or days >= self.red:
            return "red"
        return "amber" if days >= self.amber else "due" if days >= self.due else ""


def limits_of(school_id: int) -> Limits:
    return limits_in([school_id])[school_id]


def limits_in(school_ids: Iterable[int]) -> dict[int, Limits]:
    rows = ContactClock.objects.filter(school_id__in=set(school_ids))
    found = {row.school_id: Limits(row.due_days, row.amber_days, row.red_days) for row in rows}
    return {one: found.get(one, Limits()) for one in school_ids}


@dataclass(frozen=True)
class Clock:
    """One parent of one pupil: days since they were really talked with, None for never."""

    link: GuardianLink
    days: int | None
    level: str


def clocks_of(student: Student, *, on: date) -> list[Clock]:
    """The parents of a pupil, as they are called; two queries. Who is barred or dead has no clock."""
    links = _with_last(_parents().filter(student=student)).order_by("priority", "pk")
    limits = limits_of(student.school_id)
    return [_clock(link, limits, on) for link in links.select_related("person")]


def waiting_page(
    user: User, *, on: date, cursor: str | None = None, size: int = 30
) -> tuple[list[Clock], pagination.Page[GuardianLink]]:
    """Parents of this person's pupils who are due, the longest wait first.

    Of pupils who are at the school today; a parent never talked with comes before all others.
    """
    pupils = student_access.visible_students(user, Perm.CALL_VIEW, on=on).enrolled(on)
    limits = limits_in(school_access.school_ids(user, Perm.CALL_VIEW, on=on))
    late = Q(pk__in=[])
    for school_id, one in limits.items():
        late |= Q(school_id=school_id, since__lt=openings.midnight(on - timedelta(days=one.due - 1)))
    never = Value(datetime(2000, 1, 1, tzinfo=UTC))
    links = _with_last(_parents().filter(student__in=pupils)).annotate(since=Coalesce("last_at", never))
    rows = links.filter(late).select_related("person", "student")
    page: pagination.Page[Any] = pagination.keyset(rows, order=["since", "pk"], cursor=cursor, size=size)
    return [_clock(link, limits[link.school_id], on) for link in page], page


def _parents() -> QuerySet[GuardianLink]:
    return GuardianLink.objects.filter(relation__in=PARENTS, contact_barred=False, person__is_dead=False)


def _with_last(links: QuerySet[GuardianLink]) -> QuerySet[GuardianLink]:
    reached = ContactAttempt.objects.filter(
        student=OuterRef("student"), person=OuterRef("person"), outcome__in=REACHED
    )
    return links.annotate(last_at=Subquery(reached.order_by("-at").values("at")[:1]))


def _clock(link: GuardianLink, limits: Limits, on: date) -> Clock:
    last_at: datetime | None = link.last_at  # type: ignore[attr-defined]
    days = None if last_at is None else max(0, (on - timezone.localdate(last_at)).days)
    return Clock(link, days, limits.level(days))
