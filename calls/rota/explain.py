"""Why a family that could be called has no call: who holds every place it could have.

From the family's own slots, follow "who is called there, and where else could they be called". Whatever is
reached is full, and everybody in it goes before the family: otherwise somebody could give way, and the plan
wouldn't be the best. So the places are counted and shown, and calls/rota/check.py can count them again.
"""

from __future__ import annotations

from dataclasses import dataclass

from calls.rota.problem import Plan, Problem


@dataclass(frozen=True, slots=True)
class Taken:
    """All `places` in the slots that matter go to others.

    `slots` are those the family could take itself, `least_waited` the shortest wait among the families in
    them that call no more pupils at once, in days (None when there are only larger families).
    """

    slots: int
    places: int
    least_waited: int | None
    larger: int


def explain(problem: Problem, plan: Plan) -> dict[int, Taken]:
    """For each unit without a call, what holds its places."""
    held: list[list[int]] = [[] for _ in problem.slots]
    for number, slots in enumerate(plan.calls):
        for slot in slots:
            held[slot].append(number)
    return {number: _taken(problem, held, number) for number, slots in enumerate(plan.calls) if not slots}


def closure(problem: Problem, held: list[list[int]], number: int) -> tuple[set[int], set[int]]:
    """The slots that a unit could have if others gave way, and the units that hold them."""
    slots, units = set(problem.units[number].slots), set[int]()
    waiting = list(slots)
    while waiting:
        for other in held[waiting.pop()]:
            if other in units:
                continue
            units.add(other)
            fresh = set(problem.units[other].slots) - slots
            slots |= fresh
            waiting += fresh
    return slots, units


def _taken(problem: Problem, held: list[list[int]], number: int) -> Taken:
    slots, units = closure(problem, held, number)
    size = len(problem.units[number].pupils)
    equal = [problem.units[other].waited for other in units if len(problem.units[other].pupils) <= size]
    return Taken(
        slots=len(problem.units[number].slots),
        places=sum(problem.slots[slot].places for slot in slots),
        least_waited=min(equal) if equal else None,
        larger=len(units) - len(equal),
    )
