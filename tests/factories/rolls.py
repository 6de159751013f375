"""Leaves and rolls, made directly: what services make is for the tests of services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from dormitories.models import Building, Leave, RollCall, RollMark, Stay
from students.models import Student


def make_leave(student: Student, asked_by: User, **fields: Any) -> Leave:
    """A leave for four hours from an hour ago, asked for and not answered; somebody in words collects."""
    now = timezone.now()
    fields.setdefault("leaves_at", now - timedelta(hours=1))
    fields.setdefault("due_back_at", fields["leaves_at"] + timedelta(hours=4))
    fields.setdefault("asked_at", fields["leaves_at"] - timedelta(days=1))
    fields.setdefault("kind", Leave.Kind.HOURS)
    fields.setdefault("reason", Leave.Reason.HOME)
    if "collector" not in fields:
        fields.setdefault("collector_words", "The school bus")
    return Leave.objects.create(school=student.school, student=student, asked_by=asked_by, **fields)


def make_approved_leave(student: Student, people: list[User], **fields: Any) -> Leave:
    """The first asked, the second approved for the class, the third for the house."""
    asked_by, teacher, warden = people
    leave = make_leave(student, asked_by, **fields)
    steps = {
        "class_approved_by": teacher,
        "class_approved_at": leave.asked_at,
        "house_approved_by": warden,
        "house_approved_at": leave.asked_at,
    }
    Leave.objects.filter(pk=leave.pk).update(**steps)
    leave.refresh_from_db()
    return leave


def make_roll(
    building: Building, opened_by: User, *, opened_at: datetime | None = None, **fields: Any
) -> RollCall:
    """An evening roll of a whole house, open since now, with everybody who has a bed there still to find."""
    opened_at = opened_at or timezone.now()
    fields.setdefault("kind", RollCall.Kind.EVENING)
    fields.setdefault("on", timezone.localdate(opened_at))
    roll = RollCall.objects.create(
        school=building.school, building=building, opened_by=opened_by, opened_at=opened_at, **fields
    )
    stays = Stay.objects.filter(bed__room__building=building).order_by("bed__room__number", "bed__label")
    RollMark.objects.bulk_create(
        RollMark(school=roll.school, roll=roll, student_id=stay.student_id, bed_id=stay.bed_id, number=number)
        for number, stay in enumerate(stays, start=1)
    )
    return roll
