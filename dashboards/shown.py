"""What is shown of an operational count: percentages in steps of five from twenty on, else 'too few'.

These say how the work goes, not who the children are; the rule of statistics about children is another one
(dashboards.disclosure). Source: security.md, 'Statistics': (1) operational indicators.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboards.indicators import Indicator, Unit
from dashboards.models.figures import State

FEWEST = 20
STEP = 5


def shown(
    indicator: Indicator, *, numerator: int, denominator: int, days: Sequence[int] | None
) -> tuple[State, int | None]:
    """The state and, when shown, the value: per cent in steps of 5, or the median of the days."""
    if denominator == 0:
        return State.NO_DATA, None
    if denominator < FEWEST:
        return State.TOO_FEW, None
    if indicator.unit is Unit.DAYS:
        return State.SHOWN, median(days or ())
    return State.SHOWN, in_steps(numerator, denominator)


def in_steps(numerator: int, denominator: int) -> int:
    """The nearest multiple of five per cent; halves go up."""
    return (200 * numerator + STEP * denominator) // (2 * STEP * denominator) * STEP


def median(days: Sequence[int]) -> int:
    """The smallest number of days within which half of them are."""
    half, seen = sum(days) / 2, 0
    for day, many in enumerate(days):
        seen += many
        if seen >= half:
            return day
    return len(days)


def together(histograms: Iterable[Sequence[int] | None]) -> list[int] | None:
    """Histograms of several schools as one."""
    given = [one for one in histograms if one]
    return [sum(places) for places in zip(*given, strict=True)] if given else None
