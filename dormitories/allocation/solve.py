"""From a problem to a plan: greedy, then annealing from several seeds; a proof where no plan exists.

The same problem and the same seed give the same plan on any machine: every budget is counted in moves, the
solver's in its own deterministic time (reference/optimisation.md P8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dormitories.allocation import conflicts
from dormitories.allocation.anneal import Annealer
from dormitories.allocation.compiled import Compiled, compile_problem
from dormitories.allocation.greedy import greedy_places
from dormitories.allocation.problem import Plan, Problem
from dormitories.allocation.score import Part, Score, score_places

MOVES_A_PUPIL = 15_000
LEAST_MOVES = 20_000
MOST_MOVES = 15_000_000
MENDING_MOVES = 100_000
STARTS = 3
STARTS_UP_TO = 400  # pupils: above, one long search beats several short ones

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Solution:
    """The plan and what it costs, beside what the careful person with a pencil would have got."""

    plan: Plan
    score: Score
    greedy: Score
    seed: int


class NoPlanError(Exception):
    """No plan keeps every hard rule; `found` says which rules can't hold together.

    Empty when the search met none within its budget and the proof did neither.
    """

    def __init__(self, found: list[conflicts.Conflict]) -> None:
        super().__init__(f"{len(found)} conflicts")
        self.found = found


def solve(
    problem: Problem,
    *,
    seed: int,
    moves: int | None = None,
    starts: int | None = None,
    tick: Tick | None = None,
) -> Solution:
    """The best plan found within the budget: `moves` for each of `starts` searches.

    Raises NoPlanError when the hard rules leave no plan.
    """
    found = conflicts.by_counting(problem)
    if found:
        raise NoPlanError(found)
    compiled = compile_problem(problem)
    greedy = greedy_places(compiled)
    start = greedy if not _hard(compiled, greedy) else _possible(compiled, greedy)
    moves = moves or min(MOST_MOVES, max(LEAST_MOVES, MOVES_A_PUPIL * len(problem.pupils)))
    if not problem.pupils:
        starts = 0
    starts = starts if starts is not None else (STARTS if len(problem.pupils) <= STARTS_UP_TO else 1)
    tries = [start]
    for number in range(starts):
        search = Annealer(compiled, start, seed * 1_000 + number)
        tries.append(search.run(moves, _share(tick, number, starts)))
    best = min(tries, key=lambda places: score_places(compiled, places).total)
    return Solution(compiled.plan(best), score_places(compiled, best), score_places(compiled, greedy), seed)


def _hard(compiled: Compiled, places: list[int]) -> float:
    return score_places(compiled, places).parts[Part.HARD]


def _possible(compiled: Compiled, greedy: list[int]) -> list[int]:
    """Where the pencil breaks a hard rule: a short search mends it, or the exact solver, or nobody."""
    from dormitories.allocation import feasible

    mended = Annealer(compiled, greedy, 0).run(MENDING_MOVES)
    if not _hard(compiled, mended):
        return mended
    places = feasible.find(compiled, hint=mended)
    if places is None:
        raise NoPlanError(conflicts.by_proof(compiled.problem))
    return places


def _share(tick: Tick | None, number: int, starts: int) -> Tick | None:
    if tick is None:
        return None
    return lambda done, total: tick(number * total + done, starts * total)
