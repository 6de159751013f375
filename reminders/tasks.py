"""The door for beat's poke. Ids and outcomes live in the database; the broker carries nothing."""

import logging
import os
import socket

from celery import shared_task
from django.utils import timezone

from core import tenancy
from reminders import notices, services

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
@tenancy.program("reminders")
def sweep() -> None:
    """Send what is due. Any number of these at once, or none for an hour, loses and doubles nothing."""
    services.sweep(clock_now=timezone.now, worker=f"{socket.gethostname()}:{os.getpid()}")


@shared_task
def mail_notice(user_id: int, category: str) -> None:
    """Tell somebody who works in no school, once. An error may hold an address: only its kind is logged."""
    try:
        notices.mail(user_id=user_id, category=category)
    except Exception as error:
        logger.error("a notice wasn't mailed: %s", type(error).__name__)
