"""Doors for Celery: the clock is read here, the rule is in services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from counselling.services import drafts


@shared_task
def remove_old_drafts() -> int:
    """Once a day: drafts nobody came back to go (services.drafts)."""
    return drafts.remove_old_drafts(now=timezone.now())
