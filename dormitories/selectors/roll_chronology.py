"""Leaves, and rolls at which a child wasn't in the room, in the child's chronology."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from dormitories import access_leave
from dormitories.models import Leave, RollMark
from dormitories.selectors import leaves
from students import access as student_access
from students.models import Student
from students.registry import Entry, Position, Source

_ORDINARY = [RollMark.Status.UNKNOWN, RollMark.Status.PRESENT, RollMark.Status.LEAVE]


def sees(user: User, student: Student, now: datetime) -> bool:
    """Whoever may know who sleeps where may know who was away at night."""
    return student_access.reason_for(user, student, Perm.DORM_VIEW, on=timezone.localdate(now)) is not None


def leave_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """Each leave that was asked for, at the time for which it was."""
    if not sees(user, student, now):
        return []
    found = Leave.objects.filter(student=student).select_related("student")
    if before is not None:
        found = found.filter(before.older("leave", "leaves_at"))
    on = timezone.localdate(now)
    may_open = any(access_leave.may(user, student, perm, on=on) for perm in access_leave.SEEING)
    return [
        Entry(
            Position(leave.leaves_at, "leave", leave.pk),
            "leave",
            "dormitories/_entry_leave.html",
            "dormitories/_print_leave.html",
            {"leave": leave, "row": leaves.plain_row(leave, now), "may_open": may_open},
        )
        for leave in found.order_by("-leaves_at", "-pk")[:limit]
    ]


def roll_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """Rolls at which the child was neither in the room nor on leave: where they were said to be."""
    if not sees(user, student, now):
        return []
    found = RollMark.objects.filter(student=student, marked_at__isnull=False).exclude(status__in=_ORDINARY)
    if before is not None:
        found = found.filter(before.older("roll", "marked_at"))
    rows = found.select_related("roll__building").order_by("-marked_at", "-pk")[:limit]
    return [
        Entry(
            Position(row.marked_at, "roll", row.pk),  # type: ignore[arg-type]
            "roll",
            "dormitories/_entry_roll.html",
            "dormitories/_print_roll.html",
            {"mark": row, "at": row.marked_at},
        )
        for row in rows
    ]


LEAVE_SOURCE = Source("leave", pgettext_lazy("boarders", "Leave"), leave_entries, sees)
ROLL_SOURCE = Source("roll", _("Roll calls"), roll_entries, sees)
