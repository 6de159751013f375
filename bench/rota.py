"""The weekly rota of a school of 3,000: every tier proven best within two seconds of processor time.

`python -m bench.rota` prints it; `report()` gives what bench/results.json keeps under `rota`. The school is
made up as in reference/optimisation.md §2.1: siblings share a call, parents work by day, in the evening, in
shifts.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from typing import Any

from calls.rota import check, explain
from calls.rota.problem import Problem, Slot, Unit
from calls.rota.solve import solve

DAYS, SLOTS_A_DAY = 6, 10
BAR_SECONDS = 2.0


def school(pupils: int, *, seed: int, capacity: float = 0.9) -> Problem:
    """A made-up week: `capacity` is the share of the wanted calls for which there are places."""
    chance = random.Random(seed)
    units: list[Unit] = []
    number = 0
    while number < pupils:
        size = min(pupils - number, chance.choices((1, 2, 3), (93, 6, 1))[0])
        wants = chance.choices((1, 2, 3), (70, 22, 8))[0]
        units.append(
            Unit(
                pupils=tuple(range(number, number + size)),
                person=len(units),
                number=len(units),
                waited=int(chance.expovariate(1 / 18)),
                wants=wants,
                slots=_reachable(chance),
            )
        )
        number += size
    wanted = sum(unit.wants for unit in units)
    places = max(1, math.ceil(capacity * wanted / (DAYS * SLOTS_A_DAY)))
    slots = (Slot(day, 18 * 60 + 10 * step, places) for day in range(DAYS) for step in range(SLOTS_A_DAY))
    return Problem(tuple(slots), tuple(units))


def _reachable(chance: random.Random) -> dict[int, int]:
    """The slots of one family by the parent's work, less what clashes for the pupil, and how each suits."""
    kind = chance.random()
    every = range(SLOTS_A_DAY)
    if kind < 0.50:  # works by day
        found = [(day, step) for day in range(DAYS) for step in every]
    elif kind < 0.72:  # works in the evening: early, and on Saturday
        found = [(day, step) for day in range(5) for step in range(3)] + [(5, step) for step in every]
    elif kind < 0.88:  # shifts: two or three whole days
        days = chance.sample(range(DAYS), chance.choice((2, 3)))
        found = [(day, step) for day in sorted(days) for step in every]
    else:  # hard to reach: a few late slots
        late = [(day, step) for day in range(DAYS) for step in range(6, SLOTS_A_DAY)]
        found = sorted(chance.sample(late, chance.randint(2, 5)))
    kept = [one for one in found if chance.random() > 0.1] or found[:1]
    likes = chance.randrange(SLOTS_A_DAY)
    return {day * SLOTS_A_DAY + step: min(10, 2 * abs(step - likes)) for day, step in kept}


def report(pupils: int = 3_000, *, seeds: tuple[int, ...] = (1, 2, 3)) -> dict[str, Any]:
    """The slowest of some made-up schools, at normal and scarce capacity; a plan with a fault is an error."""
    worst, optimal = 0.0, True
    for seed in seeds:
        for capacity in (0.9, 0.6):
            problem = school(pupils, seed=seed, capacity=capacity)
            started = time.process_time()
            plan = solve(problem)
            seconds = time.process_time() - started
            if found := check.faults(problem, plan):
                raise AssertionError(found[0])
            worst, optimal = max(worst, seconds), optimal and plan.optimal
            left_out = explain.explain(problem, plan)
            print(
                f"rota {pupils:,} pupils, {capacity:.0%} of the calls wanted, seed {seed}: "
                f"{seconds:.2f} s CPU, {plan.tiers.pupils:,} called, {len(left_out):,} families without, "
                f"{plan.tiers}"
            )
    return {"pupils": pupils, "cpu_s": round(worst, 2), "optimal": optimal}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rota")
    parser.add_argument("--pupils", type=int, default=3_000)
    print(report(parser.parse_args().pupils))


if __name__ == "__main__":
    main()
