"""Weeks from Monday to Sunday, and the day as of which each is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

WEEK = timedelta(days=7)
# A school that wrote nothing for so long before the week's end is silent: its zeros say nothing.
SILENT_AFTER = timedelta(days=14)


@dataclass(frozen=True, order=True)
class Week:
    """`counted_on` is the Sunday, or today in the week under way."""

    monday: date
    counted_on: date


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_silent(changed_at: datetime | None, monday: date) -> bool:
    """Whether a school had written nothing for two weeks when this one ended."""
    return changed_at is None or timezone.localdate(changed_at) + SILENT_AFTER < monday + WEEK


def latest(count: int, *, on: date) -> list[Week]:
    """The week under way and those before it, the oldest first."""
    this = monday_of(on)
    mondays = [this - WEEK * back for back in range(count - 1, -1, -1)]
    return [Week(monday, min(monday + timedelta(days=6), on)) for monday in mondays]
