"""What the roster import says: issues, changes, columns and the report, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from students.models import GuardianLink, Person, RosterImport, RosterRow, Student
from students.roster.cells import column_letter
from students.roster.headers import Column, Header, Use
from students.roster.messages import FILE_MESSAGES, ROW_MESSAGES

USES = {
    Use.IMPORTED: gettext_lazy("imported"),
    Use.NOT_STORED: gettext_lazy("known, not stored"),
    Use.UNKNOWN: gettext_lazy("unknown, ignored"),
    Use.REPEATED: gettext_lazy("ignored, stands twice"),
}
_OTHER_KEYS = {
    "class": gettext_lazy("class"),
    "grade": gettext_lazy("grade"),
    "entry_month": gettext_lazy("month of entry"),
    "identity_kind": gettext_lazy("kind of identity document"),
    "school_code": gettext_lazy("school code"),
}
_CHOICES: dict[str, dict[Any, Any]] = {
    "sex": dict(Student.Sex.choices),
    "boarding": dict(Student.Boarding.choices),
    "health": dict(Student.Health.choices),
    "hukou": dict(Student.Hukou.choices),
    "relation": dict(GuardianLink.Relation.choices),
    "is_guardian": {"True": gettext_lazy("yes"), "False": gettext_lazy("no")},
}


@dataclass(frozen=True)
class Said:
    """An issue in the reader's language, with its cell."""

    level: str
    cell: str
    header: str
    text: str


def say(issue: dict[str, Any]) -> Said:
    """An issue as stored (`asdict(Issue)`) in the reader's language."""
    text = _(ROW_MESSAGES[issue["code"]]) % issue["params"]
    column = issue["column"]
    cell = f"{column_letter(column)}{issue['row']}" if column is not None else ""
    return Said(issue["level"], cell, issue["header"], text)


def say_file_error(error: dict[str, Any]) -> str:
    """Why a file was refused whole, in the reader's language; "" when it wasn't."""
    if not error:
        return ""
    return str(_(FILE_MESSAGES[error["code"]]) % error["params"])


def report(roster: RosterImport) -> dict[str, Any]:
    """What became of the file: counts, and each warning and refusal with row, column and reason."""
    counts = roster.counts
    found: dict[str, Any] = {key: counts.get(key, 0) for key in ("rows", "new", "updated", "unchanged")} | {
        "warnings": [],
        "refused": [],
    }
    if roster.error:
        found["file_error"] = say_file_error(roster.error)
    for row in flagged_rows(roster):
        add_issues(found, row.issues)
    return found


def flagged_rows(roster: RosterImport) -> QuerySet[RosterRow]:
    """The rows somebody should look at."""
    return roster.rows.exclude(issues=[]).order_by("number")


def add_issues(report: dict[str, Any], issues: Iterable[dict[str, Any]]) -> None:
    """Sort a row's issues into the report. The column is its heading; "*" is the whole row."""
    for issue in issues:
        said = say(issue)
        target = "warnings" if said.level == "warning" else "refused"
        report[target].append({"row": issue["row"], "column": said.header or "*", "reason": said.text})


@dataclass(frozen=True)
class ShownChange:
    """One change as the page shows it."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownRow:
    """A row as the page shows it."""

    row: RosterRow
    school_class: str
    issues: list[Said]
    changes: list[ShownChange]


@dataclass(frozen=True)
class ShownColumn:
    """A column of the file and what it was taken for."""

    letter: str
    text: str
    use: str
    meaning: str
    is_imported: bool
    is_unknown: bool


def shown_rows(rows: Iterable[RosterRow]) -> list[ShownRow]:
    """Rows with their issues and changes in words."""
    return [
        ShownRow(
            row,
            row.pupil.get("class_text", ""),
            [say(issue) for issue in row.issues],
            [_shown_change(change) for change in row.changes],
        )
        for row in rows
    ]


def _shown_change(change: dict[str, str]) -> ShownChange:
    key = change["key"]
    label = f"{change['person']}: {_label(key)}" if change["person"] else _label(key)
    return ShownChange(label, _value(key, change["old"]), _value(key, change["new"]))


def _label(key: str) -> str:
    if key in _OTHER_KEYS:
        return str(_OTHER_KEYS[key])
    models = (GuardianLink,) if key in {"relation", "is_guardian"} else (Student, Person)
    for model in models:
        if any(field.name == key for field in model._meta.get_fields()):
            return str(getattr(model._meta.get_field(key), "verbose_name", key))
    return key


def _value(key: str, value: str) -> str:
    return str(_CHOICES.get(key, {}).get(value, value))


def shown_columns(roster: RosterImport) -> list[ShownColumn]:
    """The file's columns as they were understood; none while the file is unread."""
    if "header" not in roster.table:
        return []
    return [_shown_column(column) for column in Header.from_json(roster.table["header"]).columns]


def _shown_column(column: Column) -> ShownColumn:
    member, _dot, part = column.key.rpartition(".")
    meaning = _label(column.key) if column.key else ""
    if member:
        meaning = _("Family member %(number)s: %(what)s") % {"number": member[-1], "what": _label(part)}
    return ShownColumn(
        column.letter,
        column.text,
        str(USES[column.use]),
        meaning,
        column.use is Use.IMPORTED,
        column.use in {Use.UNKNOWN, Use.REPEATED},
    )
