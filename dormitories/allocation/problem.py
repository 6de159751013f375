"""What is asked: pupils of one sex, rooms, rules between pupils, and what each wish weighs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Plan = dict[int, int]
"""Pupil's key → room's key."""


class Bond(StrEnum):
    """A rule about two pupils. `APART` is hard; the others are wishes with a weight."""

    APART = "apart"
    TOGETHER = "together"
    SIBLINGS = "siblings"


@dataclass(frozen=True, slots=True)
class Pupil:
    """One boarder. `room` is where they sleep today; None for somebody who has no bed yet.

    `grade` is a number; neighbouring grades differ by one. `wishes` are pupils they would like to share a
    room with: each counts, and one is enough to content them. `buddies` are those of whom one should sleep
    where this newcomer sleeps; where a rule names none, `needs_buddy` asks for anybody who `can_be_buddy`.
    """

    key: int
    grade: int
    class_key: int
    room: int | None = None
    pinned: int | None = None
    ground_floor: bool = False
    near_warden: bool = False
    lower_bunk: bool = False
    needs_buddy: bool = False
    can_be_buddy: bool = False
    buddies: tuple[int, ...] = ()
    wishes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """One room: the beds that may be given (a broken bed isn't one), how many of them are lower bunks.

    `grades` is the lowest and the highest grade it takes, both included; None for any.
    """

    key: int
    beds: int
    lower_beds: int
    ground_floor: bool = False
    near_warden: bool = False
    grades: tuple[int, int] | None = None

    def takes(self, grade: int) -> bool:
        """Whether the room's own band holds this grade."""
        return self.grades is None or self.grades[0] <= grade <= self.grades[1]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pupils and what holds between them."""

    first: int
    second: int
    bond: Bond


@dataclass(frozen=True, slots=True)
class Spread:
    """Pupils with high needs who should lie spread over the rooms: at most so many of them in one."""

    pupils: frozenset[int]
    most: int = 2


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing costs that one would rather not have, in points (reference/optimisation.md §1.2)."""

    move: int = 8
    siblings_apart: int = 20
    together_apart: int = 20
    mutual_wish_apart: int = 5
    wish_apart: int = 2
    no_wish_met: int = 10
    class_in_room: int = 3
    alone_of_class: int = 12
    no_buddy: int = 15
    crowded_need: int = 12
    room_opened: int = 6


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole question. `grade_span` is how far apart the grades in a room may be; None for any distance."""

    pupils: tuple[Pupil, ...]
    rooms: tuple[Room, ...]
    pairs: tuple[Pair, ...] = ()
    weights: Weights = field(default_factory=Weights)
    spreads: tuple[Spread, ...] = ()
    grade_span: int | None = 1


def may_sleep_in(pupil: Pupil, room: Room) -> bool:
    """Whether the pupil's own needs and the room's own nature allow it, whoever else sleeps there."""
    if pupil.pinned is not None:
        return pupil.pinned == room.key
    if pupil.ground_floor and not room.ground_floor:
        return False
    if pupil.near_warden and not room.near_warden:
        return False
    return room.takes(pupil.grade)
