"""The adversary: everything published, in this period and all before, as one system of linear inequalities.

The unknowns are the finest groups (school × sex × stage × boarding) of each period. Each published figure
bounds a sum of them. The adversary is told more than a reader knows: which groups are the same in any two
periods (the same children, seen again through another rounding), and what each school teaches.

For each cell the least and the greatest count that fit everything are found (HiGHS: `linprog`, and `milp`
where the first is narrow, since pupils are whole). A cell is *known* when both are the same, *near* when they
lie within twice the margin: whoever guesses the middle is then never further off than the margin. The finest
groups are judged like the cells, though no table publishes them.

Most cells need no program of their own: a solution of the whole system that differs from the truth by enough
in a cell is proof that the cell can't be told. A few dozen such solutions settle nearly all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, sparse

from dashboards.disclosure import tables
from dashboards.disclosure.protecting import Protection, Released
from dashboards.disclosure.tables import Cell, Group

_SLACK = 1e-6
_ROUNDS = 3
_WHOLE_WITHIN = 5  # below this width the linear bounds are sharpened by whole numbers


@dataclass(frozen=True)
class Bound:
    """What the adversary knows of one cell: its count lies from `low` to `high`."""

    cell: Cell
    period: str
    low: int
    high: int

    def is_known(self) -> bool:
        return self.low >= self.high

    def is_near(self, margin: int) -> bool:
        return self.high - self.low <= 2 * margin


# A sum of unknowns → the cells, with their periods, that are this very sum.
Targets = dict[tuple[int, ...], list[tuple[Cell, str]]]


@dataclass
class System:
    """The inequalities low ≤ A·x ≤ high, and for each row whence it comes."""

    matrix: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    sources: list[list[tuple[str, Cell]]]
    truth: np.ndarray
    schools: list[int]
    targets: Targets = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.matrix.shape[1]


def system(releases: Sequence[Released], protection: Protection) -> System:
    """The inequalities of all releases. A group with the same count in two periods is one unknown."""
    unknowns: dict[tuple[Group, int], int] = {}
    truth: list[int] = []
    rows: dict[tuple[int, ...], tuple[float, float, list[tuple[str, Cell]]]] = {}
    targets: Targets = {}
    for release in releases:
        for group, count in release.counts.items():
            if (group, count) not in unknowns:
                unknowns[group, count] = len(truth)
                truth.append(count)
                targets.setdefault((unknowns[group, count],), []).append((_finest(group), release.period))
        for cell, groups in tables.cells(release.counts).items():
            named = tuple(sorted(unknowns[group, release.counts[group]] for group in groups))
            targets.setdefault(named, []).append((cell, release.period))
            if cell not in release.figures:
                continue
            low, high = protection.interval(release.figures[cell])
            was = rows.get(named, (0.0, np.inf, []))
            rows[named] = (max(low, was[0]), min(high, was[1]), [*was[2], (release.period, cell)])
    bounded = {named: row for named, row in rows.items() if row[0] > 0 or row[1] < np.inf}
    return System(
        _matrix(list(bounded), len(truth)),
        np.array([row[0] for row in bounded.values()], dtype=float),
        np.array([row[1] for row in bounded.values()], dtype=float),
        [row[2] for row in bounded.values()],
        np.array(truth, dtype=float),
        [group.school for group, _count in unknowns],
        targets,
    )


def _finest(group: Group) -> Cell:
    """A group that no table publishes is a target too."""
    return Cell("group", group.school, (group.sex, group.stage, group.boarding))


def _matrix(rows: Sequence[tuple[int, ...]], width: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int32)
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), width))


def attack(releases: Sequence[Released], protection: Protection) -> list[Bound]:
    """The cells that the adversary knows to within the margin, with what they know. Empty: all are safe."""
    problem = system(releases, protection)
    found = []
    for named in _unsettled(problem, 2 * protection.margin + 1):
        bound = Bound(*problem.targets[named][-1], *bounds(problem, named))
        if bound.is_near(protection.margin):
            found.append(bound)
    return found


def all_bounds(releases: Sequence[Released], protection: Protection) -> list[Bound]:
    """What the adversary knows of every cell: for tests and for looking at a release."""
    problem = system(releases, protection)
    found = []
    for named, cells in problem.targets.items():
        low, high = bounds(problem, named)
        found += [Bound(cell, period, low, high) for cell, period in cells]
    return found


def _unsettled(problem: System, wide: int) -> list[tuple[int, ...]]:
    """The targets for which no two possible worlds were found that differ by `wide` pupils."""
    names = list(problem.targets)
    sums = _matrix(names, problem.size)
    least, most = _small_moves(problem, sums, wide)
    rng = np.random.default_rng(1)  # chooses where to look, and hides nothing
    for round_ in range(_ROUNDS):
        open_ = most - least < wide - _SLACK
        if not open_.any():
            break
        looked_at = open_ * rng.uniform(0.2, 1, len(names)) * (rng.random(len(names)) < 1 / (1 + round_ % 3))
        for sign in (1, -1):
            world = _solve(problem, -sign * (sums.T @ looked_at))
            if world is not None:
                seen = sums @ world
                least, most = np.minimum(least, seen), np.maximum(most, seen)
    open_ = most - least < wide - _SLACK
    return [named for named, still in zip(names, open_, strict=True) if still]


def _small_moves(problem: System, sums: sparse.csr_matrix, wide: int) -> tuple[np.ndarray, np.ndarray]:
    """The range of each sum over the truth and the possible worlds next to it, without any program.

    Next to it: `wide` pupils more or fewer in one group, or moved from a group to another of its school.
    """
    truth, rows, columns = problem.truth, problem.matrix @ problem.truth, sums.tocsc()
    least, most = sums @ truth, sums @ truth
    by_column = problem.matrix.tocsc()
    for school in sorted(set(problem.schools)):
        own = np.flatnonzero(np.array(problem.schools) == school)
        moves = wide * _moves(len(own))
        told = _touched(by_column[:, own])
        after = told[1] @ moves + rows[told[0], None]
        possible = (after >= problem.low[told[0], None]) & (after <= problem.high[told[0], None])
        allowed = possible.all(axis=0) & (moves + truth[own, None] >= 0).all(axis=0)
        if not allowed.any():
            continue
        seen = _touched(columns[:, own])
        change = seen[1] @ moves[:, allowed] + (sums @ truth)[seen[0], None]
        least[seen[0]] = np.minimum(least[seen[0]], change.min(axis=1))
        most[seen[0]] = np.maximum(most[seen[0]], change.max(axis=1))
    return least, most


def _touched(part: sparse.csc_matrix) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a few columns that aren't empty, and these rows in full."""
    named = np.unique(part.indices)
    return named, part.tocsr()[named].toarray()


