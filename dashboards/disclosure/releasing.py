"""The gate: a release leaves only when the adversary can't use it.

Hidden and rounded first; then attacked together with every earlier release. A cell that falls is answered by
withholding the figure that gave most of it away (the dual price of the linear program), and the attack
begins again. Complementary suppression of this kind ends: each round withholds at least one figure more. When
it would take more than may be withheld, nothing is released, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.disclosure import attacking, protecting
from dashboards.disclosure.attacking import Bound, System
from dashboards.disclosure.protecting import Figure, Protection, Released, State
from dashboards.disclosure.tables import Cell, Counts

_WITHHELD = Figure(State.WITHHELD)


class Refused(Exception):
    """Nothing may be released: too much would have to be hidden. Says how many cells, never which."""

    def __init__(self, *, fallen: int, withheld: int, cells: int) -> None:
        super().__init__(f"{fallen} cells still fall with {withheld} of {cells} withheld")
        self.fallen, self.withheld, self.cells = fallen, withheld, cells


@dataclass(frozen=True)
class Verdict:
    """What may be published, and how it came about: for the officer, and for the record."""

    release: Released
    rounds: int
    withheld: int

    @property
    def shown(self) -> int:
        return sum(figure.state is State.SHOWN for figure in self.release.figures.values())


def release(
    counts: Counts, *, period: str, key: bytes, protection: Protection, earlier: Sequence[Released]
) -> Verdict:
    """The figures that leave. Raises Refused."""
    figures = protecting.figures(counts, key=key, protection=protection, earlier=earlier)
    rounds = 0
    while True:
        rounds += 1
        made = Released(period, dict(counts), figures)
        fallen = attacking.attack([*earlier, made], protection)
        withheld = sum(figure.state is State.WITHHELD for figure in figures.values())
        if not fallen:
            _refuse_emptiness(figures, withheld, protection)
            return Verdict(made, rounds, withheld)
        problem = attacking.system([*earlier, made], protection)
        answers = {cell for bound in fallen if (cell := _answer(problem, bound, made))}
        if not answers:
            raise Refused(fallen=len(fallen), withheld=withheld, cells=len(figures))
        figures = figures | dict.fromkeys(answers, _WITHHELD)


def _refuse_emptiness(figures: protecting.Figures, withheld: int, protection: Protection) -> None:
    shown = sum(figure.state is State.SHOWN for figure in figures.values())
    if withheld > protection.most_withheld * (shown + withheld):
        raise Refused(fallen=0, withheld=withheld, cells=len(figures))


def _answer(problem: System, bound: Bound, made: Released) -> Cell | None:
    """The figure of this period to withhold for a fallen cell; None if nothing of this period holds it."""
    named = next(key for key, target in problem.targets.items() if (bound.cell, bound.period) in target)
    for cell in attacking.pinning(problem, named, period=made.period):
        if made.figures[cell].state is not State.WITHHELD:
            return cell
    own = made.figures.get(bound.cell)
    return bound.cell if own is not None and own.state is not State.WITHHELD else None
