"""Published statistics as tables: the frozen numbers and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from dashboards import words
from dashboards.disclosure import tables
from dashboards.models import FrozenCell, Release
from dashboards.models.statistics import Definition


@dataclass(frozen=True)
class StatisticsTable:
    """A declared table: heads and rows of words, ready for a page, paper, a file or a program."""

    definition: str
    code: str
    title: str
    heads: list[str]
    rows: list[tuple[str, list[str]]]


_Cells = dict[tuple[str, str, int, tuple[str, ...]], FrozenCell]


def release_tables(release: Release) -> list[StatisticsTable]:
    """Every table of a release under every definition: one query."""
    frozen = FrozenCell.objects.using(settings.DISTRICT_DATABASE).filter(release_id=release.pk)
    cells: _Cells = {
        (one.definition, one.table, one.school_id or 0, tuple(one.values)): one for one in frozen
    }
    schools = sorted({(one.school_name, one.school_id) for one in cells.values() if one.school_id})
    return [
        table
        for definition in Definition.values
        for table in (_of_schools(definition, cells, schools, release), *_of_area(definition, cells, release))
    ]


def _said(cell: FrozenCell | None, release: Release) -> str:
    """What a school doesn't teach has no cell: a dash, not a number."""
    return words.cell(cell.state, cell.value, threshold=release.threshold) if cell else "–"


def _of_schools(
    definition: str, cells: _Cells, schools: Sequence[tuple[str, int | None]], release: Release
) -> StatisticsTable:
    """The one-dimensional tables of the schools side by side: a row each."""
    columns: list[tuple[str, tuple[str, ...]]] = [("school", ())]
    for table in tables.DECLARED:
        if table.of_school and table.dimensions:
            columns += [(table.code, (value,)) for value in tables.DIMENSIONS[table.dimensions[0]]]
    every = words.TABLES["school"]
    heads = [str(words.VALUES[values[0]] if values else every) for _code, values in columns]
    rows = [
        (name, [_said(cells.get((definition, code, pk or 0, values)), release) for code, values in columns])
        for name, pk in schools
    ]
    return StatisticsTable(definition, "school", str(words.TABLES["schools"]), heads, rows)


def _of_area(definition: str, cells: _Cells, release: Release) -> list[StatisticsTable]:
    """The area's total, and its two-dimensional tables."""
    total = _said(cells.get((definition, "county", 0, ())), release)
    made = [
        StatisticsTable(
            definition, "county", str(words.TABLES["county"]), [str(words.TABLES["school"])],
            [(release.area_name, [total])],
        )
    ]  # fmt: skip
    for table in tables.DECLARED:
        if not table.of_school and table.dimensions:
            across, down = (tables.DIMENSIONS[name] for name in reversed(table.dimensions))
            rows = [
                (
                    str(words.VALUES[row]),
                    [
                        _said(cells.get((definition, table.code, 0, (row, column))), release)
                        for column in across
                    ],
                )
                for row in down
            ]
            heads = [str(words.VALUES[column]) for column in across]
            made.append(StatisticsTable(definition, table.code, str(words.TABLES[table.code]), heads, rows))
    return made


def by_definition(found: list[StatisticsTable]) -> dict[str, list[StatisticsTable]]:
    grouped: dict[str, list[StatisticsTable]] = defaultdict(list)
    for table in found:
        grouped[str(Definition(table.definition).label)].append(table)
    return dict(grouped)


def as_data(found: list[StatisticsTable]) -> list[dict[str, object]]:
    """The tables for programs: the same words and numbers as on the page."""
    return [
        {
            "definition": table.definition,
            "code": table.code,
            "title": table.title,
            "heads": table.heads,
            "rows": [{"name": name, "values": values} for name, values in table.rows],
        }
        for table in found
    ]
