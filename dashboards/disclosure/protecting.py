"""Hiding and rounding, before the attack: what one cell says, whatever its neighbours say.

A cell with fewer contributors than the threshold says so and no more; 0 is such a cell, since "none at all"
tells as much of a named school as "two". Others are rounded at random to a multiple of the base, up with the
probability that keeps the expected value. The choice is keyed (HMAC-SHA-256): nobody without the period's
key can repeat it, and the key is renewed each period. A count that was published before is shown as it was:
drawing anew for the same children would let a reader average the rounding away.

Cells are rounded one by one and needn't add up. Forcing them to would tell the exact remainder of a table.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dashboards.disclosure import tables
from dashboards.disclosure.tables import Cell, Counts


class State(StrEnum):
    SHOWN = "shown"
    FEWER = "fewer"  # fewer contributors than the threshold
    WITHHELD = "withheld"  # hidden so that others can't be worked out; says nothing of its size


@dataclass(frozen=True)
class Figure:
    """What is published of a cell. `value` is a multiple of the base when shown, else None."""

    state: State
    value: int | None = None


Figures = Mapping[Cell, Figure]


@dataclass(frozen=True)
class Protection:
    """How strongly. `margin`: nobody may learn a cell to within this many pupils."""

    threshold: int = 10
    base: int = 5
    margin: int = 1
    most_withheld: float = 0.5  # of the cells that could be shown; above it a release tells too little

    def __post_init__(self) -> None:
        if self.base < 1 or self.threshold < 1:
            raise ValueError("The threshold and the base are at least 1.")
        if self.base > 1 and self.threshold % self.base:
            raise ValueError("The threshold must be a multiple of the base: just above it would tell.")
        if 1 < self.base < 2 * self.margin + 3:
            raise ValueError("The base is too small for the margin: a rounded number would tell the count.")

    def interval(self, figure: Figure) -> tuple[float, float]:
        """The counts that could stand behind a published figure, as everybody can work out."""
        if figure.state is State.FEWER:
            return 0, self.threshold - 1
        if figure.state is State.WITHHELD or figure.value is None:
            return 0, float("inf")
        return max(figure.value - self.base + 1, self.threshold), figure.value + self.base - 1


UNPROTECTED = Protection(threshold=1, base=1)


@dataclass(frozen=True)
class Released:
    """One closed period as it was let out: what was published, and the exact counts, which never leave."""

    period: str
    counts: Counts
    figures: Figures


def rounded(count: int, *, base: int, key: bytes, name: str) -> int:
    """A neighbouring multiple of the base: up with probability remainder / base, so that sums stay true."""
    low, rest = divmod(count, base)
    if rest == 0:
        return count
    digest = hmac.digest(key, f"{name}|{count}".encode(), hashlib.sha256)
    share = int.from_bytes(digest[:8], "big") / 2**64
    return (low + (share < rest / base)) * base


def figures(
    counts: Counts, *, key: bytes, protection: Protection, earlier: Iterable[Released]
) -> dict[Cell, Figure]:
    """Each declared cell by itself, before the attack."""
    known = _shown_before(earlier)
    found = {}
    for cell, count in tables.totals(counts).items():
        if count < protection.threshold:
            found[cell] = Figure(State.FEWER)
        elif (cell, count) in known:
            found[cell] = Figure(State.SHOWN, known[cell, count])
        else:
            found[cell] = Figure(State.SHOWN, rounded(count, base=protection.base, key=key, name=cell.name))
    return found


def _shown_before(earlier: Iterable[Released]) -> dict[tuple[Cell, int], int]:
    known: dict[tuple[Cell, int], int] = {}
    for release in earlier:
        exact = tables.totals(release.counts)
        for cell, figure in release.figures.items():
            if figure.value is not None:
                known[cell, exact[cell]] = figure.value
    return known
