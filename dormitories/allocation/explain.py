"""Why a plan moves somebody: what it would cost if that one pupil stayed, all others as planned.

Codes and keys only, no words and no secrets: `KEPT_APART` names nobody, because the words on the page, and
the paper it's printed on, must not tell who is kept from whom (reference/optimisation.md P14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dormitories.allocation.compiled import Compiled, compile_problem
from dormitories.allocation.problem import Bond, Plan, Problem, Pupil, Room
from dormitories.allocation.score import Part, roomcost, rosters_of


class Reason(StrEnum):
    """Why somebody sleeps elsewhere."""

    FIRST_BED = "first_bed"
    ROOM_GONE = "room_gone"
    PINNED = "pinned"
    GROUND_FLOOR = "ground_floor"
    NEAR_WARDEN = "near_warden"
    ROOM_GRADES = "room_grades"
    LOWER_BUNK = "lower_bunk"
    KEPT_APART = "kept_apart"
    GRADE_SPAN = "grade_span"
    SIBLING = "sibling"
    TOGETHER = "together"
    WISH = "wish"
    BUDDY = "buddy"
    CLASSMATES = "classmates"
    SPREAD = "spread"
    MAKES_ROOM = "makes_room"


@dataclass(frozen=True, slots=True)
class Move:
    """One pupil's change of room and why: the reason, whom it is about (or None), how many, points saved."""

    pupil: int
    from_room: int | None
    to_room: int
    reason: Reason
    other: int | None = None
    number: int = 0
    points: float = 0.0


def moves(problem: Problem, plan: Plan) -> list[Move]:
    """Everybody who doesn't sleep where they do today, with the reason that weighs most; a rule's first."""
    compiled = compile_problem(problem)
    places = compiled.places(plan)
    rosters = rosters_of(compiled, places)
    return [
        _explain(compiled, rosters, i, places[i])
        for i in compiled.pupils
        if places[i] >= 0 and problem.pupils[i].room != plan[problem.pupils[i].key]
    ]


def _explain(compiled: Compiled, rosters: Sequence[list[int]], i: int, place: int) -> Move:
    problem = compiled.problem
    pupil, room = problem.pupils[i], problem.rooms[place]
    home = compiled.home[i]
    if home < 0:
        reason = Reason.FIRST_BED if pupil.room is None else Reason.ROOM_GONE
        return Move(pupil.key, pupil.room, room.key, reason)
    today = problem.rooms[home]
    own = _own_need(pupil, today)
    if own is not None:
        return Move(pupil.key, today.key, room.key, own)
    gains = _gains(compiled, rosters, i, home, place)
    reason, other, number = _weightiest(compiled, rosters, i, (home, place), gains)
    return Move(pupil.key, today.key, room.key, reason, other, number, sum(gains.values()))


def _own_need(pupil: Pupil, today: Room) -> Reason | None:
    """What of the pupil's own today's room doesn't offer."""
    if pupil.pinned is not None:
        return Reason.PINNED if pupil.pinned != today.key else None
    if pupil.ground_floor and not today.ground_floor:
        return Reason.GROUND_FLOOR
    if pupil.near_warden and not today.near_warden:
        return Reason.NEAR_WARDEN
    return None if today.takes(pupil.grade) else Reason.ROOM_GRADES


def _gains(
    compiled: Compiled, rosters: Sequence[list[int]], i: int, home: int, place: int
) -> dict[Part, float]:
    """By part, what the two rooms would cost more if the pupil stayed."""
    without = [other for other in rosters[place] if other != i]
    stays = (roomcost(compiled, home, [*rosters[home], i]), roomcost(compiled, place, without))
    goes = (roomcost(compiled, home, rosters[home]), roomcost(compiled, place, rosters[place]))
    return {part: sum(cost[part] for cost in stays) - sum(cost[part] for cost in goes) for part in Part}


