"""Reads about follow-ups."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from core.pagination import Page, keyset
from counselling import access
from counselling.models import FollowUp

COMING = timedelta(days=7)


def due_soon(user: User, *, now: datetime, limit: int = 8) -> QuerySet[FollowUp]:
    """For Today: my open promises, overdue and coming within a week, oldest first."""
    today = timezone.localdate(now)
    mine = FollowUp.objects.filter(owner=user, done_at=None, cancelled_at=None, due_on__lte=today + COMING)
    seen = mine.filter(pk__in=access.visible_follow_ups(user, on=today))
    return seen.select_related("student").order_by("due_on", "pk")[:limit]


def left_behind(user: User, *, now: datetime, limit: int = 20) -> QuerySet[FollowUp]:
    """For the lead's Today: open promises of people who left, the oldest first."""
    rows = access.left_behind(user, on=timezone.localdate(now)).select_related("student", "owner")
    return rows.order_by("due_on", "pk")[:limit]


def page_of(user: User, *, state: str, now: datetime, cursor: str | None) -> Page[FollowUp]:
    """My promises by state: open, or done (the latest first)."""
    mine = access.visible_follow_ups(user, on=timezone.localdate(now)).filter(owner=user)
    mine = mine.select_related("student", "session")
    if state == "done":
        return keyset(mine.filter(done_at__isnull=False), order=["-done_at", "-pk"], cursor=cursor)
    return keyset(mine.filter(done_at=None, cancelled_at=None), order=["due_on", "pk"], cursor=cursor)
