"""Leave: asking, answering, and the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from dormitories.access_leave import Side
from dormitories.models import Leave
from dormitories.models.leave import A_MOMENT, EARLIEST, LONGEST
from dormitories.services import leave_alerts, roll_marks
from dormitories.services.refusals import RefusedError
from students.models import GuardianLink, Student

AHEAD = timedelta(days=200)


@dataclass(frozen=True)
class LeaveDetails:
    """What is asked for: when, why, and who collects (an adult of the pupil's, or somebody else in words)."""

    kind: str
    reason: str
    leaves_at: datetime
    due_back_at: datetime
    collector: GuardianLink | None = None
    collector_words: str = ""


@transaction.atomic
def ask(*, student: Student, details: LeaveDetails, by: User, now: datetime) -> Leave:
    """Ask for a boarder's leave; two others approve it.

    Raises RefusedError: for somebody who doesn't board, times that don't fit, an adult who may not collect,
    and a leave that overlaps another (by the database, also for two who ask at once).
    """
    if student.boarding != Student.Boarding.BOARDER:
        raise RefusedError(_("Only boarders need a leave."))
    _check_times(details, now)
    _check_collector(student, details)
    try:
        with transaction.atomic():
            leave = Leave.objects.create(
                school_id=student.school_id,
                student=student,
                kind=details.kind,
                reason=details.reason,
                leaves_at=details.leaves_at,
                due_back_at=details.due_back_at,
                collector=details.collector,
                collector_words=details.collector_words,
                asked_by=by,
                asked_at=now,
            )
    except IntegrityError as error:
        if "dormitories_leave_no_overlap" not in str(error):
            raise
        raise RefusedError(_("There is a leave for this time already."), "leaves_at") from None
    _note("asked", leave, by=by, kind=leave.kind)
    return leave


def _check_times(details: LeaveDetails, now: datetime) -> None:
    if details.due_back_at <= max(details.leaves_at, now):
        raise RefusedError(_("Being back comes after leaving, and isn't over already."), "due_back_at")
    if details.due_back_at - details.leaves_at > LONGEST:
        text = _("A leave is %(n)d days at most. Whoever is away longer boards no more.")
        raise RefusedError(text % {"n": LONGEST.days}, "due_back_at")
    if details.leaves_at < now - timedelta(days=1):
        raise RefusedError(_("That was before yesterday."), "leaves_at")
    if details.leaves_at - now > AHEAD:
        raise RefusedError(_("That is too far ahead."), "leaves_at")


def _check_collector(student: Student, details: LeaveDetails) -> None:
    link = details.collector
    if link is None:
        if not details.collector_words:
            raise RefusedError(_("Say who collects the child, or how they travel."), "collector_words")
        return
    if link.student_id != student.pk or not _may_collect(link):
        raise RefusedError(_("This adult isn't noted as somebody who may collect the child."), "collector")
    if details.collector_words:
        raise RefusedError(_("Choose an adult of the list, or say who else: not both."), "collector_words")


def _may_collect(link: GuardianLink) -> bool:
    return link.may_collect == GuardianLink.Answer.YES and not link.contact_barred


def _check_collector_still(leave: Leave) -> None:
    """Who was barred since the leave was asked for takes the child nowhere. Raises RefusedError."""
    if leave.collector_id is None:
        return
    if not _may_collect(GuardianLink.objects.get(pk=leave.collector_id)):
        raise RefusedError(_("This adult isn't noted as somebody who may collect the child."))


@transaction.atomic
def approve(*, leave: Leave, sides: Sequence[Side], by: User, now: datetime) -> Leave:
    """Give one of the two approvals: for the class or for the house, the first of `sides` still missing.

    `sides` comes from access.sides_of. Twice is once. Raises RefusedError for whoever asked, when the
    leave is no longer open, when its collector may collect no more, and when the approval that is missing
    isn't this person's to give.
    """
    locked = _lock(leave)
    if by.pk in (locked.class_approved_by_id, locked.house_approved_by_id):
        return locked
    _check_waiting(locked, now)
    _check_collector_still(locked)
    if locked.asked_by_id == by.pk:
        raise RefusedError(_("You asked for it: two others approve."))
    given = {Side.CLASS: locked.class_approved_at, Side.HOUSE: locked.house_approved_at}
    side = next((one for one in sides if given[one] is None), None)
    if side is None:
        raise RefusedError(_("Your side has approved already; the other side is still missing."))
    setattr(locked, f"{side}_approved_by", by)
    setattr(locked, f"{side}_approved_at", now)
    locked.save(update_fields=[f"{side}_approved_by", f"{side}_approved_at"])
    _note("approved", locked, by=by, side=side.value, complete=locked.is_approved)
    return locked


@transaction.atomic
def refuse(*, leave: Leave, why: str, by: User, now: datetime) -> Leave:
    """Say no, which one person can. Twice is once. RefusedError once the pupil is out or it is over."""
    locked = _lock(leave)
    if locked.refused_at is not None:
        return locked
    _check_open(locked, now)
    locked.refused_by, locked.refused_at, locked.refusal = by, now, why.strip()
    locked.save(update_fields=["refused_by", "refused_at", "refusal"])
    _note("refused", locked, by=by)
    return locked


@transaction.atomic
def cancel(*, leave: Leave, by: User, now: datetime) -> Leave:
    """Call it off: the pupil stays. Twice is once. RefusedError once the pupil is out or it is over."""
    locked = _lock(leave)
    if locked.cancelled_at is not None:
        return locked
    _check_open(locked, now)
    locked.cancelled_by, locked.cancelled_at = by, now
    locked.save(update_fields=["cancelled_by", "cancelled_at"])
    _note("cancelled", locked, by=by)
    return locked


@transaction.atomic
def go_out(*, leave: Leave, by: User, now: datetime) -> Leave:
    """Through the gate; an open roll knows it at once. Twice is once.

    Raises RefusedError without both approvals, more than two hours early, after the time, and with a
    collector who may collect no more.
    """
    locked = _lock(leave)
    if locked.out_at is not None:
        return locked
    _check_open(locked, now)
    if not locked.is_approved:
        raise RefusedError(_("It isn't approved by two people yet: the child stays."))
    if now < locked.leaves_at - EARLIEST:
        raise RefusedError(_("It is too early to go out on this leave."))
    _check_collector_still(locked)
    locked.out_by, locked.out_at = by, now
    try:
        with transaction.atomic():
            locked.save(update_fields=["out_by", "out_at"])
    except IntegrityError as error:
        if "dormitories_leave_out_once" not in str(error):
            raise
        raise RefusedError(_("The child is out on another leave; note first that they are back.")) from None
    roll_marks.follow_gate(locked, now=now)
    _note("out", locked, by=by)
    return locked


@transaction.atomic
def come_back(*, leave: Leave, by: User, now: datetime) -> Leave:
    """Back through the gate; alerts end, and an open roll looks for the pupil again. Twice is once.

    Raises RefusedError for somebody who isn't out.
    """
    locked = _lock(leave)
    if locked.back_at is not None:
        return locked
    if locked.out_at is None:
        raise RefusedError(_("The child hasn't gone out on this leave."))
    locked.back_by, locked.back_at = by, now
    locked.save(update_fields=["back_by", "back_at"])
    leave_alerts.withdraw(locked, by=by, now=now)
    roll_marks.follow_gate(locked, now=now)
    _note("back", locked, by=by, late=now > locked.due_back_at)
    return locked


@transaction.atomic
def undo_gate(*, leave: Leave, by: User, now: datetime) -> Leave:
    """Take back the last tap at the gate: one's own, within ten minutes. Raises RefusedError otherwise."""
    locked = _lock(leave)
    step = "back" if locked.back_at is not None else "out"
    at, who = getattr(locked, f"{step}_at"), getattr(locked, f"{step}_by_id")
    if at is None or who != by.pk or now - at > A_MOMENT:
        raise RefusedError(_("Only your own tap of the last ten minutes can be taken back."))
    setattr(locked, f"{step}_at", None)
    setattr(locked, f"{step}_by", None)
    try:
        with transaction.atomic():
            locked.save(update_fields=[f"{step}_at", f"{step}_by"])
    except IntegrityError:
        raise RefusedError(_("There is a leave for this time already.")) from None
    roll_marks.follow_gate(locked, now=now)
    _note("gate_undone", locked, by=by, step=step)
    return locked


def _check_waiting(leave: Leave, now: datetime) -> None:
    _check_open(leave, now)
    if leave.is_approved:
        raise RefusedError(_("It is approved by two people already."))


def _check_open(leave: Leave, now: datetime) -> None:
    if leave.refused_at is not None:
        raise RefusedError(_("It was refused. Ask anew if things have changed."))
    if leave.cancelled_at is not None:
        raise RefusedError(_("It was called off."))
    if leave.out_at is not None:
        raise RefusedError(_("The child has gone out already."))
    if now >= leave.due_back_at:
        raise RefusedError(_("Its time is over."))


def _lock(leave: Leave) -> Leave:
    locked = Leave.objects.select_for_update(of=("self",)).select_related("student")
    return locked.get(pk=leave.pk)


def _note(verb: str, leave: Leave, *, by: User, **details: Any) -> None:
    audit.record(f"leave.{verb}", by=by, target=leave, subject=leave.student, **details)
