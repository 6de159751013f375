"""Doors for Celery: the clock is read here, the rule is in services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core import tenancy
from counselling.services import concern_handling, drafts


@shared_task
@tenancy.program("counselling.drafts")
def remove_old_drafts() -> int:
    """Once a day: drafts nobody came back to go (services.drafts)."""
    return drafts.remove_old_drafts(now=timezone.now())


@shared_task
@tenancy.program("counselling.concerns")
def reroute_concerns() -> int:
    """Once an hour: concerns that nobody can read any more find a reader (services.concern_handling)."""
    return concern_handling.reroute_orphans(now=timezone.now())
