"""Rows into tables by COPY, in the program's own transaction and with its own role."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection, models

from counselling.models import FollowUp, LinkedPupil, Session, SessionText
from demo import rows
from students.models import Enrolment, FinderKey, GuardianLink, Pairing, Person, Student

MODELS: dict[type, type[models.Model]] = {
    rows.Student: Student,
    rows.Person: Person,
    rows.GuardianLink: GuardianLink,
    rows.Enrolment: Enrolment,
    rows.Pairing: Pairing,
    rows.FinderKey: FinderKey,
    rows.Session: Session,
    rows.SessionTopic: Session.topics.through,
    rows.SessionText: SessionText,
    rows.LinkedPupil: LinkedPupil,
    rows.FollowUp: FollowUp,
}
_CHUNK = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Sequences:
    """Primary keys before the rows exist, taken from the tables' own sequences."""

    def __init__(self) -> None:
        self._left: dict[type, Iterator[int]] = {}

    def __call__(self, table: type) -> int:
        number = next(self._left.get(table, iter(())), None)
        if number is None:
            self._left[table] = iter(self._reserve(MODELS[table]._meta.db_table))
            number = next(self._left[table])
        return number

    @staticmethod
    def _reserve(table: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, _CHUNK],
            )
            return [row[0] for row in cursor.fetchall()]


def copy_in(made: rows.Rows) -> int:
    """Write all tables in the order of their foreign keys; returns how many rows."""
    for table in rows.Rows.ORDER:
        if found := made.of(table):
            _copy(MODELS[table], table, found)
    return len(made)


def _copy(model: type[models.Model], table: type, found: list[tuple[Any, ...]]) -> None:
    """Columns that the row class doesn't name get the model's default, so a new field breaks nothing."""
    named = list(table._fields)  # type: ignore[attr-defined]
    others = [field for field in model._meta.concrete_fields if field.attname not in named]
    columns = ", ".join(f'"{name}"' for name in [*named, *(field.attname for field in others)])
    text = io.StringIO()
    for row in found:
        values = [*row, *(field.get_default() for field in others)]
        text.write("\t".join(map(_as_text, values)))
        text.write("\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', text)


def _as_text(value: object) -> str:
    """A value in COPY's text format (PostgreSQL 18, "COPY", Text Format)."""
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return str(value)
