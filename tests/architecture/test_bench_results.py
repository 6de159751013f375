"""The figures of `make bench`: every one that others read stands in bench/results.json, as a number."""

from __future__ import annotations

import json
from numbers import Real

import pytest

from bench import results
from bench.asking import Taken

PAGES = {"finder", "child_page", "quick_log_save", "class_list", "house_plan", "board", "district_page"}
FIGURES = {"p50_ms", "p95_ms", "rps8", "queries", "bytes", "floor_ratio", "growth"}
DORMITORY = {"penalty_ratio_300", "penalty_ratio_1000", "hard_violations"}


def test_the_file_holds_every_page_and_both_solvers():
    found = json.loads(results.JSON.read_text(encoding="utf-8"))

    assert set(found["pages"]) == PAGES
    for figures in found["pages"].values():
        assert {name for name in FIGURES if _is_number(figures.get(name))} == FIGURES
    assert {name for name in DORMITORY if _is_number(found["dormitory"].get(name))} == DORMITORY
    assert _is_number(found["rota"]["pupils"])
    assert _is_number(found["rota"]["cpu_s"])
    assert found["rota"]["optimal"] is True


def test_the_readme_shows_the_figures_of_the_file():
    found = json.loads(results.JSON.read_text(encoding="utf-8"))
    text = results.README.read_text(encoding="utf-8")

    shown = text.partition(results.BEGIN)[2].partition(results.END)[0]

    assert shown.strip() == results.markdown(found)


def test_growth_and_ratio_are_those_of_the_medians():
    def taken(*ms: float) -> Taken:
        return Taken(ms=list(ms), rps=[10.0, 30.0, 20.0], queries=7, sql_ms=[1.0], sent=900)

    pages = {size: {"floor": taken(2.0), "board": taken(*times)} for size, times in _TIMES.items()}

    board = results.pages(pages)["board"]

    assert board["p50_ms"] == 12.0
    assert board["p95_ms"] == 14.0
    assert board["growth"] == pytest.approx(1.2)
    assert board["floor_ratio"] == pytest.approx(6.0)
    assert (board["rps8"], board["queries"], board["bytes"]) == (20.0, 7, 900)
    assert board["at"]["10000"]["p50_ms"] == 10.0


# 20 times each: the 19th of them in order is the one that 95 of 100 don't pass.
_TIMES = {10_000: [10.0] * 20, 100_000: [12.0] * 18 + [14.0, 99.0]}


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
