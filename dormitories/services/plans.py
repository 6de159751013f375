"""A plan for beds, from the asking to a plan that waits for approval: asked for, worked out, failed, dropped.

The solver runs outside any transaction: it reads the house, thinks for up to a minute, then writes all at
once. What changed meanwhile is found by the plan's fingerprint when it is approved (plan_approval).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, queue
from dormitories.allocation import explain, solve
from dormitories.allocation.conflicts import Conflict
from dormitories.allocation.problem import Plan, Weights
from dormitories.models import AllocationPlan, Building, PlannedPlace, PlanProgress
from dormitories.selectors import plan_house, plan_score
from dormitories.selectors.plan_house import House
from dormitories.services.stays import RefusedError
from schools.models import School

State = AllocationPlan.State
LOST_AFTER = timedelta(minutes=10)
KEEP_READY = timedelta(days=14)
_EVERY_SECONDS = 0.5
# How much a move must be worth: what the page calls ease.
EASE = {"few": 25, "some": 8, "many": 3}


@transaction.atomic
def start_plan(
    *,
    school: School,
    sex: str,
    houses: Iterable[Building],
    ease: str,
    by: User,
    now: datetime,
) -> AllocationPlan:
    """Have a plan worked out for these houses of one sex. Raises RefusedError while another is."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    plans = AllocationPlan.objects.filter(school=school)
    if plans.filter(sex=sex, state=State.SOLVING).exists():
        raise RefusedError(_("A plan for these houses is being worked out already."))
    keys = sorted(house.pk for house in houses if house.sex == sex and house.school_id == school.pk)
    if not keys:
        raise RefusedError(_("There is no house to plan for."), "houses")
    plan = AllocationPlan.objects.create(
        school=school,
        sex=sex,
        houses=keys,
        seed=plans.count() + 1,  # whoever asks again gets another try, and both can be repeated
        weights=asdict(replace(Weights(), move=EASE[ease])),
        made_by=by,
        made_at=now,
    )
    PlanProgress.objects.create(school=school, plan=plan)
    audit.record("plan.started", by=by, target=plan, houses=len(keys))
    queue.after_commit("dormitories.tasks.solve_plan", plan_id=plan.pk)
    return plan


def person_behind(*, plan_id: int) -> User | None:
    """In whose name the solver reads the house."""
    plan = AllocationPlan.objects.select_related("made_by").filter(pk=plan_id).first()
    return plan.made_by if plan else None


def solve_plan(*, plan_id: int, on: date, now: datetime, moves: int | None = None) -> None:
    """Work the plan out and store it; does nothing when that has been done.

    `moves`: the budget of one short search, for a plan that needn't be the best (the demo's).
    """
    plan = AllocationPlan.objects.get(pk=plan_id)
    if plan.state != State.SOLVING:
        return
    house = plan_house.read_house(plan, on=on)
    tick = _Ticker(plan.pk).tick
    try:
        starts = None if moves is None else 1
        solution = solve.solve(house.problem, seed=plan.seed, moves=moves, starts=starts, tick=tick)
    except solve.NoPlanError as error:
        _store_conflicts(plan, house, error.found, now)
    else:
        _store(plan, house, solution.plan, now)


class _Ticker:
    """Tells the page how far the search is, at most twice a second."""

    def __init__(self, plan_id: int) -> None:
        self._plan_id = plan_id
        self._last = 0.0

    def tick(self, done: int, total: int) -> None:
        if time.monotonic() - self._last < _EVERY_SECONDS:
            return
        self._last = time.monotonic()
        PlanProgress.objects.filter(plan_id=self._plan_id).update(done=done, total=total, beat_at=Now())


@transaction.atomic
def _store_conflicts(plan: AllocationPlan, house: House, found: list[Conflict], now: datetime) -> None:
    locked = lock_plan(plan)
    if locked.state != State.SOLVING:
        return
    locked.state = State.IMPOSSIBLE
    locked.solved_at = now
    locked.fingerprint = house.fingerprint
    locked.before = plan_score.summary(house, house.today())
    locked.conflicts = [asdict(conflict) for conflict in found]
    locked.save()
    audit.record("plan.impossible", by=None, target=locked, conflicts=len(found))


