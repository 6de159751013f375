"""What the bell and the overseers' page show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet

from accounts.models import User
from core import pagination
from reminders.models import Channel, Reminder, State

KINDS = ("uncertain", "failed", "overdue")
OVERDUE_AFTER = timedelta(minutes=5)  # ten sweeps of beat's


def unread_count(user: User, now: datetime) -> int:
    """The number on the bell: due, not read, and still standing."""
    return Reminder.objects.unread().bells(now).filter(recipient=user).count()


def bell_page(user: User, *, now: datetime, cursor: str | None) -> pagination.Page[Reminder]:
    """My reminders that have rung: the unread first, then the newest."""
    seen = ExpressionWrapper(
        Q(read_at__isnull=False) | Q(cancelled_at__isnull=False), output_field=BooleanField()
    )
    mine = Reminder.objects.bells(now).filter(recipient=user).annotate(seen=seen)
    return pagination.keyset(mine, order=["seen", "-next_try_at", "-id"], cursor=cursor)


@dataclass(frozen=True)
class Trouble:
    """One kind of message that didn't get through: how many, and since when the oldest waits."""

    kind: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Oversight:
    """The counts of all kinds, and the messages of the one that was asked for."""

    troubles: list[Trouble]
    page: pagination.Page[Reminder]

    def oldest(self, kind: str) -> datetime | None:
        return next(trouble.oldest for trouble in self.troubles if trouble.kind == kind)


def oversight(overseen: QuerySet[Reminder], kind: str, *, now: datetime, cursor: str | None) -> Oversight:
    """What didn't get through, in two queries; those that have waited longest come first."""
    rows = overseen.filter(_kind(kind, now)).select_related("recipient", "outsider", "school")
    page = pagination.keyset(rows, order=["next_try_at", "id"], cursor=cursor)
    return Oversight(_troubles(overseen, now), page)


def sent_outside(overseen: QuerySet[Reminder], *, cursor: str | None) -> pagination.Page[Reminder]:
    """The delivery log: every message to people without an account, the latest first."""
    rows = overseen.filter(outsider__isnull=False).select_related("outsider", "school")
    return pagination.keyset(rows, order=["-next_try_at", "-id"], cursor=cursor)


def _troubles(overseen: QuerySet[Reminder], now: datetime) -> list[Trouble]:
    totals = overseen.aggregate(
        **{f"{kind}_count": Count("pk", filter=_kind(kind, now)) for kind in KINDS},
        **{f"{kind}_oldest": Min("next_try_at", filter=_kind(kind, now)) for kind in KINDS},
    )
    return [Trouble(kind, totals[f"{kind}_count"], totals[f"{kind}_oldest"]) for kind in KINDS]


def _kind(kind: str, now: datetime) -> Q:
    """What is done or called off is nobody's trouble any more."""
    waiting = Q(channel__in=[Channel.EMAIL, Channel.SMS], cancelled_at=None)
    if kind == "overdue":
        late = Q(next_try_at__lte=now - OVERDUE_AFTER)
        return waiting & late & Q(state__in=[State.PLANNED, State.LEASED])
    return waiting & Q(state=kind)
