"""A look at a plan that trusts nobody: which hard rules it breaks, read from the problem itself.

Written apart from the scorer and the solver on purpose, and sharing nothing with them but the words of the
problem: a mistake there must not excuse itself here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dormitories.allocation.problem import Bond, Plan, Problem, Pupil, Room


class Broken(StrEnum):
    """Which hard rule."""

    NO_BED = "no_bed"
    UNKNOWN = "unknown"
    OVERFULL = "overfull"
    PINNED = "pinned"
    GROUND_FLOOR = "ground_floor"
    NEAR_WARDEN = "near_warden"
    ROOM_GRADES = "room_grades"
    LOWER_BUNK = "lower_bunk"
    GRADE_SPAN = "grade_span"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Violation:
    """One hard rule that a plan breaks: in which room, and whom it is about."""

    broken: Broken
    room: int | None
    pupils: tuple[int, ...]


def violations(problem: Problem, plan: Plan) -> list[Violation]:
    """Every hard rule the plan breaks; an empty list is a plan that may be approved."""
    rooms = {room.key: room for room in problem.rooms}
    found = [
        Violation(Broken.NO_BED, None, (pupil.key,)) for pupil in problem.pupils if pupil.key not in plan
    ]
    known = {pupil.key for pupil in problem.pupils}
    for key, place in plan.items():
        if key not in known or place not in rooms:
            found.append(Violation(Broken.UNKNOWN, place, (key,)))
    for room in problem.rooms:
        sleepers = [pupil for pupil in problem.pupils if plan.get(pupil.key) == room.key]
        found += _in_room(problem, room, sleepers)
    for pair in problem.pairs:
        room_key = plan.get(pair.first)
        if pair.bond is Bond.APART and room_key is not None and room_key == plan.get(pair.second):
            found.append(Violation(Broken.APART, room_key, (pair.first, pair.second)))
    return found


def _in_room(problem: Problem, room: Room, sleepers: list[Pupil]) -> list[Violation]:
    found = [Violation(broken, room.key, (pupil.key,)) for pupil in sleepers for broken in _own(pupil, room)]
    keys = tuple(pupil.key for pupil in sleepers)
    low = tuple(pupil.key for pupil in sleepers if pupil.lower_bunk)
    if len(sleepers) > room.beds:
        found.append(Violation(Broken.OVERFULL, room.key, keys))
    if len(low) > room.lower_beds:
        found.append(Violation(Broken.LOWER_BUNK, room.key, low))
    grades = {pupil.grade for pupil in sleepers}
    if problem.grade_span is not None and grades and max(grades) > min(grades) + problem.grade_span:
        found.append(Violation(Broken.GRADE_SPAN, room.key, keys))
    return found


def _own(pupil: Pupil, room: Room) -> list[Broken]:
    """A pinned pupil stays where the pin says, whatever else the room is."""
    if pupil.pinned is not None:
        return [] if pupil.pinned == room.key else [Broken.PINNED]
    wrong = []
    if pupil.ground_floor and not room.ground_floor:
        wrong.append(Broken.GROUND_FLOOR)
    if pupil.near_warden and not room.near_warden:
        wrong.append(Broken.NEAR_WARDEN)
    if room.grades is not None and not room.grades[0] <= pupil.grade <= room.grades[1]:
        wrong.append(Broken.ROOM_GRADES)
    return wrong
