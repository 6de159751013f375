"""Doors for Celery: the clock is read here, the rule is in services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core import tenancy
from schools.services import leaving


@shared_task
@tenancy.program("schools.leaving")
def end_access_of_leavers() -> int:
    """Every five minutes: who holds no role any more is signed out (services.leaving)."""
    return leaving.end_access_of_leavers(on=timezone.localdate())
