"""Planning and withdrawing, inside the transaction of the change that asks for it."""

from __future__ import annotations

import re
from copy import copy
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from accounts.models import User
from core import audit
from core.fields import uuid7
from reminders import categories, clock, gateway, outside
from reminders.models import Channel, Outsider, Reminder, ReminderQuerySet, State
from reminders.services import outsiders

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
    row = Reminder(
        school_id=school_id,
        recipient=recipient,
        category=category,
        about=about,
        url_path=url_path,
        from_name=from_name,
        due_at=due_at,
        expires_at=expires_at,
        next_try_at=due_at if category in categories.URGENT else clock.after_quiet_hours(due_at),
    )
    return _plan(row, {Channel.BELL, Channel.EMAIL} if recipient.email else {Channel.BELL}, by=by)


@transaction.atomic
def plan_outside(
    *, outsider: Outsider, category: str, about: str, due_at: datetime, expires_at: datetime, by: User | None
) -> list[Reminder]:
    """Remind somebody without an account of `about`: by SMS where a gateway is set up, else by e-mail.

    One message, not two: a parent pays attention to the first. The rules of `plan` hold; a message always has
    an end, after which it is sent to nobody. Whoever wants no messages, or has no address, gets none planned.
    Raises ValueError as `plan` does, and for a category that no app sends outside (reminders.outside).
    """
    outside.kind_of(category)
    channels = _ways_to(outsider)
    row = Reminder(
        school_id=outsider.school_id,
        outsider=outsider,
        category=category,
        about=about,
        url_path="/",
        due_at=due_at,
        expires_at=expires_at,
        next_try_at=clock.after_quiet_hours(due_at, own=outsiders.quiet_hours(outsider)),
    )
    return _plan(row, channels, by=by) if channels else []


def _ways_to(outsider: Outsider) -> set[Channel]:
    if outsider.opted_out_at is not None:
        return set()
    if outsider.phone and gateway.chosen() is not None:
        return {Channel.SMS}
    return {Channel.EMAIL} if outsider.email else set()


def _plan(row: Reminder, wanted: set[Channel], *, by: User | None) -> list[Reminder]:
    """`row` as a pattern, once for each wanted channel that doesn't stand already."""
    _check(row)
    _lock(row)
    kept = _supersede(row)
    version = _to_the_same(row).count() + 1  # only counts up: a date changed there and back is a new message
    made = []
    for channel in sorted(wanted - {one.channel for one in kept}):
        one = copy(row)
        one.public_id = uuid7()
        one.channel, one.dedupe_key = channel, f"{row.about}|{_whom(row)}|{channel}|{version}"
        made.append(one)
    Reminder.objects.bulk_create(made)
    if made:
        channels = [one.channel for one in made]
        audit.record("reminder.planned", by=by, school_id=row.school_id, about=row.about, channels=channels)
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


def _supersede(row: Reminder) -> list[Reminder]:
    """Withdraw what stands for another moment; the rows that stand for this one are kept."""
    standing = list(_to_the_same(row).standing())
    kept = [one for one in standing if (one.due_at, one.expires_at) == (row.due_at, row.expires_at)]
    _withdraw([one.pk for one in standing if one not in kept], now=Now())
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


def _check(row: Reminder) -> None:
    if row.category not in categories.CATEGORIES:
        raise ValueError(f"Unknown reminder category {row.category!r}: see reminders/categories.py.")
    if not _ABOUT.fullmatch(row.about):
        raise ValueError('A reminder is about "app.model:public id".')
    if not row.url_path.startswith("/") or row.url_path.startswith("//"):
        raise ValueError("A reminder links to a path of this site.")
    if row.due_at.tzinfo is None or (row.expires_at is not None and row.expires_at <= row.due_at):
        raise ValueError("A reminder's times need a zone, and it is due before it expires.")


def _lock(row: Reminder) -> None:
    """Two plans for the same thing and person wait for each other, also when no row stands yet."""
    with connection.cursor() as cursor:
        key = f"{row.about}|{_whom(row)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _whom(row: Reminder) -> str:
    return str(row.recipient_id) if row.recipient_id is not None else f"outside{row.outsider_id}"


def _to_the_same(row: Reminder) -> ReminderQuerySet:
    return Reminder.objects.filter(about=row.about, recipient=row.recipient_id, outsider=row.outsider_id)
