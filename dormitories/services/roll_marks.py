"""One mark of a roll at a time, and what the gate says to the rolls that are open."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from dormitories.models import Leave, RollCall, RollMark
from dormitories.services import roll_alerts
from dormitories.services.refusals import RefusedError

CORRECTABLE = timedelta(hours=12)  # after closing: until then a wrong tap can be put right, never undone
Status = RollMark.Status


def lock(roll: RollCall) -> RollCall:
    """Marks of one roll and its closing wait for each other here; so versions are seen in their order."""
    return RollCall.objects.select_for_update().get(pk=roll.pk)


@transaction.atomic
def mark(*, roll: RollCall, number: int, status: str, note: str = "", by: User, now: datetime) -> RollMark:
    """Say where a pupil is; the latest word stands. The same again changes nothing.

    Raises RefusedError: for "on leave" without an approved leave, "elsewhere" without where, a roll closed
    more than twelve hours ago, and for taking a mark back in a closed one.
    """
    locked = lock(roll)
    found = RollMark.objects.select_related("student").get(roll=locked, number=number)
    note = note.strip() if status == Status.OTHER else ""
    _check(locked, status, note, now)
    if (found.status, found.note) == (status, note) and (found.marked_by_id or status == Status.UNKNOWN):
        return found
    found.leave = _leave_now(found, now) if status == Status.LEAVE else None
    found.status, found.note = status, note
    found.marked_by, found.marked_at = by, now
    _save(locked, found)
    if not locked.is_open or status not in (Status.PRESENT, Status.UNKNOWN):
        late = not locked.is_open
        audit.record("roll.marked", by=by, target=locked, subject=found.student, status=status, closed=late)
    if locked.is_open and status != Status.UNKNOWN:
        roll_alerts.withdraw_if_whole(locked, by=by, now=now)
    return found


def _check(roll: RollCall, status: str, note: str, now: datetime) -> None:
    if status == Status.OTHER and not note:
        raise RefusedError(_("Say where the child is."), "note")
    if roll.closed_at is None:
        return
    if status == Status.UNKNOWN:
        raise RefusedError(_("The roll is closed: say where the child is instead."), "status")
    if now - roll.closed_at > CORRECTABLE:
        raise RefusedError(_("The roll was closed more than twelve hours ago; it stands."))


def _leave_now(found: RollMark, now: datetime) -> Leave:
    """The approved leave that covers this moment, whether the gate has noted it or not."""
    leaves = Leave.objects.approved().filter(
        student_id=found.student_id, back_at=None, leaves_at__lte=now, due_back_at__gt=now
    )
    leave = leaves.order_by("pk").first()
    if leave is None:
        raise RefusedError(_("No approved leave covers this moment. Choose what is true instead."), "status")
    return leave


def _save(locked: RollCall, found: RollMark) -> None:
    locked.version = F("version") + 1
    locked.save(update_fields=["version"])
    locked.refresh_from_db(fields=["version"])
    found.version = locked.version
    found.save(update_fields=["status", "note", "leave", "marked_by", "marked_at", "version"])


def on_leave_by_itself(leave: Leave, now: datetime) -> bool:
    """Whether the gate's word is enough: out, not back, and not yet due."""
    return leave.out_at is not None and leave.back_at is None and now <= leave.due_back_at


@transaction.atomic
def follow_gate(leave: Leave, *, now: datetime) -> None:
    """What the gate noted changes the open rolls: out is known by itself, back is to find."""
    _follow(Q(student_id=leave.student_id), leave, now=now)


@transaction.atomic
def forget_overdue(*, now: datetime) -> int:
    """Pupils known to be on leave whose time is over are to find again; how many. Twice is once."""
    overdue = RollMark.objects.filter(
        roll__closed_at=None, status=Status.LEAVE, marked_by=None, leave__due_back_at__lt=now
    )
    rows = list(overdue.select_related("leave").order_by("roll_id", "pk"))
    for row in rows:
        if row.leave is not None:
            _follow(Q(pk=row.pk), row.leave, now=now)
    return len(rows)


def _follow(which: Q, leave: Leave, *, now: datetime) -> None:
    known = on_leave_by_itself(leave, now)
    waiting = Q(status=Status.UNKNOWN) if known else Q(status=Status.LEAVE, leave=leave, marked_by=None)
    places = RollMark.objects.filter(which & waiting, roll__closed_at=None).order_by("roll_id", "pk")
    for place in list(places.select_related("roll")):
        locked = lock(place.roll)
        # Read again behind the lock: somebody may have marked the pupil meanwhile, and their word stands.
        found = RollMark.objects.filter(waiting, pk=place.pk).first()
        if locked.is_open and found is not None:
            found.status = Status.LEAVE if known else Status.UNKNOWN
            found.leave = leave if known else None
            found.marked_by, found.marked_at, found.note = None, None, ""
            _save(locked, found)
