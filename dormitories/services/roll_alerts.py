"""Telling people that a roll stays open with a gap: a category and a link, until the child is found."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from dormitories import access_leave
from dormitories.models import RollCall, RollMark
from reminders import services as reminder_services

CATEGORY = "roll_gap"
_LOOKS_BACK = timedelta(hours=24)


def about(roll: RollCall, minutes: int) -> str:
    """An opaque reference, one for each threshold."""
    return f"dormitories.rollcall:{roll.public_id.hex}-{minutes}"


def gap(roll: RollCall) -> int:
    """How many are still to find."""
    return RollMark.objects.filter(roll=roll, status=RollMark.Status.UNKNOWN).count()


def tell_of_gaps(*, now: datetime) -> int:
    """For each open roll with a gap past a threshold of settings.ROLL_GAP_MINUTES tell whoever it is for.

    After ten minutes whoever is on duty (but not whoever opened it), after thirty the head. Repeating
    it tells nobody twice; a gap that is closed withdraws what was planned. Returns how many rolls have one.
    """
    to_find = RollMark.objects.filter(roll=OuterRef("pk"), status=RollMark.Status.UNKNOWN)
    first = timedelta(minutes=min(settings.ROLL_GAP_MINUTES))
    rolls = RollCall.objects.filter(
        Exists(to_find),
        closed_at=None,
        opened_at__lte=now - first,
        opened_at__gt=now - _LOOKS_BACK,
        school__is_open=True,
    )
    found = list(rolls.order_by("opened_at", "pk"))
    for roll in found:
        _tell(roll, now=now)
    return len(found)


@transaction.atomic
def _tell(roll: RollCall, *, now: datetime) -> None:
    # Whoever marks the last child waits for this, and withdraws it then.
    locked = RollCall.objects.select_for_update().get(pk=roll.pk)
    if not locked.is_open or not gap(locked):
        return
    for place, minutes in enumerate(settings.ROLL_GAP_MINUTES):
        due_at = locked.opened_at + timedelta(minutes=minutes)
        if due_at <= now:
            for person in _people(locked, is_first=place == 0, now=now):
                _plan(locked, person, minutes=minutes, due_at=due_at)


def _people(roll: RollCall, *, is_first: bool, now: datetime) -> list[User]:
    on = timezone.localdate(now)
    if is_first:
        return access_leave.duty_leaders(roll.school_id, now=now, on=on, but=roll.opened_by_id)
    return access_leave.heads(roll.school_id, on=on)


def _plan(roll: RollCall, person: User, *, minutes: int, due_at: datetime) -> None:
    reminder_services.plan(
        recipient=person,
        school_id=roll.school_id,
        category=CATEGORY,
        about=about(roll, minutes),
        url_path=reverse("dormitories:roll", args=[roll.public_id]),
        due_at=due_at,
        by=None,
    )


def withdraw(roll: RollCall, *, by: User | None, now: datetime) -> None:
    """Everybody is accounted for: nobody need be told any more."""
    for minutes in settings.ROLL_GAP_MINUTES:
        if now >= roll.opened_at + timedelta(minutes=minutes):
            reminder_services.cancel(about=about(roll, minutes), by=by, now=now)


def withdraw_if_whole(roll: RollCall, *, by: User | None, now: datetime) -> None:
    """After a mark: nothing is asked while no alert can have been planned yet."""
    if now >= roll.opened_at + timedelta(minutes=min(settings.ROLL_GAP_MINUTES)) and not gap(roll):
        withdraw(roll, by=by, now=now)
