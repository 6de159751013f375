"""What a plan costs: the one scorer, used by the page, by both engines and by the explanation.

Every cost belongs to one room and depends on who sleeps there alone, so a hand change re-scores two rooms
and the total is the sum over the rooms. A pair that sleeps apart costs half of its weight in each room.
A broken hard rule costs `HARD` points, more than any wish: a plan under change by hand may break one for a
moment, and the number must say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dormitories.allocation.compiled import Compiled, compile_problem
from dormitories.allocation.problem import Plan, Problem

HARD = 1_000


class Part(StrEnum):
    """The parts of a score. The first is what must not be; the others are what one would rather not have."""

    HARD = "hard"
    MOVES = "moves"
    PAIRS = "pairs"
    WISHES = "wishes"
    CLASSES = "classes"
    ALONE = "alone"
    BUDDY = "buddy"
    NEED = "need"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each kind sleep in a room: all that the room's shared costs depend on."""

    pupils: int = 0
    newcomers: int = 0
    buddies: int = 0
    lower_bunk: int = 0
    spreads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Points by room and by part; `total` is their sum."""

    by_room: Mapping[int, Mapping[Part, float]]
    parts: Mapping[Part, float] = field(default_factory=dict)
    total: float = 0.0


def count_cost(problem: Problem, beds: int, lower_beds: int, counts: Counts) -> dict[Part, float]:
    """What the numbers in one room cost, whoever they are."""
    weights = problem.weights
    over = max(0, counts.pupils - beds) + max(0, counts.lower_bunk - lower_beds)
    return {
        Part.HARD: HARD * over,
        Part.BUDDY: 0 if counts.buddies else weights.no_buddy * counts.newcomers,
        Part.NEED: weights.crowded_need
        * sum(
            max(0, here - spread.most) for here, spread in zip(counts.spreads, problem.spreads, strict=True)
        ),
        Part.OPENED: weights.room_opened if counts.pupils else 0,
    }


def class_cost(problem: Problem, members: int) -> dict[Part, float]:
    """What `members` pupils of one class cost in one room: few rooms a class, and nobody alone of theirs."""
    weights = problem.weights
    return {
        Part.CLASSES: weights.class_in_room if members else 0,
        Part.ALONE: weights.alone_of_class if members == 1 else 0,
    }


def grade_cost(problem: Problem, grades: Iterable[int]) -> float:
    """`HARD` for each grade by which the pupils in one room lie too far apart."""
    found = sorted(grades)
    if problem.grade_span is None or not found:
        return 0
    return HARD * max(0, found[-1] - found[0] - problem.grade_span)


def roomcost(compiled: Compiled, room: int, roster: Sequence[int]) -> dict[Part, float]:
    """What these pupils (positions) in this room (position) cost, by part."""
    problem = compiled.problem
    pupils = [problem.pupils[i] for i in roster]
    counts = Counts(
        len(roster),
        sum(pupil.needs_buddy and not pupil.buddies for pupil in pupils),
        sum(pupil.can_be_buddy for pupil in pupils),
        sum(pupil.lower_bunk for pupil in pupils),
        tuple(sum(n in compiled.spreads[i] for i in roster) for n in range(len(problem.spreads))),
    )
    parts = dict.fromkeys(Part, 0.0)
    for part, points in count_cost(
        problem, problem.rooms[room].beds, problem.rooms[room].lower_beds, counts
    ).items():
        parts[part] += points
    for members in Counter(compiled.class_of[i] for i in roster).values():
        for part, points in class_cost(problem, members).items():
            parts[part] += points
    parts[Part.HARD] += grade_cost(problem, (pupil.grade for pupil in pupils))
    for i in roster:
        _add_own(compiled, room, i, parts)
        _add_links(compiled, i, frozenset(roster), parts)
    return parts


def _add_own(compiled: Compiled, room: int, i: int, parts: dict[Part, float]) -> None:
    if room not in compiled.allowed[i]:
        parts[Part.HARD] += HARD
    if compiled.home[i] not in {-1, room}:
        parts[Part.MOVES] += compiled.problem.weights.move


def _add_links(compiled: Compiled, i: int, roster: frozenset[int], parts: dict[Part, float]) -> None:
    """Half of each pair's weight; the other half falls due where the other one sleeps."""
    is_met = False
    for link in compiled.links[i]:
        if link.other in roster:
            is_met = is_met or link.asks
            parts[Part.HARD] += HARD / 2 * link.is_apart
        else:
            parts[Part.WISHES if link.is_wish else Part.PAIRS] += link.weight / 2
    if not is_met:
        part = Part.BUDDY if compiled.problem.pupils[i].buddies else Part.WISHES
        parts[part] += compiled.unmet[i]


def rosters_of(compiled: Compiled, places: Sequence[int]) -> list[list[int]]:
    """Who sleeps in each room, by position."""
    rosters: list[list[int]] = [[] for _ in compiled.rooms]
    for i, room in enumerate(places):
        if room >= 0:
            rosters[room].append(i)
    return rosters


def score_places(compiled: Compiled, places: Sequence[int]) -> Score:
    """The whole score of a plan given by positions. A pupil without a place is a broken hard rule."""
    rosters = rosters_of(compiled, places)
    by_room = {
        compiled.problem.rooms[room].key: roomcost(compiled, room, rosters[room]) for room in compiled.rooms
    }
    parts = {part: sum(points[part] for points in by_room.values()) for part in Part}
    parts[Part.HARD] += HARD * sum(room < 0 for room in places)
    return Score(by_room, parts, sum(parts.values()))


def score_plan(problem: Problem, plan: Plan) -> Score:
    """The whole score of a plan."""
    compiled = compile_problem(problem)
    return score_places(compiled, compiled.places(plan))


def change_of(compiled: Compiled, places: Sequence[int], changes: Mapping[int, int]) -> float:
    """How many points a change by hand costs (pupil position → room position); only its rooms are scored."""
    touched = {places[i] for i in changes} | set(changes.values())
    after = list(places)
    for i, room in changes.items():
        after[i] = room
    return sum(
        sum(roomcost(compiled, room, [i for i in compiled.pupils if after[i] == room]).values())
        - sum(roomcost(compiled, room, [i for i in compiled.pupils if places[i] == room]).values())
        for room in touched
        if room >= 0
    ) - HARD * sum(places[i] < 0 <= room for i, room in changes.items())
