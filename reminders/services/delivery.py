"""Taking due reminders and sending them, so that a worker may die at any point.

Three committed steps for each message: leased (mine for a while) → begun (a socket is about to be touched)
→ what became of it. A worker that dies before the second left nothing behind: the row is planned again. One
that dies between the second and the third leaves a row that nobody can judge: it becomes uncertain and waits
for a person (security.md, "Reminders and bookings"; docs/decisions/0004-outbox.md).

Every step but the first is written only by whoever holds the current attempt: the fencing token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core import audit
from reminders import categories, channels, clock, outside
from reminders.models import Channel, Reminder, State
from reminders.services import asking, outcomes, outsiders
from schools import access as school_access

BATCH = 20
UNREACHED_IN_A_ROW = 3
LONGEST_SWEEP = timedelta(seconds=50)  # a task stays shorter than a broker's visibility timeout

_CLAIM = """
    WITH due AS (
        SELECT r.id
        FROM reminders_reminder r
        LEFT JOIN accounts_user u ON u.id = r.recipient_id
        LEFT JOIN reminders_outsider o ON o.id = r.outsider_id
        WHERE r.state = 'planned' AND r.next_try_at <= %(now)s AND r.channel <> 'bell'
          AND (r.expires_at IS NULL OR r.expires_at > %(now)s)
          AND (NOT %(quiet)s OR r.category = ANY(%(urgent)s))
          AND CASE WHEN r.outsider_id IS NOT NULL THEN
            o.opted_out_at IS NULL
            AND CASE r.channel WHEN 'sms' THEN o.phone ELSE o.email END IS NOT NULL
            AND CASE WHEN o.quiet_from IS NULL THEN true
                WHEN o.quiet_from <= o.quiet_until
                THEN NOT (%(wall)s >= o.quiet_from AND %(wall)s < o.quiet_until)
                ELSE %(wall)s < o.quiet_from AND %(wall)s >= o.quiet_until END
          ELSE u.is_active AND u.email <> '' AND EXISTS (
            SELECT 1
            FROM schools_membership m
            LEFT JOIN schools_schoolclass c ON c.id = m.school_class_id
            LEFT JOIN schools_area a ON a.id = m.area_id
            WHERE m.user_id = u.id AND m.started_on <= %(today)s
              AND (m.ended_on IS NULL OR m.ended_on >= %(today)s)
              AND (m.school_id = r.school_id OR c.school_id = r.school_id OR starts_with(
                (SELECT sa.path FROM schools_school s JOIN schools_area sa ON sa.id = s.area_id
                 WHERE s.id = r.school_id), a.path))
          ) END
        ORDER BY r.next_try_at, r.id
        LIMIT %(limit)s
        FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE reminders_reminder r
    SET state = 'leased', attempt = r.attempt + 1, leased_by = %(worker)s, lease_until = %(until)s
    FROM due
    WHERE r.id = due.id
    RETURNING r.id
"""


def sweep(
    *,
    clock_now: Callable[[], datetime],
    worker: str,
    limit: int = BATCH,
    stopping: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Do everything that is due, and say how much of what. Any number of sweeps at once is harmless.

    `clock_now` is asked before each step, because sending takes time. `stopping` is asked before each
    message: what isn't begun then is handed back for others.
    """
    started = clock_now()
    done: Counter[str] = Counter()
    done.update(settle_lost_leases(now=started))
    done.update(asking.ask_about_lost(now=started))
    done["dropped"] = drop_unfit(now=started)
    done["rung"] = ring_bells(now=started)
    postpone_in_quiet_hours(now=started)
    while (now := clock_now()) - started < LONGEST_SWEEP:
        batch = claim_due(now=now, limit=limit, worker=worker)
        if not batch or not _work_through(batch, clock_now, stopping, done):
            break
    return +done


def claim_due(*, now: datetime, limit: int, worker: str) -> list[Reminder]:
    """Lease up to `limit` due messages to `worker`: one statement, rows that another one holds are passed by.

    Whether a row still stands, its reader may still sign in and works in its school (or, outside, wants
    messages and doesn't sleep now), and it is not too late for it is part of the same statement; at night
    only what is urgent is leased (categories.URGENT). Bells never are: `ring_bells`.
    """
    with connection.cursor() as cursor:
        local = timezone.localtime(now, clock.local_zone())
        values: dict[str, Any] = {
            "now": now,
            "until": now + _lease(),
            "today": local.date(),
            "wall": local.time(),
        }
        values |= {"quiet": clock.is_quiet(now), "urgent": sorted(categories.URGENT)}
        cursor.execute(_CLAIM, {**values, "limit": limit, "worker": worker[:80]})
        ids = [row[0] for row in cursor.fetchall()]
    rows = Reminder.objects.filter(pk__in=ids).select_related("recipient", "outsider", "school")
    return list(rows.order_by("next_try_at", "pk"))


@transaction.atomic
def begin_sending(reminder: Reminder, *, now: datetime) -> bool:
    """Commit that a socket is about to be touched, or say no: withdrawn, too late, or no longer ours.

    What goes outside is asked about once more: a moved or cancelled call reminds nobody, even if whoever
    moved it forgot to withdraw its reminders.
    """
    if not outside.still_stands(reminder):
        outcomes.drop(reminder, code="no_longer", now=now)
        return False
    return bool(
        Reminder.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            pk=reminder.pk,
            attempt=reminder.attempt,
            state=State.LEASED,
            lease_until__gt=now,
            send_begun_at=None,
            cancelled_at=None,
        ).update(send_begun_at=now, lease_until=now + _lease())
    )


