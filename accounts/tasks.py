"""Doors for the worker."""

import logging

from celery import shared_task
from django.utils import timezone

from accounts import services

logger = logging.getLogger(__name__)


@shared_task
def send_password_reset(user_id: int) -> None:
    """0 stands for an address that is nobody's: then nothing happens, and asking took as long.

    Mail that fails isn't tried again: the person asks anew. Its error may hold an address, so only
    its kind is logged.
    """
    try:
        services.send_password_reset(user_id=user_id)
    except Exception as error:
        logger.error("a link for a new password wasn't mailed: %s", type(error).__name__)


@shared_task
def sweep_sessions() -> None:
    """Every ten minutes: forget sessions, browsers and counts that have run out."""
    services.sweep_sessions(now=timezone.now())
