"""Telling people that somebody isn't back from leave: a category and a link, once for each threshold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from dormitories import access_leave
from dormitories.models import Leave
from reminders import services as reminder_services

CATEGORY = "leave_late"
_LOOKS_BACK = timedelta(days=14)


def about(leave: Leave, minutes: int) -> str:
    """An opaque reference, one for each threshold."""
    return f"dormitories.leave:{leave.public_id.hex}-{minutes}"


def tell_of_late(*, now: datetime) -> int:
    """For each leave past a threshold of settings.LEAVE_LATE_MINUTES tell whoever it is for; how many leaves.

    First whoever looks after the boarders and leads the class, then the head too. Repeating it tells nobody
    twice: a reminder that stands is kept, whatever became of it. Coming back withdraws them.
    """
    first = timedelta(minutes=min(settings.LEAVE_LATE_MINUTES))
    late = Leave.objects.late(now).filter(
        due_back_at__lte=now - first, due_back_at__gt=now - _LOOKS_BACK, school__is_open=True
    )
    leaves = list(late.order_by("due_back_at", "pk"))
    for leave in leaves:
        _tell(leave, now=now)
    return len(leaves)


@transaction.atomic
def _tell(leave: Leave, *, now: datetime) -> None:
    # Whoever notes that the pupil is back waits for this, and withdraws it then.
    locked = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
    if locked.back_at is not None:
        return
    for place, minutes in enumerate(settings.LEAVE_LATE_MINUTES):
        due_at = locked.due_back_at + timedelta(minutes=minutes)
        if due_at <= now:
            for person in _people(locked, is_first=place == 0, now=now):
                _plan(locked, person, minutes=minutes, due_at=due_at)


def _people(leave: Leave, *, is_first: bool, now: datetime) -> list[User]:
    on = timezone.localdate(now)
    if not is_first:
        return access_leave.heads(leave.school_id, on=on)
    teachers = access_leave.class_teachers(leave.student_id, on=on).values("user_id")
    found = list(User.objects.filter(pk__in=teachers).order_by("pk"))
    return list(dict.fromkeys([*access_leave.duty_leaders(leave.school_id, now=now, on=on), *found]))


def _plan(leave: Leave, person: User, *, minutes: int, due_at: datetime) -> None:
    reminder_services.plan(
        recipient=person,
        school_id=leave.school_id,
        category=CATEGORY,
        about=about(leave, minutes),
        url_path=reverse("dormitories:leave", args=[leave.public_id]),
        due_at=due_at,
        by=None,
    )


def withdraw(leave: Leave, *, by: User | None, now: datetime) -> None:
    """The pupil is back: nobody need be told any more."""
    for minutes in settings.LEAVE_LATE_MINUTES:
        reminder_services.cancel(about=about(leave, minutes), by=by, now=now)
