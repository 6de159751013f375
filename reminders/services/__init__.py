"""Writes of the outbox."""

from reminders.services.planning import cancel, plan

__all__ = ["cancel", "plan"]