@transaction.atomic
def settle_lost_leases(*, now: datetime) -> Counter[str]:
    """What dead workers left: rows that no socket has seen are planned again, the others are uncertain."""
    lost = _mine(Q(state=State.LEASED, lease_until__lte=now))
    free = [row.pk for row in lost if row.send_begun_at is None]
    unknown = [row for row in lost if row.send_begun_at is not None]
    released = {"lease_until": None, "leased_by": ""}
    Reminder.objects.filter(pk__in=free).update(state=State.PLANNED, **released)
    Reminder.objects.filter(pk__in=[row.pk for row in unknown]).update(
        state=State.UNCERTAIN, last_error="worker_lost", **released
    )
    for row in unknown:
        audit.record("reminder.uncertain", by=None, target=row, code="worker_lost")
    return Counter(released=len(free), uncertain=len(unknown))


@transaction.atomic
def drop_unfit(*, now: datetime) -> int:
    """Due, but too late for its event, or its reader has left, can't sign in or has no address: to nobody."""
    due = Q(state=State.PLANNED, next_try_at__lte=now)
    unfit = _mine(due & (Q(expires_at__lte=now) | _without_reader(now)))
    return sum(outcomes.drop(row, code=_why_unfit(row, now), now=now) for row in unfit)


def _without_reader(now: datetime) -> Q:
    gone = ~Q(school_access.works_there("recipient", "school", on=timezone.localdate(now)))
    colleague = gone | Q(recipient__is_active=False) | Q(channel=Channel.EMAIL, recipient__email="")
    no_address = Q(channel=Channel.SMS, outsider__phone__isnull=True) | Q(
        channel=Channel.EMAIL, outsider__email__isnull=True
    )
    outsider = Q(outsider__opted_out_at__isnull=False) | no_address
    return Q(recipient__isnull=False) & colleague | Q(outsider__isnull=False) & outsider


def _why_unfit(row: Reminder, now: datetime) -> str:
    if row.expires_at is not None and row.expires_at <= now:
        return "too_late"
    left = row.outsider is not None and row.outsider.opted_out_at is not None
    return "opted_out" if left else "no_reader"


@transaction.atomic
def ring_bells(*, now: datetime) -> int:
    """Bells that are due count as sent: nothing leaves the program, so nothing can be lost on the way."""
    due = _mine(Q(state=State.PLANNED, channel=Channel.BELL, next_try_at__lte=now))
    return Reminder.objects.filter(pk__in=[row.pk for row in due]).update(state=State.SENT, sent_at=now)


@transaction.atomic
def postpone_in_quiet_hours(*, now: datetime) -> int:
    """A message still unsent when the quiet hours begin waits for their end, and isn't overdue meanwhile."""
    due = Q(state=State.PLANNED, next_try_at__lte=now) & ~Q(channel=Channel.BELL)
    due &= ~Q(category__in=categories.URGENT)
    if clock.is_quiet(now):
        morning = clock.after_quiet_hours(now)
        rows = _mine(due & Q(Q(outsider=None) | Q(outsider__quiet_from=None)))
        Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(next_try_at=morning)
        return len(rows) + _postpone_for_sleepers(due, now)
    return _postpone_for_sleepers(due, now)


def _postpone_for_sleepers(due: Q, now: datetime) -> int:
    """For people outside with quiet hours of their own."""
    postponed = 0
    for row in _mine(due & Q(outsider__quiet_from__isnull=False)):
        awake = clock.after_quiet_hours(now, own=outsiders.quiet_hours(row.outsider))
        if awake != now:
            postponed += Reminder.objects.filter(pk=row.pk).update(next_try_at=awake)
    return postponed


def _work_through(
    batch: list[Reminder],
    clock_now: Callable[[], datetime],
    stopping: Callable[[], bool],
    done: Counter[str],
) -> bool:
    """Send one after the other; False when there is no use in going on now.

    A mail server that is away costs a time-out each time: after three in a row the next sweep may try, so
    that the workers stay free for other tasks.
    """
    unreached = 0
    for reminder in batch:
        if unreached >= UNREACHED_IN_A_ROW or stopping():
            _hand_back(batch)
            return False
        if begin_sending(reminder, now=clock_now()):
            outcome = _send(reminder, clock_now)
            done[outcome] += 1
            unreached = unreached + 1 if outcome == "unreached" else 0
    return True


def _hand_back(batch: list[Reminder]) -> None:
    """Plan anew what is leased but not begun, without waiting for the lease to run out."""
    for reminder in batch:
        Reminder.objects.filter(
            pk=reminder.pk, attempt=reminder.attempt, state=State.LEASED, send_begun_at=None
        ).update(state=State.PLANNED, lease_until=None, leased_by="")


def _send(reminder: Reminder, clock_now: Callable[[], datetime]) -> str:
    """Outside any transaction: a lock is never held while a far server takes its time."""
    try:
        channels.SENDERS[reminder.channel].deliver(reminder, now=clock_now())
    except channels.RefusedError as error:
        code = str(error)
        outcomes.insist(lambda: outcomes.record_refused(reminder, code=code, now=clock_now()))
        return "unreached" if isinstance(error, channels.UnreachedError) else "refused"
    except channels.FateUnknownError as error:
        code = str(error)
        outcomes.insist(lambda: outcomes.record_uncertain(reminder, code=code))
        return "uncertain"
    outcomes.insist(lambda: outcomes.record_sent(reminder, now=clock_now()))
    return "sent"


def _mine(condition: Q) -> list[Reminder]:
    """Matching rows, locked until the transaction's end; rows that somebody else holds are passed by."""
    return list(
        Reminder.objects.filter(condition)
        .select_related("outsider")
        .select_for_update(skip_locked=True, of=["self"])
        .order_by("pk")
    )


def _lease() -> timedelta:
    return timedelta(seconds=settings.REMINDER_LEASE_SECONDS)
