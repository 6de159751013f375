"""From a plan to beds and back: changing it by hand, approving it in one transaction, undoing it in one.

Everybody locks pupils before beds, in the order of their keys, as services.stays does: nobody waits for each
other, and of two people who give the same bed the second is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from dormitories.allocation import check
from dormitories.allocation.problem import Plan
from dormitories.models import AllocationPlan, Bed, PlannedPlace, Stay
from dormitories.selectors import plan_house
from dormitories.selectors.plan_house import House
from dormitories.services import plans, stays
from dormitories.services.stays import RefusedError
from schools.models import School
from students.models import Student
from students.services import finder

State = AllocationPlan.State


@transaction.atomic
def change_place(
    *, plan: AllocationPlan, student: Student, bed_id: uuid.UUID, by: User, on: date
) -> dict[str, float]:
    """Put a pupil into another bed of the plan; whoever is planned there gets theirs.

    Returns the plan's points before and after. A change that breaks a hard rule is kept and counted: it may
    be one step of two; only approving refuses it. Raises RefusedError.
    """
    locked = _ready(plan)
    house = _unchanged(locked, on)
    bed = Bed.objects.filter(public_id=bed_id, room__building__in=locked.houses).first()
    if bed is None or not any(bed.pk == known.key for beds in house.beds.values() for known in beds):
        raise RefusedError(_("This bed isn't part of the plan."), "bed")
    mine = PlannedPlace.objects.filter(plan=locked, student=student).first()
    if mine is None:
        raise RefusedError(_("This child isn't part of the plan."), "student")
    theirs = PlannedPlace.objects.filter(plan=locked, bed=bed).exclude(pk=mine.pk).first()
    if theirs is not None:
        theirs.bed_id, theirs.by_hand = mine.bed_id, True
        theirs.save(update_fields=["bed", "by_hand"])
    mine.bed, mine.by_hand = bed, True
    mine.save(update_fields=["bed", "by_hand"])
    was = locked.after["total"]
    plans.write_reasons(locked, house, _rooms(locked))
    audit.record("plan.changed", by=by, target=locked, subject=student, bed=str(bed.public_id))
    return {"before": was, "after": locked.after["total"]}


@transaction.atomic
def approve_plan(*, plan: AllocationPlan, by: User, on: date, now: datetime) -> int:
    """Let the plan be: stays of those who move end, and new ones begin on the day. Returns how many.

    All of it or nothing. Raises RefusedError when a hard rule is broken by hand, and when the house has
    changed since the plan was made.
    """
    _one_at_a_time(plan)
    locked = _ready(plan)
    moving = list(PlannedPlace.objects.filter(plan=locked).order_by("student_id"))
    moving = [place for place in moving if place.moves]
    _lock(
        (place.student_id for place in moving),
        (bed for place in moving for bed in (place.bed_id, place.from_bed_id) if bed),
    )
    house = _unchanged(locked, on)
    if check.violations(house.problem, _rooms(locked)):
        raise RefusedError(_("This plan breaks a rule. Change it first."))
    until = _end(house, moving, on)
    _begin(locked, moving, until, by=by, on=on, now=now)
    locked.state = State.APPROVED
    locked.approved_by, locked.approved_at = by, now
    locked.save(update_fields=["state", "approved_by", "approved_at"])
    audit.record("plan.approved", by=by, target=locked, moves=len(moving), on=on.isoformat())
    return len(moving)


def _end(house: House, moving: list[PlannedPlace], on: date) -> dict[int, date | None]:
    """End today's stays of those who move; one that began today was never slept in and goes altogether."""
    old = {house.stays[place.student_id][0] for place in moving if place.student_id in house.stays}
    until = dict(Stay.objects.filter(pk__in=old).values_list("student_id", "ended_on"))
    for place in moving:
        place.old_stay_id = house.stays.get(place.student_id, (None,))[0]
    fresh = set(Stay.objects.filter(pk__in=old, started_on=on).values_list("pk", flat=True))
    Stay.objects.filter(pk__in=old - fresh).update(ended_on=on - timedelta(days=1))
    Stay.objects.filter(pk__in=fresh).delete()
    for place in moving:
        if place.old_stay_id in fresh:
            place.old_stay_id = None
    return until


def _begin(
    plan: AllocationPlan,
    moving: list[PlannedPlace],
    until: dict[int, date | None],
    *,
    by: User,
    on: date,
    now: datetime,
) -> None:
    begun = _insert(
        [(place.student_id, place.bed_id, until.get(place.student_id)) for place in moving],
        plan,
        by=by,
        on=on,
        now=now,
    )
    for place in moving:
        place.new_stay = begun[place.student_id]
    PlannedPlace.objects.bulk_update(moving, ["old_stay", "new_stay"], batch_size=1_000)
    finder.refresh_keys([place.student_id for place in moving])
    audit.record_many(
        "stay.moved",
        by=by,
        targets=[(stay, {"plan": str(plan.public_id), "on": on.isoformat()}) for stay in begun.values()],
    )


def _insert(
    rows: list[tuple[int, int, date | None]], plan: AllocationPlan, *, by: User, on: date, now: datetime
) -> dict[int, Stay]:
    """New stays from the day on. Raises RefusedError where the database refuses one."""
    made = [
        Stay(
            school_id=plan.school_id,
            student_id=student,
            bed_id=bed,
            sex=plan.sex,
            started_on=on,
            ended_on=until,
            given_by=by,
            given_at=now,
        )
        for student, bed, until in rows
    ]
    try:
        with transaction.atomic():
            Stay.objects.bulk_create(made, batch_size=1_000)
    except IntegrityError as error:
        raise stays.refusal_of(error) from None
    return {stay.student_id: stay for stay in made}


