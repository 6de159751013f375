"""Why no plan exists: counts first, which a person can check by hand, then a proof with the rules it needs.

Everything here is codes, keys and numbers; the words are made where the reader's language is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dormitories.allocation.hard_rules import HardRule, rules_of
from dormitories.allocation.problem import Bond, Problem, Pupil, Room, may_sleep_in

SHRINK_UP_TO = 60  # rules: a longer proof is told as counts, which no deletion makes shorter


class Why(StrEnum):
    """What can't be."""

    BEDS = "beds"
    GROUND_FLOOR = "ground_floor"
    NEAR_WARDEN = "near_warden"
    GROUND_AND_NEAR = "ground_and_near"
    LOWER_BUNK = "lower_bunk"
    GRADES = "grades"
    NO_ROOM = "no_room"
    PINNED_FULL = "pinned_full"
    PINNED_APART = "pinned_apart"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One reason: how many are wanted and how many there are, whom and which room it's about, which rules."""

    why: Why
    wanted: int = 0
    there: int = 0
    pupils: tuple[int, ...] = ()
    room: int | None = None
    grades: tuple[int, int] | None = None
    rules: tuple[HardRule, ...] = ()


def by_counting(problem: Problem) -> list[Conflict]:
    """What can't be by mere numbers. An empty list proves nothing."""
    beds = sum(room.beds for room in problem.rooms)
    if len(problem.pupils) > beds:
        return [Conflict(Why.BEDS, len(problem.pupils), beds)]
    return [*_needs(problem), *_grades(problem), *_nowhere(problem), *_pins(problem)]


def _needs(problem: Problem) -> Iterator[Conflict]:
    """Pupils who need a kind of room against the beds in such rooms; pins answer for themselves."""
    free = [pupil for pupil in problem.pupils if pupil.pinned is None]
    ground = [pupil for pupil in free if pupil.ground_floor]
    near = [pupil for pupil in free if pupil.near_warden]
    both = [pupil for pupil in ground if pupil.near_warden]
    wanted = (
        (Why.GROUND_FLOOR, ground, _beds(room for room in problem.rooms if room.ground_floor)),
        (Why.NEAR_WARDEN, near, _beds(room for room in problem.rooms if room.near_warden)),
        (
            Why.GROUND_AND_NEAR,
            both,
            _beds(room for room in problem.rooms if room.ground_floor and room.near_warden),
        ),
        (
            Why.LOWER_BUNK,
            [pupil for pupil in problem.pupils if pupil.lower_bunk],
            sum(room.lower_beds for room in problem.rooms),
        ),
    )
    for why, pupils, there in wanted:
        if len(pupils) > there:
            yield Conflict(why, len(pupils), there, tuple(pupil.key for pupil in pupils))


def _beds(rooms: Iterator[Room]) -> int:
    return sum(room.beds for room in rooms)


def _grades(problem: Problem) -> Iterator[Conflict]:
    """Grades that have only certain rooms, too small for them: the shortest such run of grades."""
    grades = sorted({pupil.grade for pupil in problem.pupils})
    free = Counter(pupil.grade for pupil in problem.pupils if pupil.pinned is None)
    runs = sorted(
        ((low, high) for low in grades for high in grades if low <= high), key=lambda r: r[1] - r[0]
    )
    for low, high in runs:
        inside = [grade for grade in grades if low <= grade <= high]
        there = _beds(room for room in problem.rooms if any(room.takes(grade) for grade in inside))
        wanted = sum(free[grade] for grade in inside)
        if wanted > there:
            yield Conflict(Why.GRADES, wanted, there, grades=(low, high))
            return


def _nowhere(problem: Problem) -> Iterator[Conflict]:
    """A pupil whose own needs no room meets."""
    for pupil in problem.pupils:
        if not any(may_sleep_in(pupil, room) for room in problem.rooms):
            yield Conflict(Why.NO_ROOM, 1, 0, (pupil.key,), pupil.pinned)


def _pins(problem: Problem) -> Iterator[Conflict]:
    """More pins than beds in a room, and two pinned together who are kept apart."""
    pinned: dict[int, list[Pupil]] = {}
    for pupil in problem.pupils:
        if pupil.pinned is not None:
            pinned.setdefault(pupil.pinned, []).append(pupil)
    for room in problem.rooms:
        here = pinned.get(room.key, [])
        if len(here) > room.beds:
            keys = tuple(pupil.key for pupil in here)
            yield Conflict(Why.PINNED_FULL, len(here), room.beds, keys, room.key)
    place = {pupil.key: pupil.pinned for pupil in problem.pupils}
    for pair in problem.pairs:
        room_key = place.get(pair.first)
        if pair.bond is Bond.APART and room_key is not None and room_key == place.get(pair.second):
            yield Conflict(Why.PINNED_APART, pupils=(pair.first, pair.second), room=room_key)


def by_proof(problem: Problem) -> list[Conflict]:
    """The rules a proof needs, made as few as can be. Empty when none was found within the patience.

    First over the pupils whom a rule of their own names: fewer pupils are an easier question, and what is
    impossible for them is impossible for all.
    """
    from dormitories.allocation import feasible

    rules = rules_of(problem)
    named = {key for rule in rules for key in rule.pupils}
    for part in (_only(problem, named), problem):
        found = feasible.core(part, rules) if part.pupils else None
        if found is not None:
            return [Conflict(Why.RULES, rules=tuple(_shrunk(part, found)))]
    return []


def _only(problem: Problem, keys: set[int]) -> Problem:
    return replace(problem, pupils=tuple(pupil for pupil in problem.pupils if pupil.key in keys))


def _shrunk(problem: Problem, rules: Sequence[HardRule]) -> list[HardRule]:
    """Without each rule that the proof can do without: what is left are rules of which each is needed.

    Over the pupils named alone where they suffice, which is many times faster (optimisation.md §1.6).
    """
    from dormitories.allocation import feasible

    small = _only(problem, {key for rule in rules for key in rule.pupils})
    where = small if small.pupils and feasible.core(small, rules) is not None else problem
    kept = list(rules)
    for rule in rules if len(rules) <= SHRINK_UP_TO else ():
        fewer = [other for other in kept if other != rule]
        if feasible.core(where, fewer) is not None:
            kept = fewer
    return kept