def _weightiest(
    compiled: Compiled,
    rosters: Sequence[list[int]],
    i: int,
    rooms: tuple[int, int],
    gains: dict[Part, float],
) -> tuple[Reason, int | None, int]:
    home, place = rooms
    hard = _hard_reason(compiled, rosters[home], i)
    if hard is not None:
        return hard, None, 0
    soft = {part: points for part, points in gains.items() if part in _WORDS and points > 0}
    if not soft:
        return _makes_room(compiled, rosters[home], home)
    part = max(soft, key=lambda part: (part in _RULED, soft[part], part))
    return _WORDS[part](compiled, rosters[place], i)


def _hard_reason(compiled: Compiled, roster: Sequence[int], i: int) -> Reason | None:
    """A rule between pupils that staying would break with those who are planned into today's room."""
    if any(link.is_apart and link.other in roster for link in compiled.links[i]):
        return Reason.KEPT_APART
    problem = compiled.problem
    grades = [problem.pupils[other].grade for other in (*roster, i)]
    if problem.grade_span is not None and max(grades) - min(grades) > problem.grade_span:
        return Reason.GRADE_SPAN
    if problem.pupils[i].lower_bunk:
        low = 1 + sum(problem.pupils[other].lower_bunk for other in roster)
        if low > problem.rooms[compiled.home[i]].lower_beds:
            return Reason.LOWER_BUNK
    return None


def _makes_room(compiled: Compiled, roster: Sequence[int], home: int) -> tuple[Reason, int | None, int]:
    """Nothing of the pupil's own: the bed is for somebody who comes into today's room."""
    coming = [other for other in roster if compiled.home[other] != home]
    if not coming:
        return Reason.MAKES_ROOM, None, 0
    needed = max(coming, key=lambda other: (_needs_this(compiled, other, home), -other))
    return Reason.MAKES_ROOM, compiled.problem.pupils[needed].key, 0


def _needs_this(compiled: Compiled, i: int, room: int) -> int:
    """How few other rooms would do."""
    return -len(compiled.allowed[i]) if room in compiled.allowed[i] else -len(compiled.rooms) - 1


def _pair_words(compiled: Compiled, roster: Sequence[int], i: int) -> tuple[Reason, int | None, int]:
    keys = {compiled.problem.pupils[other].key for other in roster}
    own = compiled.problem.pupils[i].key
    for bond, reason in ((Bond.SIBLINGS, Reason.SIBLING), (Bond.TOGETHER, Reason.TOGETHER)):
        for pair in compiled.problem.pairs:
            ends = {pair.first, pair.second}
            if pair.bond is bond and own in ends and ends - {own} <= keys:
                return reason, (ends - {own}).pop(), 0
    return Reason.TOGETHER, None, 0


def _wish_words(compiled: Compiled, roster: Sequence[int], i: int) -> tuple[Reason, int | None, int]:
    here = [link for link in compiled.links[i] if link.is_wish and link.other in roster]
    if not here:
        return Reason.WISH, None, 0
    best = max(here, key=lambda link: (link.asks, link.weight))
    return Reason.WISH, compiled.problem.pupils[best.other].key, 0


def _buddy_words(compiled: Compiled, roster: Sequence[int], i: int) -> tuple[Reason, int | None, int]:
    """Whose buddy, or who is the buddy, where a rule names them."""
    for link in compiled.links[i]:
        if link.other in roster and (link.asks or link.is_asked):
            return Reason.BUDDY, compiled.problem.pupils[link.other].key, 0
    return Reason.BUDDY, None, 0


def _class_words(compiled: Compiled, roster: Sequence[int], i: int) -> tuple[Reason, int | None, int]:
    mates = sum(compiled.class_of[other] == compiled.class_of[i] for other in roster if other != i)
    return (Reason.CLASSMATES, None, mates) if mates else (Reason.MAKES_ROOM, None, 0)


def _spread_words(compiled: Compiled, roster: Sequence[int], i: int) -> tuple[Reason, int | None, int]:
    return Reason.SPREAD, None, 0


# What a person asked for by a rule is said before what merely adds up.
_RULED = {Part.PAIRS, Part.BUDDY, Part.NEED}
_WORDS = {
    Part.PAIRS: _pair_words,
    Part.WISHES: _wish_words,
    Part.BUDDY: _buddy_words,
    Part.CLASSES: _class_words,
    Part.ALONE: _class_words,
    Part.NEED: _spread_words,
}
