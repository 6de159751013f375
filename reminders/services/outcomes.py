"""What became of a message: written only by whoever holds the current attempt, the fencing token."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, Value, When

from core import audit
from reminders import categories, clock
from reminders.models import Reminder, State

logger = logging.getLogger(__name__)

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
REFUSALS_BEFORE_GIVING_UP = len(BACK_OFF) + 1


def record_sent(reminder: Reminder, *, now: datetime) -> bool:
    """The other side has taken it."""
    return settle(reminder, state=State.SENT, sent_at=now, last_error="")


def record_refused(reminder: Reminder, *, code: str, now: datetime) -> bool:
    """Certainly not taken: wait longer each time, and after the sixth refusal give up where people see it."""
    refusals = reminder.refusals + 1
    if refusals >= REFUSALS_BEFORE_GIVING_UP:
        return settle(reminder, state=State.FAILED, refusals=refusals, last_error=code)
    again = now + BACK_OFF[refusals - 1]
    return settle(
        reminder,
        # Withdrawn while it was under way and not taken: now it can rest.
        state=Case(When(cancelled_at=None, then=Value(State.PLANNED)), default=Value(State.CANCELLED)),
        refusals=refusals,
        last_error=code,
        next_try_at=again if reminder.category in categories.URGENT else clock.after_quiet_hours(again),
        send_begun_at=None,
    )


def record_uncertain(reminder: Reminder, *, code: str) -> bool:
    """Perhaps taken: a person decides what to do (services.resolve)."""
    return settle(reminder, state=State.UNCERTAIN, last_error=code)


@transaction.atomic
def drop(reminder: Reminder, *, code: str, now: datetime) -> bool:
    """Send it to nobody: it doesn't stand any more, or there is nobody left to send it to."""
    changed = Reminder.objects.filter(
        pk=reminder.pk,
        attempt=reminder.attempt,
        state__in=[State.PLANNED, State.LEASED],
        send_begun_at=None,
    ).update(state=State.CANCELLED, cancelled_at=now, last_error=code, lease_until=None, leased_by="")
    if changed:
        audit.record("reminder.dropped", by=None, target=reminder, code=code)
    return bool(changed)


def insist(write: Callable[[], bool]) -> None:
    """An outcome is worth more than one try: without it the row would end as uncertain.

    A database that stays away is not waited for: the lease runs out and says so.
    """
    for pause in (0.2, 1.0, 3.0):
        try:
            write()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(pause)
        else:
            return
    write()


def settle(reminder: Reminder, **values: Any) -> bool:
    """Write the outcome of this attempt, if it is still the last word on the row.

    A row already called uncertain takes it too: the sender was slow, not dead, and knows better.
    """
    with transaction.atomic():
        changed = Reminder.objects.filter(
            pk=reminder.pk, attempt=reminder.attempt, state__in=[State.LEASED, State.UNCERTAIN]
        ).update(lease_until=None, leased_by="", **values)
        if changed and values["state"] in {State.FAILED, State.UNCERTAIN}:
            audit.record(f"reminder.{values['state']}", by=None, target=reminder, code=values["last_error"])
    if not changed:
        logger.warning("reminder %s: attempt %s came too late to count", reminder.pk, reminder.attempt)
    return bool(changed)