def _moves(size: int) -> np.ndarray:
    """One column a move: +1, -1, or +1 and -1 in two of a school's unknowns."""
    one = np.eye(size)
    swaps = (one[:, :, None] - one[:, None, :]).reshape(size, size * size)
    return np.hstack([one, -one, swaps])


def _solve(problem: System, objective: np.ndarray) -> np.ndarray | None:
    """A possible world of whole pupils that makes the objective small; None if none was found in time."""
    done = optimize.milp(
        objective,
        integrality=np.ones(problem.size),
        bounds=optimize.Bounds(0, _ceiling(problem)),
        constraints=optimize.LinearConstraint(problem.matrix, problem.low, problem.high),
        options={"time_limit": 5.0, "mip_rel_gap": 0.5},
    )
    return None if done.x is None else np.round(done.x)


def _ceiling(problem: System) -> float:
    """No group is larger than this: keeps the search bounded where everything is withheld."""
    return float(problem.truth.sum() * 2 + 100)


def bounds(problem: System, named: tuple[int, ...]) -> tuple[int, int]:
    """The least and the greatest count of a sum of unknowns that fit everything published."""
    objective = np.zeros(problem.size)
    objective[list(named)] = 1
    ends = [_linear(problem, sign * objective).fun for sign in (1, -1)]
    low, high = int(np.ceil(ends[0] - _SLACK)), int(np.floor(-ends[1] + _SLACK))
    if high - low <= _WHOLE_WITHIN:
        low, high = _whole(problem, objective, low, high)
    return low, high


def _linear(problem: System, objective: np.ndarray) -> optimize.OptimizeResult:
    finite = np.isfinite(problem.high)
    done = optimize.linprog(
        objective,
        A_ub=sparse.vstack([problem.matrix[finite], -problem.matrix]),
        b_ub=np.concatenate([problem.high[finite], -problem.low]),
        bounds=(0, _ceiling(problem)),
        method="highs",
    )
    if not done.success:
        raise ArithmeticError(f"The attack couldn't be worked out: {done.message}")
    return done


def _whole(problem: System, objective: np.ndarray, low: int, high: int) -> tuple[int, int]:
    """The same for whole pupils; where that takes too long the linear bounds stand."""
    ends = []
    for sign, linear in ((1, low), (-1, -high)):
        done = optimize.milp(
            sign * objective,
            integrality=np.ones(problem.size),
            bounds=optimize.Bounds(0, _ceiling(problem)),
            constraints=optimize.LinearConstraint(problem.matrix, problem.low, problem.high),
            options={"time_limit": 5.0},
        )
        ends.append(round(done.fun) if done.status == 0 else linear)
    return int(ends[0]), int(-ends[1])


def pinning(problem: System, named: tuple[int, ...], *, period: str) -> list[Cell]:
    """The cells of a period that hold a target in place, the strongest first: the program's dual prices."""
    objective = np.zeros(problem.size)
    objective[list(named)] = 1
    finite = np.flatnonzero(np.isfinite(problem.high))
    price = np.zeros(len(problem.low))
    for sign in (1, -1):
        duals = np.abs(_linear(problem, sign * objective).ineqlin.marginals)
        price[finite] += duals[: len(finite)]
        price += duals[len(finite) :]
    order = np.argsort(-price, kind="stable")
    return list(_cells_of(problem, (row for row in order if price[row] > _SLACK), period))


def _cells_of(problem: System, rows: Iterable[int], period: str) -> Iterable[Cell]:
    for row in rows:
        yield from (cell for of, cell in problem.sources[row] if of == period)
