"""How good the plans of `dormitories.allocation` are, beside a careful greedy; `python -m bench.dormitory`.

The greedy is counted without the 1,000 points of a hard rule it may break, so that the ratio is about wishes
alone. CPU seconds of one process; the plan depends on the seed, never on the machine.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor

from bench.boarders import make_problem
from dormitories.allocation import check, solve
from dormitories.allocation.score import Part

SIZES = (300, 1_000)
SMALL = 200  # random instances for the checker


def report(*, small: int = SMALL) -> dict[str, float | int]:
    """Print the table; the figures for bench/results.json."""
    found: dict[str, float | int] = {}
    print("boarders  greedy  plan  ratio  moved  CPU s")
    for boarders in SIZES:
        problem = make_problem(boarders, seed=1)
        started = time.process_time()
        solution = solve.solve(problem, seed=1)
        spent = time.process_time() - started
        greedy = solution.greedy.total - solution.greedy.parts[Part.HARD]
        ratio = solution.score.total / greedy
        moved = sum(p.room is not None and p.room != solution.plan[p.key] for p in problem.pupils)
        print(
            f"{boarders:8,} {greedy:7,.0f} {solution.score.total:6,.0f} {ratio:6.3f} {moved:5} {spent:6.1f}"
        )
        found[f"penalty_ratio_{boarders}"] = round(ratio, 3)
        found[f"cpu_s_{boarders}"] = round(spent, 1)
        found["hard_violations"] = found.get("hard_violations", 0) + len(
            check.violations(problem, solution.plan)
        )
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        broken = list(pool.map(_small, range(small)))
    planned = [number for number in broken if number >= 0]
    found["hard_violations"] += sum(planned)
    print(
        f"{small} random houses of 20 to 119: {len(planned)} planned, {small - len(planned)} without a plan,"
    )
    print(f"hard rules broken in all plans: {found['hard_violations']}")
    return found


def _small(seed: int) -> int:
    """How many hard rules the plan of one random house breaks; -1 where no plan exists."""
    problem = make_problem(20 + seed * 37 % 100, seed)
    try:
        solution = solve.solve(problem, seed=seed, moves=20_000, starts=1)
    except solve.NoPlanError:
        return -1
    return len(check.violations(problem, solution.plan))


if __name__ == "__main__":
    print(report())
