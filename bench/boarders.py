"""Invented boarders of one sex and their rooms, as in the prototype study (optimisation.md §1.1)."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from dormitories.allocation.problem import Bond, Pair, Problem, Pupil, Room, Spread

GRADES = 6
FIRST_SENIOR_GRADE = 3
CLASS_SIZE = 13
ROOMS_A_FLOOR = 14
FLOORS = 4
OCCUPANCY = 0.94


def make_problem(boarders: int, seed: int, *, occupancy: float = OCCUPANCY) -> Problem:
    """A school year's first week: leavers gone, newcomers without a bed, last year's rooms as they were."""
    dice = random.Random(seed)
    rooms = _rooms(dice, boarders, occupancy)
    sleepers = _last_year(dice, boarders, rooms)
    pupils = _needs(dice, _pupils(dice, sleepers))
    pupils = _wishes(dice, _pinned(dice, pupils, rooms))
    return Problem(tuple(pupils), tuple(rooms), tuple(_pairs(dice, pupils)), spreads=(_spread(dice, pupils),))


def _rooms(dice: random.Random, boarders: int, occupancy: float) -> list[Room]:
    rooms: list[Room] = []
    while sum(room.beds for room in rooms) * occupancy < boarders:
        beds = dice.choices((6, 8, 10, 12), (20, 50, 20, 10))[0]
        number = len(rooms)
        floor, place = (number // ROOMS_A_FLOOR) % FLOORS, number % ROOMS_A_FLOOR
        rooms.append(Room(1000 + number, beds, beds // 2, floor == 0, place in {0, ROOMS_A_FLOOR // 2}))
    return rooms


@dataclass
class _Sleeper:
    grade: int
    old_class: int
    room: int | None = None


def _last_year(dice: random.Random, boarders: int, rooms: list[Room]) -> list[_Sleeper]:
    """This year's grades 1 to 5 and those who left, laid class by class into rooms, one in ten shuffled."""
    classes = max(1, round(boarders / GRADES / CLASS_SIZE))
    sizes = [boarders // GRADES + (grade < boarders % GRADES) for grade in range(GRADES)]
    people = [
        _Sleeper(grade, number * classes // size)
        for grade in range(1, GRADES + 1)
        for size in [sizes[grade % GRADES]]
        for number in range(size)
    ]
    places = [room.key for room in rooms for _ in range(room.beds)]
    for sleeper, place in zip(people, places, strict=False):
        sleeper.room = place
    for grade in range(1, GRADES + 1):
        chosen = [one for one in people if one.grade == grade and dice.random() < 0.1]
        beds = [one.room for one in chosen]
        dice.shuffle(beds)
        for one, bed in zip(chosen, beds, strict=True):
            one.room = bed
    lowest = [_Sleeper(0, number * classes // sizes[0]) for number in range(sizes[0])]
    return lowest + [one for one in people if one.grade < GRADES]


def _pupils(dice: random.Random, sleepers: list[_Sleeper]) -> list[Pupil]:
    classes = max(one.old_class for one in sleepers) + 1
    pupils = []
    for key, one in enumerate(sleepers):
        share_new = {0: 1.0, FIRST_SENIOR_GRADE: 0.25}.get(one.grade, 0.05)
        is_new = dice.random() < share_new
        formed = dice.randrange(classes) if one.grade == FIRST_SENIOR_GRADE else one.old_class
        pupils.append(
            Pupil(
                key,
                one.grade,
                one.grade * 100 + formed,
                room=None if is_new else one.room,
                needs_buddy=is_new and dice.random() < 0.5,
                can_be_buddy=not is_new and dice.random() < 0.35,
            )
        )
    return pupils


def _needs(dice: random.Random, pupils: list[Pupil]) -> list[Pupil]:
    return [
        replace(
            pupil,
            ground_floor=dice.random() < 0.02,
            near_warden=dice.random() < 0.007,
            lower_bunk=dice.random() < 0.015,
        )
        for pupil in pupils
    ]


def _pinned(dice: random.Random, pupils: list[Pupil], rooms: list[Room]) -> list[Pupil]:
    near = {room.key: room for room in rooms}
    return [
        replace(pupil, pinned=pupil.room)
        if pupil.room is not None
        and dice.random() < 0.03
        and not (pupil.ground_floor and not near[pupil.room].ground_floor)
        else pupil
        for pupil in pupils
    ]


def _wishes(dice: random.Random, pupils: list[Pupil]) -> list[Pupil]:
    by_grade: dict[int, list[Pupil]] = {}
    by_class: dict[int, list[Pupil]] = {}
    for pupil in pupils:
        by_grade.setdefault(pupil.grade, []).append(pupil)
        by_class.setdefault(pupil.class_key, []).append(pupil)
    wishes: dict[int, set[int]] = {pupil.key: set() for pupil in pupils}
    for pupil in pupils:
        for _ in range(dice.choices((0, 1, 2, 3), (35, 30, 20, 15))[0]):
            group = by_class[pupil.class_key] if dice.random() < 0.45 else by_grade[pupil.grade]
            friend = dice.choice(group).key
            if friend != pupil.key and len(wishes[pupil.key]) < 3:
                wishes[pupil.key].add(friend)
                if dice.random() < 0.4 and len(wishes[friend]) < 3:
                    wishes[friend].add(pupil.key)
    return [replace(pupil, wishes=tuple(sorted(wishes[pupil.key]))) for pupil in pupils]


def _pairs(dice: random.Random, pupils: list[Pupil]) -> list[Pair]:
    boarders = len(pupils)
    pinned = {pupil.key for pupil in pupils if pupil.pinned is not None}
    pairs: dict[tuple[int, int], Bond] = {}
    for bond, share in ((Bond.APART, 0.012), (Bond.SIBLINGS, 0.01)):
        for _ in range(round(share * boarders)):
            one = dice.choice(pupils)
            same_grade = [other for other in pupils if other.grade == one.grade]
            other = dice.choice(same_grade if bond is Bond.APART and dice.random() < 0.8 else pupils)
            ends = (min(one.key, other.key), max(one.key, other.key))
            if ends[0] != ends[1] and not (bond is Bond.APART and set(ends) <= pinned):
                pairs.setdefault(ends, bond)
    return [Pair(*ends, bond) for ends, bond in pairs.items()]


def _spread(dice: random.Random, pupils: list[Pupil]) -> Spread:
    return Spread(frozenset(pupil.key for pupil in pupils if dice.random() < 0.08))
