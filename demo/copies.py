"""Districts of 10,000, 100,000 and 1,000,000 pupils: the demo's first school, copied by INSERT … SELECT.

The copies have people, names and finder's keys of their own, and everything else as the pattern has it: the
same telephone numbers, marks of the roll, calls, words. They are written as the server's administrator with
triggers off (session_replication_role), so foreign keys aren't asked row by row, and the trail holds one link
for each copy, not one for each row. `make demo-reset SIZE=` does it, and the bench; nothing else may.
tests/demo/test_copies.py asks the keys, the constraints and the policies afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg2
from django.conf import settings
from django.db import connections, models, transaction
from psycopg2 import extensions
from psycopg2.extras import execute_values, register_uuid

from accounts.models import User
from core import audit, tenancy
from core.fields import uuid7
from counselling import sealing
from counselling.models import Session
from dashboards.services import building
from demo import copy_plan, factors, places
from demo.copy_plan import Block
from demo.renaming import Pattern, pattern_of
from schools.models import Area, School
from students.models import FinderKey, Student

COPIED = "demo.copied"
# Below this, the demo makes every school in Python; above it, this many are the pattern and its neighbours.
PATTERN_PUPILS = 2_070
SMALLEST = 6_000
SCHOOLS_A_COUNTY = 180
_BATCH = 6  # schools a transaction
_WORKERS = 2
_USERS = 2_000
_MORE_COUNTIES = ("云峰县", "云溪县", "云台县", "云河县", "云坪县", "云湖县", "云林县", "云丰县", "云水县")

Say = Callable[[str], object]


class NoAdministratorError(Exception):
    """Copies are written by the server's administrator, whose address isn't known here."""


class Made(NamedTuple):
    schools: int
    pupils: int
    talks: int


class Copy(NamedTuple):
    """One copied school: which copy, its number among the schools, what it is called."""

    k: int
    number: int
    id: int
    public_id: UUID
    code: str
    name: str
    area_id: int
    area_name: str
    area_path: str


def fill(*, pupils: int, now: datetime, say: Say = print) -> Made:
    """Copy the first school until the county has so many pupils, or a few less. Says what was added.

    Raises NoAdministratorError. Each batch of schools is a transaction of its own.
    """
    if not settings.DATABASE_ADMIN_URL:
        raise NoAdministratorError
    with tenancy.program("demo"):
        with closing(_administrator()) as admin:
            pattern = pattern_of(School.objects.get(code=places.SIX_SCHOOLS[0].code), admin)
        talks = Session.objects.filter(school=pattern.school_id).count()
        there = Student.objects.count()
        number = (pupils - there) // len(pattern.pupils)
        copies = list(_copies(number, first_number=School.objects.count() + 1))
    if not copies:
        return Made(0, 0, 0)
    with closing(_administrator()) as admin:
        users, blocks = _blocks(admin, pattern.school_id)
    copies = [one._replace(id=blocks[School].start + one.k - 1) for one in copies]
    writer = _Writer(pattern, users, blocks)
    batches = [copies[at : at + _BATCH] for at in range(0, len(copies), _BATCH)]
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, _ in enumerate(pool.map(writer.write, batches), start=1):
            if done % 10 == 0:
                say(f"{done * _BATCH} of {len(copies)} schools copied")
    _finish(copies, blocks, now)
    return Made(number, number * len(pattern.pupils), number * talks)


def _copies(number: int, *, first_number: int) -> Iterator[Copy]:
    """What the copies are called and where they lie: three townships a county, so many schools a county."""
    townships: list[Area] = []
    for k in range(1, number + 1):
        county, place = divmod(k - 1, SCHOOLS_A_COUNTY)
        if place == 0:
            townships = places_of(county)
        area = townships[place % len(townships)]
        count = first_number + k - 1
        name = f"{area.name}第{place // len(townships) + 2}学校"
        yield Copy(k, count, 0, uuid7(), f"21529{count:05d}", name, area.pk, area.name, area.path)


def places_of(county: int) -> list[Area]:
    """The townships of the demo's county (0), or of another one beside it, made where it isn't there."""
    if county == 0:
        codes = [code for code, _, level, _ in places.AREAS if level == "township"]
        return list(Area.objects.filter(code__in=codes).order_by("code"))
    parent = Area.objects.get(code=places.AREAS[1][0])
    code = f"{parent.code[:4]}{county:02d}"
    name = _MORE_COUNTIES[(county - 1) % len(_MORE_COUNTIES)]
    home = _area(code, name, "county", parent)
    names = ("城关镇", "东河乡", "西坪乡")
    return [
        _area(f"{code}{101 + place}", f"{name[:2]}{own}", "township", home) for place, own in enumerate(names)
    ]


def _area(code: str, name: str, level: str, parent: Area) -> Area:
    made, _ = Area.objects.get_or_create(
        code=code,
        defaults={"name": name, "level": level, "parent": parent, "path": f"{parent.path}/{code}"},
    )
    return made


class _Writer:
    """Writes batches of copies, each over a connection of the administrator's own."""

    def __init__(self, pattern: Pattern, users: list[int], blocks: dict[type[models.Model], Block]) -> None:
        self._pattern = pattern
        self._blocks = blocks
        self._values = {"school": pattern.school_id, "users": users}
        self._statements = [copy_plan.statement(model, blocks) for model in blocks]

    def write(self, copies: Sequence[Copy]) -> None:
        with closing(_administrator()) as admin, admin, admin.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
            self._name(cursor, copies)
            for statement in self._statements:
                cursor.execute(statement, self._values)
            self._find(cursor, copies)
            for one in copies:
                self._seal(cursor, one)

    def _name(self, cursor: Any, copies: Sequence[Copy]) -> None:
        """The copies and the new names of their people, where the statements find them."""
        cursor.execute(
            "CREATE TEMPORARY TABLE copied_school (k int, number int, id bigint, public_id uuid, code text,"
            " name text, area_id bigint, area_name text, area_path text) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE copied_name (k int, old text, new text, pinyin text) ON COMMIT DROP"
        )
        execute_values(cursor, "INSERT INTO copied_school VALUES %s", copies)
        names = ((one.k, *row) for one in copies for row in self._pattern.names_of(one.k))
        execute_values(cursor, "INSERT INTO copied_name VALUES %s", names, page_size=2_000)
        cursor.execute("ANALYZE copied_school; ANALYZE copied_name")

    def _find(self, cursor: Any, copies: Sequence[Copy]) -> None:
        """Numbers and beds are the same text in every school; names and blind indexes are made anew."""
        student = self._blocks[Student].of("r.student_id")
        cursor.execute(
            "INSERT INTO students_finderkey (school_id, student_id, kind, key)"  # noqa: S608
            f" SELECT s.id, {student}, r.kind, r.key"
            " FROM students_finderkey AS r CROSS JOIN copied_school AS s"
            " WHERE r.school_id = %s AND r.kind = ANY(%s)",
            [self._pattern.school_id, [FinderKey.Kind.NUMBER.value, FinderKey.Kind.BED.value]],
        )
        block = self._blocks[Student]
        for one in copies:
            moved = block.start - block.first + (one.k - 1) * block.span
            pupils, kinds, found = self._pattern.keys_of(one.k, one.id)
            cursor.execute(
                "INSERT INTO students_finderkey (school_id, student_id, kind, key)"
                " SELECT %s, pupil + %s, kind, key FROM unnest(%s::bigint[], %s::text[], %s::text[])"
                " AS made (pupil, kind, key)",
                [one.id, moved, pupils, kinds, found],
            )

    def _seal(self, cursor: Any, one: Copy) -> None:
        """Secret words are bound to their place and their school's key: closed again for each copy."""
        cursor.execute(
            "SELECT text.id, session.public_id, text.number FROM counselling_sessiontext AS text"
            " JOIN counselling_session AS session ON session.id = text.session_id"
            " WHERE text.school_id = %s AND text.sealed IS NOT NULL ORDER BY text.id",
            [one.id],
        )
        texts = [(pk, sealing.text_place(place, number)) for pk, place, number in cursor.fetchall()]
        self._write_sealed(cursor, "counselling_sessiontext", one, texts, self._pattern.sealed_texts)
        cursor.execute(
            "SELECT id, public_id FROM counselling_followup"
            " WHERE school_id = %s AND sealed IS NOT NULL ORDER BY id",
            [one.id],
        )
        notes = [(pk, sealing.note_place(public_id)) for pk, public_id in cursor.fetchall()]
        self._write_sealed(cursor, "counselling_followup", one, notes, self._pattern.sealed_notes)

    @staticmethod
    def _write_sealed(
        cursor: Any,
        table: str,
        one: Copy,
        found: Sequence[tuple[int, str]],
        words: Sequence[dict[str, Any]],
    ) -> None:
        rows = [
            (pk, sealing.seal(one.public_id, place, said))
            for (pk, place), said in zip(found, words, strict=True)
        ]
        if rows:
            execute_values(
                cursor,
                f"UPDATE {table} AS row SET sealed = new.sealed FROM (VALUES %s) AS new (id, sealed)"  # noqa: S608
                " WHERE row.id = new.id",
                rows,
                template="(%s, %s::bytea)",
            )


