"""From a file's bytes to a verdict on each row; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from schools.models import School
from students.roster.cells import Limits, Row
from students.roster.headers import Header, Use
from students.roster.messages import FileRefused, Issue, Level
from students.roster.reading import Table, read_table
from students.roster.rows import Cleaner, Pupil
from students.roster.values import as_text
from students.roster.verdicts import Judge, Kind, Register, Verdict
from students.selectors import roster as roster_selectors

Tick = Callable[[int, int], None]
_TICK_ROWS = 200


def no_tick(done: int, total: int) -> None:
    """Progress nobody waits for."""


@dataclass
class Planned:
    """One row with its verdict; `issues` are those of the cells and those of the verdict."""

    pupil: Pupil
    verdict: Verdict
    issues: list[Issue]

    @property
    def has_warning(self) -> bool:
        return any(issue.level is Level.WARNING for issue in self.issues)

    @property
    def is_let_in(self) -> bool:
        """Whether the row takes part in the import."""
        return self.verdict.kind in {Kind.NEW, Kind.UPDATED, Kind.UNCHANGED}


@dataclass
class Plan:
    """What a file would do to a school."""

    header: Header
    rows: list[Planned]
    table: dict[str, Any] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind; `warnings` counts rows that are let in with a warning."""
        kinds = Counter(planned.verdict.kind for planned in self.rows)
        warnings = sum(planned.has_warning for planned in self.rows)
        found = {kind.value: kinds.get(kind, 0) for kind in Kind}
        return {"rows": len(self.rows), **found, "warnings": warnings}

    def issues(self) -> Iterator[dict[str, Any]]:
        """Every issue as it is stored."""
        for planned in self.rows:
            yield from map(asdict, planned.issues)


def limits() -> Limits:
    """The limits of this installation."""
    return Limits(rows=settings.ROSTER_MAX_ROWS)


def plan_file(content: bytes, school: School, *, on: date, tick: Tick = no_tick) -> Plan:
    """Read a file and compare it with the school. Raises FileRefused when nothing of it can be imported."""
    table = read_table(content, limits())
    rows = _pupils_rows(table)
    cleaner = Cleaner(table.header, on)
    cleaner.check_digits(rows)
    judge = Judge(roster_selectors.register(school, on), table.header.by_key())
    planned = []
    for done, row in enumerate(rows):
        if done % _TICK_ROWS == 0:
            tick(done, len(rows))
        planned.append(_judge_row(cleaner, judge, row))
    return Plan(table.header, planned, _about(table, rows, school))


def _pupils_rows(table: Table) -> list[Row]:
    """The rows with anything in an imported column; running numbers and remarks alone make no pupil."""
    used = [column.index for column in table.header.columns if column.use is Use.IMPORTED]
    return [
        row
        for row in table.rows
        if any(index < len(row.cells) and row.cells[index] not in (None, "") for index in used)
    ]


def _judge_row(cleaner: Cleaner, judge: Judge, row: Row) -> Planned:
    cleaned = cleaner.clean(row)
    if cleaned.is_refused:
        return Planned(cleaned.pupil, Verdict(Kind.REFUSED), cleaned.issues)
    verdict = judge.decide(cleaned.pupil)
    return Planned(cleaned.pupil, verdict, cleaned.issues + verdict.issues)


def _about(table: Table, rows: list[Row], school: School) -> dict[str, Any]:
    """What the page says about the file: sheet, columns, and what was passed over."""
    return {
        "sheet": table.sheet,
        "header": table.header.to_json(),
        "other_sheets": table.other_sheets,
        "hidden_sheets": table.hidden_sheets,
        "other_school_code": _other_school_code(table.header, rows, school),
    }


def _other_school_code(header: Header, rows: list[Row], school: School) -> str:
    """The school code in the file when it isn't this school's: a wrong file is the likeliest mistake."""
    column = next((c for c in header.columns if c.key == "school_code" and c.use is Use.IMPORTED), None)
    if column is None:
        return ""
    codes = Counter(as_text(row.cells[column.index]) for row in rows if column.index < len(row.cells))
    codes.pop("", None)
    common = codes.most_common(1)
    return common[0][0][:20] if common and school.code not in codes else ""


def judge_again(pupils: list[Pupil], header: Header, register: Register) -> list[Planned]:
    """The verdicts on rows that were read before, against the register as it is now."""
    judge = Judge(register, header.by_key())
    planned = []
    for pupil in pupils:
        verdict = judge.decide(pupil)
        planned.append(Planned(pupil, verdict, verdict.issues))
    return planned


__all__ = ["FileRefused", "Plan", "Planned", "Tick", "judge_again", "no_tick", "plan_file"]
