"""Writes of the outbox."""

from reminders.services.delivery import sweep
from reminders.services.planning import cancel, plan, plan_outside
from reminders.services.reading import mark_all_read, mark_read
from reminders.services.resolving import NothingToResolveError, Outcome, resolve

__all__ = [
    "NothingToResolveError",
    "Outcome",
    "cancel",
    "mark_all_read",
    "mark_read",
    "plan",
    "plan_outside",
    "resolve",
    "sweep",
]