def _administrator() -> extensions.connection:
    name = connections["owner"].settings_dict["NAME"]
    connection = psycopg2.connect(settings.DATABASE_ADMIN_URL, dbname=name)
    register_uuid(conn_or_curs=connection)
    return connection


def _blocks(
    admin: extensions.connection, school_id: int
) -> tuple[list[int], dict[type[models.Model], Block]]:
    """Who works at the pattern, and for each table where the ids of its copies begin."""
    blocks: dict[type[models.Model], Block] = {}
    with admin, admin.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT membership.user_id) FROM schools_membership AS membership"
            " LEFT JOIN schools_schoolclass AS class ON class.id = membership.school_class_id"
            " WHERE coalesce(membership.school_id, class.school_id) = %s",
            [school_id],
        )
        users: list[int] = cursor.fetchone()[0]  # type: ignore[index]  # an aggregate gives a row
        for model in copy_plan.tables():
            table, key = model._meta.db_table, model._meta.pk.column  # type: ignore[union-attr]
            cursor.execute(
                f"SELECT min(r.{key}), max(r.{key}) - min(r.{key}) + 1, (SELECT max({key}) + 1 FROM {table})"  # noqa: S608
                f" FROM {table} AS r WHERE {copy_plan.which(model)}",
                {"school": school_id, "users": users},
            )
            first, span, start = cursor.fetchone()  # type: ignore[misc]
            blocks[model] = Block(first or 0, span or 1, start or 1)
    return users, blocks


def _finish(copies: Sequence[Copy], blocks: dict[type[models.Model], Block], now: datetime) -> None:
    """Sequences past the new ids; second factors; a link in each chain; the areas' figures."""
    with closing(_administrator()) as admin, admin, admin.cursor() as cursor:
        for model in blocks:
            _continue(cursor, model)
    with tenancy.program("demo"):
        new = list(User.objects.filter(pk__gte=blocks[User].start).order_by("pk"))
        for at in range(0, len(new), _USERS):
            factors.enrol(new[at : at + _USERS], now=now)
        with transaction.atomic():
            for school in School.objects.filter(pk__gte=blocks[School].start).order_by("pk"):
                audit.record(COPIED, by=None, target=school, school_id=school.pk)
        building.rebuild(school_ids=[one.id for one in copies[::SCHOOLS_A_COUNTY]], now=now)


def _continue(cursor: Any, model: type[models.Model]) -> None:
    """The table's sequence goes on behind the copies."""
    if isinstance(model._meta.pk, models.BigAutoField):
        table = model._meta.db_table
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT greatest(max(id), 1) FROM {table}))",  # noqa: S608
            [table],
        )
