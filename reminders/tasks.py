"""The door for beat's poke. Ids and outcomes live in the database; the broker carries nothing."""

import os
import socket

from celery import shared_task
from django.utils import timezone

from core import tenancy
from reminders import services


@shared_task(acks_late=True, ignore_result=True)
@tenancy.program("reminders")
def sweep() -> None:
    """Send what is due. Any number of these at once, or none for an hour, loses and doubles nothing."""
    services.sweep(clock_now=timezone.now, worker=f"{socket.gethostname()}:{os.getpid()}")