@transaction.atomic
def _store(plan: AllocationPlan, house: House, rooms: Plan, now: datetime) -> None:
    """All places of the plan at once, room by room in the order of the doors."""
    locked = lock_plan(plan)
    if locked.state != State.SOLVING:
        return
    beds = house.deal_beds(rooms)
    order = {room.key: place for place, room in enumerate(house.problem.rooms)}
    PlannedPlace.objects.bulk_create(
        (
            PlannedPlace(
                school_id=plan.school_id,
                plan=locked,
                student_id=student,
                bed_id=beds[student],
                from_bed_id=house.stays.get(student, (None, None))[1],
            )
            for student in sorted(rooms, key=lambda key: (order[rooms[key]], beds[key]))
        ),
        batch_size=1_000,
    )
    locked.state = State.READY
    locked.solved_at = now
    locked.fingerprint = house.fingerprint
    locked.before = plan_score.summary(house, house.today())
    write_reasons(locked, house, rooms)
    audit.record("plan.ready", by=None, target=locked, pupils=len(rooms))


def write_reasons(plan: AllocationPlan, house: House, rooms: Plan) -> None:
    """Why each pupil moves under these rooms, and what the plan costs; saves the plan."""
    places = list(PlannedPlace.objects.filter(plan=plan).order_by("pk"))
    why = {move.pupil: move for move in explain.moves(house.problem, rooms)}
    for place in places:
        move = why.get(place.student_id)
        place.reason = move.reason.value if move else ("other_bed" if place.moves else "")
        place.other_id = move.other if move else None
        place.number = move.number if move else 0
    PlannedPlace.objects.bulk_update(places, ["reason", "other", "number"], batch_size=1_000)
    plan.after = plan_score.summary(house, rooms)
    plan.save()


@transaction.atomic
def drop_plan(*, plan: AllocationPlan, by: User | None) -> None:
    """Put a plan aside that nobody wants. Raises RefusedError once it has been approved."""
    locked = lock_plan(plan)
    if locked.state not in {State.READY, State.IMPOSSIBLE, State.FAILED, State.SOLVING}:
        raise RefusedError(_("This plan can't be dropped any more."))
    _forget(locked, State.DROPPED)
    audit.record("plan.dropped", by=by, target=locked)


@transaction.atomic
def fail_plan(*, plan_id: int) -> None:
    """Say on the page that the work broke off. Called when a worker met a fault."""
    locked = AllocationPlan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    if locked.is_busy:
        _forget(locked, State.FAILED)
        audit.record("plan.failed", by=None, target=locked)


def _forget(plan: AllocationPlan, state: str) -> None:
    """The places go: they would be a copy of who sleeps where that nobody looks after."""
    PlannedPlace.objects.filter(plan=plan).delete()
    plan.state = state
    plan.conflicts = []
    plan.save(update_fields=["state", "conflicts"])


def sweep_plans(*, now: datetime) -> None:
    """Wake plans whose worker was lost; drop those that nobody approved. Safe to repeat."""
    silent = Q(progress__beat_at=None) | Q(progress__beat_at__lt=now - LOST_AFTER)
    for plan in AllocationPlan.objects.filter(silent, state=State.SOLVING, made_at__lt=now - LOST_AFTER):
        queue.after_commit("dormitories.tasks.solve_plan", plan_id=plan.pk)
    stale = AllocationPlan.objects.filter(state__in=[State.READY, State.IMPOSSIBLE])
    for plan in stale.filter(solved_at__lt=now - KEEP_READY):
        drop_plan(plan=plan, by=None)


def lock_plan(plan: AllocationPlan) -> AllocationPlan:
    """The plan as it is now, locked until the transaction ends."""
    return AllocationPlan.objects.select_for_update(of=("self",)).select_related("school").get(pk=plan.pk)
