"""What a plan costs, and what it would cost after a change by hand, before anything is stored."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from dormitories.allocation import check
from dormitories.allocation.problem import Plan
from dormitories.allocation.score import Part, score_plan
from dormitories.models import AllocationPlan, Bed, PlannedPlace
from dormitories.selectors import plan_house, plan_words
from dormitories.selectors.plan_house import House


def summary(house: House, rooms: Plan) -> dict[str, Any]:
    """What the pages show of a score: points without the hard rules, which are counted as broken or not."""
    score = score_plan(house.problem, rooms)
    parts = {part.value: points for part, points in score.parts.items() if part is not Part.HARD}
    by_room = {
        str(room): sum(points for part, points in found.items() if part is not Part.HARD)
        for room, found in score.by_room.items()
    }
    broken = check.violations(house.problem, rooms)
    return {"total": sum(parts.values()), "parts": parts, "rooms": by_room, "broken": len(broken)}


@dataclass(frozen=True)
class ChangedScore:
    """Points of the plan as it stands and after one change: in total, and in each room that it touches."""

    before: float
    after: float
    rooms: list[tuple[str, float, float]]
    broken: list[str]


def score_of_change(place: PlannedPlace, bed_id: uuid.UUID, *, on: date) -> ChangedScore | None:
    """What the plan would cost with this pupil in that bed, and whoever is planned there in theirs.

    None when the bed isn't part of the plan, or the house has changed since the plan was made: then nothing
    can be changed in it any more, which the plan's page says. Stores nothing.
    """
    plan = place.plan
    house = plan_house.read_house(plan, on=on)
    beds = {bed.key: room for room, known in house.beds.items() for bed in known}
    bed = _bed_of(plan, bed_id)
    if house.fingerprint != plan.fingerprint or bed not in beds:
        return None
    rows = PlannedPlace.objects.filter(plan=plan).values_list("student_id", "bed_id", "bed__room_id")
    planned = {student: (own, room) for student, own, room in rows}
    rooms = {student: room for student, (_, room) in planned.items()}
    changed = dict(rooms)
    for student, (own, _) in planned.items():
        if own == bed:
            changed[student] = rooms[place.student_id]
    changed[place.student_id] = beds[bed]
    return _compared(plan, house, rooms, changed, sorted({rooms[place.student_id], beds[bed]}))


def _bed_of(plan: AllocationPlan, bed_id: uuid.UUID) -> int:
    found = Bed.objects.filter(public_id=bed_id, room__building__in=plan.houses, school_id=plan.school_id)
    return found.values_list("pk", flat=True).first() or 0


def _compared(
    plan: AllocationPlan, house: House, rooms: Plan, changed: Plan, touched: list[int]
) -> ChangedScore:
    before, after = summary(house, rooms), summary(house, changed)
    found = check.violations(house.problem, changed)
    about = {key for one in found for key in one.pupils}
    names = plan_words.names_of(plan.school_id, about, {*touched, *(one.room for one in found if one.room)})
    lines = [(names.room(key), before["rooms"][str(key)], after["rooms"][str(key)]) for key in touched]
    return ChangedScore(before["total"], after["total"], lines, plan_words.violation_words(found, names))
