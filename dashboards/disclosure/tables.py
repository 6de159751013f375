"""The declared tables: a fixed list, so that nobody asks for a cut of their own and subtracts it.

One dimension for a school, two for a county, and the two totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "stage": ("primary", "junior"),
    "boarding": ("boarder", "day", "not_collected"),
}
_ORDER = tuple(DIMENSIONS)
# A school's finest groups, in the order in which weekly counts keep them.
GROUPS: tuple[tuple[str, ...], ...] = tuple(product(*DIMENSIONS.values()))


@dataclass(frozen=True, order=True)
class Group:
    """The finest group that is counted, never published: one school's pupils alike in every dimension."""

    school: int
    sex: str
    stage: str
    boarding: str


Counts = Mapping[Group, int]


@dataclass(frozen=True)
class Table:
    """A declared table: for each school, or for the county as a whole."""

    code: str
    of_school: bool
    dimensions: tuple[str, ...]


DECLARED = (
    Table("school", True, ()),
    Table("school_sex", True, ("sex",)),
    Table("school_stage", True, ("stage",)),
    Table("school_boarding", True, ("boarding",)),
    Table("county", False, ()),
    Table("county_sex_stage", False, ("sex", "stage")),
    Table("county_sex_boarding", False, ("sex", "boarding")),
    Table("county_stage_boarding", False, ("stage", "boarding")),
)


@dataclass(frozen=True, order=True)
class Cell:
    """One number of one table. `school` is 0 in a county's table."""

    table: str
    school: int
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        return "|".join((self.table, str(self.school), *self.values))


def groups_of(school: int, *, stages: Iterable[str]) -> list[Group]:
    """The groups a school can have. What it doesn't teach is no secret: no pupil, no cell."""
    offered = set(stages)
    return [
        Group(school, *values)
        for values in product(*DIMENSIONS.values())
        if values[_ORDER.index("stage")] in offered
    ]


def cells(counts: Counts) -> dict[Cell, tuple[Group, ...]]:
    """Every declared cell with the groups it sums; a cell that no school can fill isn't there."""
    found: dict[Cell, list[Group]] = {}
    for group in sorted(counts):
        for table in DECLARED:
            values = tuple(getattr(group, name) for name in table.dimensions)
            cell = Cell(table.code, group.school if table.of_school else 0, values)
            found.setdefault(cell, []).append(group)
    return {cell: tuple(groups) for cell, groups in found.items()}


def totals(counts: Counts) -> dict[Cell, int]:
    """The exact count of every declared cell: for the release and the statutory return, never for a page."""
    return {cell: sum(counts[group] for group in groups) for cell, groups in cells(counts).items()}
