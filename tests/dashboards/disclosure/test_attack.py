"""Whoever puts all published tables together learns no child's school to within one pupil."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import optimize

from dashboards.disclosure import attacking, protecting, releasing, tables
from dashboards.disclosure.protecting import UNPROTECTED, Figure, Protection, Released, State
from dashboards.disclosure.tables import Cell, Group
from tests.dashboards.disclosure import districts

USUAL = Protection()
DISTRICTS = 50
PERIODS = 2


def let_out(seed: int, *, schools: int, periods: int = PERIODS) -> tuple[list[Released], int]:
    """What an invented county publishes over some periods, and how often it was refused."""
    rng = random.Random(seed)
    counts, released, refused = districts.make(rng, schools), [], 0
    for period in range(periods):
        try:
            made = releasing.release(
                counts, period=str(period), key=rng.randbytes(32), protection=USUAL, earlier=released
            )
            released.append(made.release)
        except releasing.Refused:
            refused += 1
        counts = districts.next_period(rng, counts)
    return released, refused


def independent_bounds(releases: list[Released], cell: Cell, period: str) -> tuple[float, float]:
    """The attack written again, plainly: one dense linear program over every release."""
    names = sorted({pair for release in releases for pair in release.counts.items()})
    place = {pair: number for number, pair in enumerate(names)}
    rows, highest = [], []
    target = np.zeros(len(names))
    for release in releases:
        for of, groups in tables.cells(release.counts).items():
            row = np.zeros(len(names))
            row[[place[group, release.counts[group]] for group in groups]] = 1
            if (of, release.period) == (cell, period):
                target = row
            figure = release.figures[of]
            if figure.state is State.FEWER:
                rows, highest = [*rows, row], [*highest, 9]
            elif figure.state is State.SHOWN:
                rows, highest = [*rows, row, -row], [*highest, figure.value + 4, -max(10, figure.value - 4)]
    ends = [
        optimize.linprog(sign * target, A_ub=np.array(rows), b_ub=np.array(highest), bounds=(0, 10_000))
        for sign in (1, -1)
    ]
    return ends[0].fun, -ends[1].fun


def test_fifty_districts_over_several_periods_give_nothing_away():
    """Every cell and every finest group by our own attack, six a district by one written apart from it."""
    fallen, known, near, cells, shown, could_be_shown, refused = 0, 0, 0, 0, 0, 0, 0
    for seed in range(DISTRICTS):
        long = seed % 10 == 0
        released, not_released = let_out(seed, schools=2 + seed % 3, periods=4 if long else PERIODS)
        refused += not_released
        fallen += len(attacking.attack(released, USUAL))
        rng = random.Random(seed)
        for release in released[-1:]:
            shown += sum(figure.state is State.SHOWN for figure in release.figures.values())
            could_be_shown += sum(figure.state is not State.FEWER for figure in release.figures.values())
            for cell in rng.sample(sorted(release.figures), 6):
                low, high = independent_bounds(released, cell, release.period)
                count = tables.totals(release.counts)[cell]
                assert low - 1e-6 <= count <= high + 1e-6
                cells += 1
                known += high - low < 1 - 1e-6
                near += high - low < 3 - 1e-6

    assert cells >= 250
    assert (fallen, known, near) == (0, 0, 0)
    # safe by saying nothing would be no statistics
    assert shown >= 0.8 * could_be_shown
    assert refused <= DISTRICTS * PERIODS // 10


@pytest.mark.parametrize("seed", range(4))
def test_no_cell_of_any_period_lies_within_the_margin(seed: int):
    """Every cell of every period, and every finest group, each by programs of its own."""
    released, _refused = let_out(seed, schools=2)

    widths = [bound.high - bound.low for bound in attacking.all_bounds(released, USUAL)]

    assert len(widths) > 30
    assert min(widths) > 2 * USUAL.margin


def by_sex(male: int, female: int) -> dict[Group, int]:
    """One primary school where all board."""
    return {
        Group(1, sex, "primary", boarding): count if boarding == "boarder" else 0
        for sex, count in (("male", male), ("female", female))
        for boarding in ("boarder", "day", "not_collected")
    }


def test_without_protection_the_attack_recovers_every_cell():
    counts = districts.make(random.Random(3), 3)
    naked = Released("1", counts, protecting.figures(counts, key=b"k", protection=UNPROTECTED, earlier=[]))

    found = attacking.all_bounds([naked], UNPROTECTED)
    published = [bound for bound in found if bound.cell.table != "group"]

    assert all(bound.is_known() for bound in published)
    assert [bound.low for bound in published] == [tables.totals(counts)[bound.cell] for bound in published]


def test_a_small_number_hidden_beside_exact_ones_is_recovered():
    """What many systems do: hide below ten, and print the rest and the total."""
    counts = by_sex(male=30, female=3)
    hidden = Cell("school_sex", 1, ("female",))
    figures = {
        cell: Figure(State.FEWER) if count < 10 else Figure(State.SHOWN, count)
        for cell, count in tables.totals(counts).items()
    }

    found = attacking.all_bounds([Released("1", counts, figures)], Protection(threshold=10, base=1))

    assert all(bound.is_known() for bound in found)
    assert [(bound.low, bound.high) for bound in found if bound.cell == hidden] == [(3, 3)]


def test_without_the_gate_rounding_alone_gives_cells_away():
    """Hiding and rounding aren't enough: some of these counties fall until more is withheld."""
    fallen = 0
    for seed in range(12):
        rng = random.Random(seed)
        counts = districts.make(rng, 4)
        figures = protecting.figures(counts, key=rng.randbytes(32), protection=USUAL, earlier=[])
        fallen += bool(attacking.attack([Released("1", counts, figures)], USUAL))

    assert fallen > 0


def test_drawing_anew_for_the_same_children_is_caught():
    """Two roundings of one count leave 4 candidates; with the sum of two such counts, fewer."""
    counts = by_sex(male=12, female=22)
    total, male, female = (
        Cell("school", 1, ()),
        Cell("school_sex", 1, ("male",)),
        Cell("school_sex", 1, ("female",)),
    )
    ups = {total: 35, male: 15, female: 25}
    downs = {total: 30, male: 10, female: 20}
    releases = [
        Released(period, counts, {cell: Figure(State.SHOWN, value) for cell, value in values.items()})
        for period, values in (("1", ups), ("2", downs))
    ]

    found = {bound.cell: (bound.low, bound.high) for bound in attacking.all_bounds(releases, USUAL)}

    assert found[male] == (11, 13)  # 11 to 14 by itself; the total takes one away
    assert attacking.attack(releases, USUAL) != []
