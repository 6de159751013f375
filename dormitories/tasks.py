"""Doors for Celery: the clock is read here, the rule is in services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core import tenancy
from dormitories.services import leave_alerts, roll_alerts, roll_marks, stays


@shared_task
@tenancy.program("dormitories.boarders")
def watch_boarders() -> None:
    """Once a minute: rolls with a gap, pupils not back from leave (services.roll_alerts, leave_alerts)."""
    now = timezone.now()
    roll_marks.forget_overdue(now=now)
    roll_alerts.tell_of_gaps(now=now)
    leave_alerts.tell_of_late(now=now)


@shared_task
@tenancy.program("dormitories.found_beds")
def refresh_found_beds() -> int:
    """Shortly after midnight: the finder forgets beds given back yesterday, and knows those from today."""
    return stays.refresh_found_beds(on=timezone.localdate())
