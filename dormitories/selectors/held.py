"""Which pupils are held by a leave or a roll at a time: what students.whereabouts asks."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.utils import timezone

from dormitories import roll_times
from dormitories.models import Leave, RollMark, Stay

Held = dict[int, list[tuple[datetime, datetime, str]]]
A_ROLL = timedelta(minutes=30)  # how long one that is open holds its pupils


def by_leave(student_ids: list[int], start: datetime, end: datetime) -> Held:
    """Approved leaves, until the pupil was back or is due back; whoever is late is looked for."""
    found: Held = defaultdict(list)
    leaves = Leave.objects.approved().touching(start, end).filter(student_id__in=student_ids)
    for leave in leaves.order_by("leaves_at"):
        begins = min(leave.leaves_at, leave.out_at or leave.leaves_at)
        found[leave.student_id].append((begins, leave.back_at or leave.due_back_at, "leave"))
    return dict(found)


def by_roll(student_ids: list[int], start: datetime, end: datetime) -> Held:
    """The times of the roll for whoever has a bed, and rolls that are open."""
    found: Held = defaultdict(list)
    stays = Stay.objects.filter(student_id__in=student_ids).active(timezone.localdate(start))
    schools = dict(stays.values_list("student_id", "school_id"))
    times = roll_times.times_of(schools.values())
    planned = {school: roll_times.planned_between(start, end, own) for school, own in times.items()}
    for student_id, school in schools.items():
        found[student_id] += planned[school]
    under_way = RollMark.objects.filter(
        student_id__in=student_ids,
        roll__closed_at=None,
        roll__opened_at__lt=end,
        roll__opened_at__gt=start - A_ROLL,
    )
    for student_id, at, kind in under_way.values_list("student_id", "roll__opened_at", "roll__kind"):
        found[student_id].append((at, at + A_ROLL, kind))
    return dict(found)
