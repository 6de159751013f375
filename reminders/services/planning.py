"""Planning and withdrawing, inside the transaction of the change that asks for it."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from accounts.models import User
from core import audit
from reminders import categories, clock
from reminders.models import Channel, Reminder, State

_ABOUT = re.compile(r"[a-z_]+\.[a-z_]+:[A-Za-z0-9-]{1,40}")


@transaction.atomic
def plan(
    *,
    recipient: User,
    school_id: int,
    category: str,
    about: str,
    url_path: str,
    due_at: datetime,
    by: User | None,
    expires_at: datetime | None = None,
    from_name: str = "",
) -> list[Reminder]:
    """Remind a person of `about` at `due_at`: by the bell, and by e-mail if they have an address.

    Planning the same again changes nothing, whatever became of the first; another `due_at` (or expiry)
    supersedes what was planned. Somebody else instead: `cancel`, then plan anew. Call it in the transaction
    of the change that asks for it: no reminder without the change, no change without its reminder.

    `about` is "app.model:public id"; `url_path` is relative and holds ids only. Returns the standing rows.
    Raises ValueError for an unknown category, a reference or a path of another shape, a time without a zone.
    """
    _check(category=category, about=about, url_path=url_path, due_at=due_at, expires_at=expires_at)
    _lock(about, recipient)
    kept = _supersede(about, recipient, due_at=due_at, expires_at=expires_at)
    wanted = {Channel.BELL, Channel.EMAIL} if recipient.email else {Channel.BELL}
    version = _next_version(about, recipient)
    made = Reminder.objects.bulk_create(
        Reminder(
            school_id=school_id,
            recipient=recipient,
            channel=channel,
            category=category,
            about=about,
            url_path=url_path,
            from_name=from_name,
            due_at=due_at,
            expires_at=expires_at,
            dedupe_key=f"{about}|{recipient.pk}|{channel}|{version}",
            next_try_at=clock.after_quiet_hours(due_at),
        )
        for channel in sorted(wanted - {row.channel for row in kept})
    )
    if made:
        channels = [row.channel for row in made]
        audit.record("reminder.planned", by=by, school_id=school_id, about=about, channels=channels)
    return [*kept, *made]


@transaction.atomic
def cancel(*, about: str, by: User | None, now: datetime) -> int:
    """Withdraw every reminder of `about`: it is done, or called off. Returns how many rows were withdrawn.

    A message whose sending has begun can't be called back: its row keeps its state and will be marked with
    what became of it, but it isn't tried again, rings no more and asks nobody for a decision.
    """
    rows = list(Reminder.objects.standing().filter(about=about).order_by("pk").values_list("pk", "school_id"))
    withdrawn = _withdraw([pk for pk, _ in rows], now=now)
    if withdrawn:
        audit.record("reminder.cancelled", by=by, school_id=rows[0][1], about=about, rows=withdrawn)
    return withdrawn


def _supersede(
    about: str, recipient: User, *, due_at: datetime, expires_at: datetime | None
) -> list[Reminder]:
    """Withdraw what stands for another moment; the rows that stand for this one are kept."""
    standing = list(Reminder.objects.standing().filter(about=about, recipient=recipient))
    kept = [row for row in standing if (row.due_at, row.expires_at) == (due_at, expires_at)]
    _withdraw([row.pk for row in standing if row not in kept], now=Now())
    return kept


def _withdraw(ids: list[int], *, now: datetime | Now) -> int:
    """A leased row that no socket has seen yet is taken back too: its sender asks again before it begins."""
    stoppable = {"send_begun_at": None, "state__in": [State.PLANNED, State.LEASED]}
    return (
        Reminder.objects.standing()
        .filter(pk__in=ids)
        .update(
            state=Case(When(**stoppable, then=Value(State.CANCELLED)), default=F("state")),
            lease_until=Case(When(**stoppable, then=Value(None)), default=F("lease_until")),
            leased_by=Case(When(**stoppable, then=Value("")), default=F("leased_by")),
            cancelled_at=now,
        )
    )


def _check(
    *, category: str, about: str, url_path: str, due_at: datetime, expires_at: datetime | None
) -> None:
    if category not in categories.CATEGORIES:
        raise ValueError(f"Unknown reminder category {category!r}: see reminders/categories.py.")
    if not _ABOUT.fullmatch(about):
        raise ValueError('A reminder is about "app.model:public id".')
    if not url_path.startswith("/") or url_path.startswith("//"):
        raise ValueError("A reminder links to a path of this site.")
    if due_at.tzinfo is None or (expires_at is not None and expires_at <= due_at):
        raise ValueError("A reminder's times need a zone, and it is due before it expires.")


def _lock(about: str, recipient: User) -> None:
    """Two plans for the same thing and person wait for each other, also when no row stands yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{about}|{recipient.pk}"])


def _next_version(about: str, recipient: User) -> int:
    """Versions only count up, so that a date changed there and back makes a new message."""
    return Reminder.objects.filter(about=about, recipient=recipient).count() + 1
