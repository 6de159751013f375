"""Doors for Celery: the clock is read here, the rule is in services."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import tenancy
from dormitories.services import leave_alerts, plans, roll_alerts, roll_marks, roll_missing, stays

logger = logging.getLogger(__name__)


@shared_task
@tenancy.program("dormitories.boarders")
def watch_boarders() -> None:
    """Once a minute: rolls with a gap, rolls never opened, pupils not back from leave (services)."""
    now = timezone.now()
    roll_marks.forget_overdue(now=now)
    roll_alerts.tell_of_gaps(now=now)
    roll_missing.tell_of_unopened(now=now)
    leave_alerts.tell_of_late(now=now)


@shared_task
@tenancy.program("dormitories.found_beds")
def refresh_found_beds() -> int:
    """Shortly after midnight: the finder forgets beds given back yesterday, and knows those from today."""
    return stays.refresh_found_beds(on=timezone.localdate())


@shared_task
@tenancy.program("dormitories.plans")
def solve_plan(plan_id: int, **_future: Any) -> None:
    """Work out a plan for beds; it sees what the person sees who asked for it."""
    try:
        person = plans.person_behind(plan_id=plan_id)
        with tenancy.acting(person, "dormitories.plans") if person else nullcontext():
            plans.solve_plan(plan_id=plan_id, on=timezone.localdate(), now=timezone.now())
    except Exception as error:  # whatever it was, the page must not wait for ever
        # The message of a database error quotes the row: only the kind of fault may reach a log.
        logger.error("plan %s: %s", plan_id, type(error).__name__)
        plans.fail_plan(plan_id=plan_id)


@shared_task
@tenancy.program("dormitories.plans")
def sweep_plans(**_future: Any) -> None:
    """Beat: wake lost work, drop plans nobody approved."""
    plans.sweep_plans(now=timezone.now())
