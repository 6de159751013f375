"""Rows into tables in bulk, in the program's own transaction and with its own role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, models

from calls.models import Call, CallPupil, CallWindow, ContactAttempt, Phone
from core import bulk
from counselling.models import EntryGrant, FollowUp, LinkedPupil, Session, SessionText
from demo import house_rows, rows
from dormitories.models import Bed, Building, Leave, RollCall, RollMark, Room, Stay
from students.models import (
    CareArrangement,
    Enrolment,
    FinderKey,
    GuardianCapacity,
    GuardianLink,
    MigrationEpisode,
    Pairing,
    Person,
    PhoneNumber,
    ReachableWindow,
    Student,
)

MODELS: dict[type, type[models.Model]] = {
    rows.Student: Student,
    rows.Person: Person,
    rows.PhoneNumber: PhoneNumber,
    rows.MigrationEpisode: MigrationEpisode,
    rows.ReachableWindow: ReachableWindow,
    rows.GuardianCapacity: GuardianCapacity,
    rows.CareArrangement: CareArrangement,
    rows.GuardianLink: GuardianLink,
    rows.Enrolment: Enrolment,
    rows.Pairing: Pairing,
    rows.FinderKey: FinderKey,
    rows.Session: Session,
    rows.SessionTopic: Session.topics.through,
    rows.SessionText: SessionText,
    rows.LinkedPupil: LinkedPupil,
    rows.EntryGrant: EntryGrant,
    rows.FollowUp: FollowUp,
    house_rows.Building: Building,
    house_rows.Room: Room,
    house_rows.Bed: Bed,
    house_rows.Stay: Stay,
    house_rows.Leave: Leave,
    house_rows.RollCall: RollCall,
    house_rows.RollMark: RollMark,
    house_rows.Phone: Phone,
    house_rows.CallWindow: CallWindow,
    house_rows.Call: Call,
    house_rows.CallPupil: CallPupil,
    house_rows.ContactAttempt: ContactAttempt,
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
                "WITH one AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)"
                " SELECT nextval(one.name) FROM one, generate_series(1, %s)",
                [table, _CHUNK],
            )
            return [row[0] for row in cursor.fetchall()]


def write(made: rows.Rows) -> int:
    """Write all tables in the order of their foreign keys; returns how many rows."""
    for table in rows.Rows.ORDER:
        if found := made.of(table):
            _write(MODELS[table], table, found)
    _close_rolls(made.closings)
    return len(made)


def _close_rolls(closings: list[tuple[int, int, datetime]]) -> None:
    """All at once, when their marks stand: the database closes none with a gap, and adds to no closed one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dormitories_rollcall AS roll"
            " SET closed_by_id = one.by_id, closed_at = one.at, version = 1"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS one (id, by_id, at)"
            " WHERE roll.id = one.id",
            [list(column) for column in zip(*closings, strict=True)] if closings else [[], [], []],
        )


def _write(model: type[models.Model], table: type, found: list[tuple[Any, ...]]) -> None:
    """Columns that the row class doesn't name get the model's default, so a new field breaks nothing."""
    named = list(table._fields)  # type: ignore[attr-defined]
    others = [field for field in model._meta.concrete_fields if field.attname not in named]
    columns = [*named, *(field.attname for field in others)]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    bulk.insert_rows(model, columns, ([*row, *defaults] for row in found))
