"""Tasks about pupils: doors that take ids and call one service."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from core import tenancy
from students.services import roster as roster_services
from students.services import unusual_reads

logger = logging.getLogger(__name__)


@shared_task
def check_roster(roster_id: int, **_future: Any) -> None:
    """The dry run of an uploaded roster."""
    _run(roster_services.check_roster, roster_id)


@shared_task
def apply_roster(roster_id: int, **_future: Any) -> None:
    """The import of a confirmed roster."""
    _run(roster_services.apply_roster, roster_id)


@shared_task
@tenancy.program("students.rosters")
def sweep_rosters(**_future: Any) -> None:
    """Beat: wake lost work, forget old reports."""
    roster_services.sweep_rosters(now=timezone.now())


@tenancy.program("students.rosters")
def _run(service: Any, roster_id: int) -> None:
    try:
        with _in_the_name_of(roster_services.person_behind(roster_id=roster_id)):
            service(roster_id=roster_id, on=timezone.localdate(), now=timezone.now())
    except Exception as error:  # whatever it was, the page must not wait for ever
        # The message of a database error quotes the row: only the kind of fault may reach a log.
        logger.error("roster %s: %s", roster_id, type(error).__name__)
        roster_services.fail_roster(roster_id=roster_id, now=timezone.now())


def _in_the_name_of(user: User | None) -> AbstractContextManager[None]:
    """The work sees what the person sees who asked for it; nobody asked when a command brought the file."""
    return tenancy.acting(user, "students.rosters") if user else nullcontext()


@shared_task
def tell_of_unusual_reads() -> int:
    """Once a week, for the week before: the safeguarding leads hear that a list waits for them."""
    with tenancy.program("tell_of_unusual_reads"):
        return unusual_reads.tell_of_unusual_reads(now=timezone.now())
