"""Hiding and rounding of single cells, and the gate's ways to say no."""

from __future__ import annotations

import random

import pytest

from dashboards.disclosure import protecting, releasing, tables
from dashboards.disclosure.protecting import Figure, Protection, Released, State
from dashboards.disclosure.tables import Cell, Group
from tests.dashboards.disclosure import districts

USUAL = Protection()
ONE = Cell("school", 1, ())


def school_of(count: int) -> dict[Group, int]:
    return {Group(1, "female", "primary", "boarder"): count}


def figure(count: int, *, key: bytes = b"key", earlier: tuple[Released, ...] = ()) -> Figure:
    return protecting.figures(school_of(count), key=key, protection=USUAL, earlier=earlier)[ONE]


@pytest.mark.parametrize("count", [0, 1, 9])
def test_fewer_than_ten_is_all_that_is_said_of_small_numbers_and_of_none(count: int):
    assert figure(count) == Figure(State.FEWER, None)


@pytest.mark.parametrize("count", range(10, 40))
def test_a_shown_number_is_a_neighbouring_multiple_and_never_below_the_threshold(count: int):
    shown = figure(count).value

    assert shown is not None
    assert shown % 5 == 0
    assert abs(shown - count) < 5
    assert shown >= 10


def test_rounding_keeps_the_expected_value():
    drawn = [protecting.rounded(12, base=5, key=str(n).encode(), name="x") for n in range(4000)]

    assert set(drawn) == {10, 15}
    assert sum(drawn) / len(drawn) == pytest.approx(12, abs=0.15)


def test_the_same_key_gives_the_same_number_and_another_key_another():
    counts = districts.make(random.Random(1), 8)

    first, again, other = (
        protecting.figures(counts, key=key, protection=USUAL, earlier=[]) for key in (b"a", b"a", b"b")
    )

    assert first == again
    assert first != other


def test_the_same_count_of_the_same_cell_is_shown_as_it_was():
    """Else a reader could average over the periods."""
    for number in range(12):
        earlier = Released("1", school_of(12), {ONE: figure(12, key=b"1")})

        assert figure(12, key=str(number).encode(), earlier=(earlier,)) == earlier.figures[ONE]


def test_no_cell_is_made_for_what_a_school_does_not_teach():
    counts = dict.fromkeys(tables.groups_of(1, stages=["primary"]), 4)

    assert Cell("school_stage", 1, ("primary",)) in tables.cells(counts)
    assert Cell("school_stage", 1, ("junior",)) not in tables.cells(counts)


@pytest.mark.parametrize(
    "wrong",
    [{"threshold": 7}, {"base": 3, "threshold": 9}, {"base": 0}, {"threshold": 0}, {"base": 5, "margin": 2}],
)
def test_a_protection_that_cannot_protect_is_refused(wrong: dict[str, int]):
    with pytest.raises(ValueError, match=r"base|threshold"):
        Protection(**wrong)


def test_what_falls_is_withheld_until_nothing_falls():
    verdict = next(made for seed in range(30) if (made := _release(random.Random(seed))).withheld)

    assert verdict.rounds > 1
    assert set(State) == {one.state for one in verdict.release.figures.values()}
    assert all(one.value is None for one in verdict.release.figures.values() if one.state is not State.SHOWN)


def _release(rng: random.Random, protection: Protection = USUAL) -> releasing.Verdict:
    return releasing.release(
        districts.make(rng, 4), period="1", key=rng.randbytes(32), protection=protection, earlier=[]
    )


def test_a_release_that_would_withhold_too_much_is_refused():
    seed = next(seed for seed in range(30) if _release(random.Random(seed)).withheld)

    with pytest.raises(releasing.Refused) as refused:
        _release(random.Random(seed), Protection(most_withheld=0))

    assert refused.value.withheld > 0


def test_what_went_out_without_a_gate_lets_nothing_more_out():
    """It can't be taken back; the gate says so instead of adding to it."""
    counts = school_of(14)
    cells = (ONE, Cell("school_sex", 1, ("female",)), Cell("county", 0, ()))
    low, high = (
        Released(period, counts, dict.fromkeys(cells, Figure(State.SHOWN, value)))
        for period, value in (("1", 10), ("2", 18))
    )

    with pytest.raises(releasing.Refused) as refused:
        releasing.release(counts, period="3", key=b"k", protection=USUAL, earlier=[low, high])

    assert refused.value.fallen > 0
