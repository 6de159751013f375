"""The hard rules that a person made, each by itself: what a proof names, and what could be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dormitories.allocation.problem import Bond, Problem, Pupil


class RuleKind(StrEnum):
    """What a rule that a person made asks for."""

    PINNED = "pinned"
    GROUND_FLOOR = "ground_floor"
    NEAR_WARDEN = "near_warden"
    LOWER_BUNK = "lower_bunk"
    APART = "apart"
    GRADE_SPAN = "grade_span"
    ROOM_GRADES = "room_grades"


@dataclass(frozen=True, slots=True, order=True)
class HardRule:
    """One rule: its kind, the pupils it is about, the room it is about."""

    kind: RuleKind
    pupils: tuple[int, ...] = ()
    room: int | None = None


def rules_of(problem: Problem) -> list[HardRule]:
    """Every hard rule of a problem that a person could take back, in a fixed order."""
    found = [rule for pupil in problem.pupils for rule in _own_rules(pupil)]
    found += [
        HardRule(RuleKind.APART, (min(pair.first, pair.second), max(pair.first, pair.second)))
        for pair in problem.pairs
        if pair.bond is Bond.APART
    ]
    found += [HardRule(RuleKind.ROOM_GRADES, room=room.key) for room in problem.rooms if room.grades]
    if problem.grade_span is not None:
        found.append(HardRule(RuleKind.GRADE_SPAN))
    return sorted(set(found), key=lambda rule: (rule.kind, rule.pupils, rule.room or 0))


def _own_rules(pupil: Pupil) -> list[HardRule]:
    """A pin overrides what the pupil else needs of a room; a lower bunk is needed there too."""
    own = [HardRule(RuleKind.LOWER_BUNK, (pupil.key,))] if pupil.lower_bunk else []
    if pupil.pinned is not None:
        return [*own, HardRule(RuleKind.PINNED, (pupil.key,), pupil.pinned)]
    if pupil.ground_floor:
        own.append(HardRule(RuleKind.GROUND_FLOOR, (pupil.key,)))
    if pupil.near_warden:
        own.append(HardRule(RuleKind.NEAR_WARDEN, (pupil.key,)))
    return own
