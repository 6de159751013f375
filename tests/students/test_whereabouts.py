"""Where pupils are, as the apps above tell it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from students import whereabouts


def at(hour: int) -> datetime:
    return datetime(2026, 11, 22, hour, tzinfo=UTC)


@pytest.fixture
def providers(monkeypatch):
    asked: list[list[int]] = []

    def leaves(ids, start, end):
        asked.append(ids)
        return {1: [(at(8), at(10), "leave"), (at(18), at(19), "leave")], 2: [(at(10), at(11), "leave")]}

    def rolls(ids, start, end):
        return {1: [(at(7), at(9), "roll")]}

    monkeypatch.setattr(whereabouts, "_providers", {})
    whereabouts.add_provider("test_leave", leaves)
    whereabouts.add_provider("test_roll", rolls)
    return asked


def test_what_every_app_knows_comes_together_in_order(providers):
    found = whereabouts.busy([1, 2, 1, 3], at(8), at(10))

    assert [(one.start, one.source, one.reason) for one in found[1]] == [
        (at(7), "test_roll", "roll"),
        (at(8), "test_leave", "leave"),
    ]
    assert providers == [[1, 2, 3]]


def test_what_ends_as_the_period_begins_or_begins_as_it_ends_is_no_clash(providers):
    assert whereabouts.busy([2], at(8), at(10)).get(2) is None
    assert whereabouts.busy([2], at(10), at(11)).keys() == {2}


def test_a_period_goes_forward(providers):
    with pytest.raises(ValueError, match="ends after"):
        whereabouts.busy([1], at(10), at(10))