@transaction.atomic
def undo_plan(*, plan: AllocationPlan, by: User, on: date, now: datetime) -> int:
    """Put everybody whom the plan moved back from the day on. Returns how many.

    All of it or nothing. Raises RefusedError when one of them has been moved again or has left, or when
    an old bed was given to somebody else or can't be slept in.
    """
    _one_at_a_time(plan)
    locked = plans.lock_plan(plan)
    if locked.state != State.APPROVED:
        raise RefusedError(_("Only an approved plan can be undone."))
    moved = list(
        PlannedPlace.objects.filter(plan=locked)
        .exclude(reason="")
        .order_by("student_id")
        .select_related("new_stay")
    )
    moved = [place for place in moved if place.moves]
    _lock(
        (place.student_id for place in moved),
        (bed for place in moved for bed in (place.bed_id, place.from_bed_id) if bed),
    )
    _require_as_planned(moved, on)
    until = {place.student_id: place.new_stay.ended_on for place in moved if place.new_stay}
    _take_back(moved, on)
    _put_back(locked, moved, until, by=by, on=on, now=now)
    locked.state = State.UNDONE
    locked.undone_by, locked.undone_at = by, now
    locked.save(update_fields=["state", "undone_by", "undone_at"])
    finder.refresh_keys([place.student_id for place in moved])
    audit.record("plan.undone", by=by, target=locked, moves=len(moved), on=on.isoformat())
    return len(moved)


def _require_as_planned(moved: list[PlannedPlace], on: date) -> None:
    """Each still sleeps where the plan put them, and each old bed is free or one of theirs."""
    standing = {
        stay.student_id: stay
        for stay in Stay.objects.active(on).filter(student__in=[place.student_id for place in moved])
    }
    later = Stay.objects.filter(student__in=standing, started_on__gt=on)
    as_planned = all(
        place.student_id in standing
        and standing[place.student_id].pk == place.new_stay_id
        and standing[place.student_id].bed_id == place.bed_id
        for place in moved
    )
    wanted = {place.from_bed_id for place in moved if place.from_bed_id}
    usable = Bed.objects.in_order(on).filter(pk__in=wanted, room__building__closed_on=None).count()
    if not as_planned or later.exists() or usable != len(wanted):
        raise RefusedError(
            _("The house has changed since the plan was approved. Move the children one by one.")
        )


def _take_back(moved: list[PlannedPlace], on: date) -> None:
    """What the plan began ends the day before; what began today goes altogether."""
    begun = [place.new_stay_id for place in moved if place.new_stay_id]
    Stay.objects.filter(pk__in=begun, started_on__lt=on).update(ended_on=on - timedelta(days=1))
    Stay.objects.filter(pk__in=begun, started_on=on).delete()


def _put_back(
    plan: AllocationPlan,
    moved: list[PlannedPlace],
    until: dict[int, date | None],
    *,
    by: User,
    on: date,
    now: datetime,
) -> None:
    """Undone on the day it was approved, the old stay goes on as if nothing had been; later, one begins."""
    yesterday = on - timedelta(days=1)
    unbroken = set(
        Stay.objects.filter(pk__in=[place.old_stay_id for place in moved], ended_on=yesterday).values_list(
            "pk", flat=True
        )
    )
    again: list[Stay] = []
    for stay in Stay.objects.filter(pk__in=unbroken):
        stay.ended_on = until[stay.student_id]
        again.append(stay)
    anew = [
        (place.student_id, place.from_bed_id, until[place.student_id])
        for place in moved
        if place.from_bed_id and place.old_stay_id not in unbroken
    ]
    try:
        with transaction.atomic():
            Stay.objects.bulk_update(again, ["ended_on"], batch_size=1_000)
    except IntegrityError as error:
        raise stays.refusal_of(error) from None
    _insert(anew, plan, by=by, on=on, now=now)


def _one_at_a_time(plan: AllocationPlan) -> None:
    """Of two plans of a school the second sees what the first made of the house, though they share no bed."""
    School.objects.select_for_update(no_key=True).get(pk=plan.school_id)


def _ready(plan: AllocationPlan) -> AllocationPlan:
    locked = plans.lock_plan(plan)
    if locked.state != State.READY:
        raise RefusedError(_("This plan doesn't wait for approval."))
    return locked


def _unchanged(plan: AllocationPlan, on: date) -> House:
    house = plan_house.read_house(plan, on=on)
    if house.fingerprint != plan.fingerprint:
        raise RefusedError(_("The house has changed since this plan was made. Make a new plan."))
    return house


def _rooms(plan: AllocationPlan) -> Plan:
    return dict(PlannedPlace.objects.filter(plan=plan).values_list("student_id", "bed__room_id"))


def _lock(students: Iterable[int], beds: Iterable[int]) -> None:
    pupils = Student.objects.select_for_update(no_key=True).filter(pk__in=set(students)).order_by("pk")
    list(pupils.values_list("pk"))
    held = Bed.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=set(beds)).order_by("pk")
    list(held.values_list("pk"))
