"""Plans for beds by pages, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from core.pagination import Page, public_keyset
from dormitories.models import AllocationPlan, PlannedPlace, Room
from dormitories.selectors import plans
from schools.models import School

State = AllocationPlan.State


def plans_list(schools: Iterable[School], *, cursor: str | None, size: int) -> Page[AllocationPlan]:
    """The plans of these schools, newest first. Raises BadCursor."""
    found = AllocationPlan.objects.filter(school__in=schools)
    related = found.select_related("school", "made_by", "approved_by", "undone_by")
    return public_keyset(related, order=["-pk"], cursor=cursor, size=size)


def places_list(plan: AllocationPlan, *, cursor: str | None, size: int) -> Page[PlannedPlace]:
    """Where the plan puts everybody, in the order of the rooms; named by the pupil. Raises BadCursor."""
    found = PlannedPlace.objects.filter(plan=plan).annotate(public_id=F("student__public_id"))
    related = found.select_related("student", "other", "bed__room", "from_bed__room")
    return public_keyset(related, order=["pk"], cursor=cursor, size=size)


@dataclass(frozen=True)
class RoomPoints:
    """What a room costs today and as planned."""

    room: Room
    before: float
    after: float


def rooms_list(plan: AllocationPlan, *, cursor: str | None, size: int) -> Page[Any]:
    """The rooms of the plan with their points, house by house from the ground up. Raises BadCursor."""
    found = Room.objects.filter(building__in=plan.houses, school_id=plan.school_id).select_related("building")
    order = ["building__name", "floor", "number", "pk"]
    page = public_keyset(found, order=order, cursor=cursor, size=size)
    before, after = plan.before.get("rooms", {}), plan.after.get("rooms", {})
    rows = [RoomPoints(room, before.get(str(room.pk), 0), after.get(str(room.pk), 0)) for room in page]
    return Page(rows, page.next_cursor, page.previous_cursor)


def plan_detail(plan: AllocationPlan, *, on: date) -> dict[str, Any]:
    """One plan whole: how far it is, its score by part, what can't hold together, what stands against it."""
    waits = plans.standing_of(plan, on=on) if plan.state == State.READY else None
    points = plans.part_lines(plan)
    return {
        "plan": plan,
        "done": plan.progress.done,
        "total": plan.progress.total,
        "moves": plans.moved_count(plan),
        "points": [{"part": part, "today": before, "planned": after} for part, before, after in points],
        "conflicts": plans.conflicts_of(plan) if plan.state == State.IMPOSSIBLE else [],
        "may_approve": waits.may_approve if waits else False,
        "house_changed": waits.changed if waits else False,
        "broken": waits.broken if waits else [],
    }
