"""Opening and closing a roll."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit
from dormitories import roll_times
from dormitories.models import Building, Leave, RollCall, RollMark, Stay
from dormitories.services import roll_alerts, roll_marks, roll_missing
from dormitories.services.refusals import RefusedError


@transaction.atomic
def open_roll(*, building: Building, floor: int | None = None, by: User, now: datetime) -> RollCall:
    """Open this evening's or morning's roll of a house, or of one floor, and settle who is expected.

    Expected is whoever has a bed here that day; who is out on leave is known at once. Opening one that is
    open or closed already gives that one. Raises RefusedError where nobody sleeps, and for a floor of a house
    whose roll is called as a whole, or the other way round.
    """
    Building.objects.select_for_update().get(pk=building.pk)
    on, kind = roll_times.roll_of(now)
    standing = RollCall.objects.filter(building=building, on=on, kind=kind)
    if (same := standing.filter(floor=floor).first()) is not None:
        return same
    stays = _expected(building, floor, on)
    if not stays:
        raise RefusedError(_("Nobody has a bed here, so there is nobody to call."))
    try:
        with transaction.atomic():
            roll = RollCall.objects.create(
                school_id=building.school_id,
                building=building,
                floor=floor,
                kind=kind,
                on=on,
                opened_by=by,
                opened_at=now,
            )
    except IntegrityError as error:
        if "_once" not in str(error):
            raise
        raise RefusedError(_("The roll of this house is already called in another way.")) from None
    _settle_expected(roll, stays, now=now)
    roll_missing.withdraw(roll, by=by, now=now)
    audit.record("roll.opened", by=by, target=roll, expected=len(stays), floor=floor)
    return roll


def _expected(building: Building, floor: int | None, on) -> list[Stay]:  # type: ignore[no-untyped-def]
    stays = Stay.objects.active(on).filter(bed__room__building=building)
    if floor is not None:
        stays = stays.filter(bed__room__floor=floor)
    return list(stays.order_by("bed__room__floor", "bed__room__number", "bed__label", "pk"))


def _settle_expected(roll: RollCall, stays: list[Stay], *, now: datetime) -> None:
    out = {leave.student_id: leave for leave in Leave.objects.out().filter(student__in=_pupils(stays))}
    marks = []
    for number, stay in enumerate(stays, start=1):
        leave = out.get(stay.student_id)
        known = leave is not None and roll_marks.on_leave_by_itself(leave, now)
        marks.append(
            RollMark(
                school_id=roll.school_id,
                roll=roll,
                student_id=stay.student_id,
                bed_id=stay.bed_id,
                number=number,
                status=RollMark.Status.LEAVE if known else RollMark.Status.UNKNOWN,
                leave=leave if known else None,
            )
        )
    RollMark.objects.bulk_create(marks, batch_size=500)


def _pupils(stays: list[Stay]) -> list[int]:
    return [stay.student_id for stay in stays]


@transaction.atomic
def close_roll(*, roll: RollCall, by: User, now: datetime) -> RollCall:
    """Close a roll in which everybody is accounted for. Twice is once.

    Raises RefusedError while a child is to find: whoever has no mark, and whoever was known to be on leave
    and should be back by now. The database says the same (migration 0003).
    """
    locked = roll_marks.lock(roll)
    if not locked.is_open:
        return locked
    unknown = Q(status=RollMark.Status.UNKNOWN)
    no_longer = Q(leave__due_back_at__lt=now) | Q(leave__back_at__isnull=False) | Q(leave__out_at=None)
    to_find = RollMark.objects.filter(unknown | Q(marked_by=None) & no_longer, roll=locked).count()
    if to_find:
        text = ngettext(
            "%(n)d child is unaccounted for: the roll stays open.",
            "%(n)d children are unaccounted for: the roll stays open.",
            to_find,
        )
        raise RefusedError(text % {"n": to_find})
    locked.closed_by, locked.closed_at = by, now
    locked.version += 1
    locked.save(update_fields=["closed_by", "closed_at", "version"])
    roll_alerts.withdraw(locked, by=by, now=now)
    minutes = int((now - locked.opened_at).total_seconds() // 60)
    audit.record("roll.closed", by=by, target=locked, minutes=minutes)
    return locked
