"""An independent look at a plan, written apart from what made it: every rule, and every number it claims."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from calls.rota.problem import Plan, Problem


def faults(problem: Problem, plan: Plan) -> list[str]:
    """What is wrong with a plan, in words for a log; nothing when it keeps every rule."""
    if len(plan.calls) != len(problem.units):
        return ["the plan is for other units"]
    return [*_broken_rules(problem, plan), *_wrong_numbers(problem, plan), *_unjust(problem, plan)]


def _broken_rules(problem: Problem, plan: Plan) -> list[str]:
    found = []
    used: dict[int, int] = defaultdict(int)
    pupil_days: set[tuple[int, int]] = set()
    person_slots: set[tuple[int, int]] = set()
    for number, unit in enumerate(problem.units):
        if len(plan.calls[number]) > unit.wants:
            found.append(f"unit {number} is called more often than wanted")
        for slot in plan.calls[number]:
            used[slot] += 1
            if slot not in unit.slots:
                found.append(f"unit {number} can't be called in slot {slot}")
                continue
            person = unit.others[slot][0] if slot in unit.others else unit.person
            if (person, slot) in person_slots:
                found.append(f"a person is called twice in slot {slot}")
            person_slots.add((person, slot))
            for pupil in unit.pupils:
                if (pupil, problem.slots[slot].day) in pupil_days:
                    found.append(f"unit {number} is called twice on a day")
                pupil_days.add((pupil, problem.slots[slot].day))
    over = [slot for slot, count in used.items() if count > problem.slots[slot].places]
    return found + [f"slot {slot} is overfull" for slot in over]


def _wrong_numbers(problem: Problem, plan: Plan) -> list[str]:
    waits = sorted((unit.waited, -number) for number, unit in enumerate(problem.units))
    rank = {-number: place for place, (_waited, number) in enumerate(waits, start=1)}
    called = [number for number, slots in enumerate(plan.calls) if slots]
    pairs = 0
    for number in called:
        days = sorted(problem.slots[slot].day for slot in plan.calls[number])
        pairs += sum(1 for one, next_one in pairwise(days) if one // 2 == next_one // 2)
    suits = sum(problem.units[one].slots.get(slot, 0) for one in called for slot in plan.calls[one])
    counted = {
        "pupils": sum(len(problem.units[number].pupils) for number in called),
        "fairness": sum(rank[number] for number in called),
        "further": sum({1: 0, 2: 3, 3: 5}[len(plan.calls[number])] for number in called),
        "crowded": -pairs,
        "suits": -suits,
    }
    return [
        f"{name} is {getattr(plan.tiers, name)}, counted {value}"
        for name, value in counted.items()
        if getattr(plan.tiers, name) != value
    ]


def _unjust(problem: Problem, plan: Plan) -> list[str]:
    """A family without a call could have one, or stands behind one that should give way to it.

    Only for plans that are proven best and in which no person stands in two units: there it has no exception.
    """
    people = [person for unit in problem.units for person in unit.people]
    if not plan.optimal or len(set(people)) < len(people):
        return []
    inside: list[set[int]] = [set() for _ in problem.slots]
    for number, slots in enumerate(plan.calls):
        for slot in slots:
            inside[slot].add(number)
    found = []
    for number, unit in enumerate(problem.units):
        if not plan.calls[number] and unit.slots:
            found += _unjust_to(problem, inside, number)
    return found


def _unjust_to(problem: Problem, inside: list[set[int]], number: int) -> list[str]:
    unit = problem.units[number]
    reached, border = set(unit.slots), set(unit.slots)
    while border:
        neighbours = set().union(*(inside[slot] for slot in border))
        border = set().union(*(problem.units[other].slots for other in neighbours)) - reached
        reached |= border
    found = []
    if any(len(inside[slot]) < problem.slots[slot].places for slot in reached):
        found.append(f"unit {number} could be called: a place it could have is free")
    own = (len(unit.pupils), unit.waited)
    holders = set().union(*(inside[slot] for slot in reached))
    if any((len(problem.units[one].pupils), problem.units[one].waited) < own for one in holders):
        found.append(f"unit {number} stands behind one that has waited less")
    return found
