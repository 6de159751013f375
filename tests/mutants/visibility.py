"""The checks: what the database lets each person see and write, held to expected.py.

Each takes a cursor of the administrator's in an open transaction and returns what surprises. The tests
(tests/architecture/test_row_visibility.py) and the mutants (database.py) call the very same ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import errors

from core import db_roles, tenancy
from tests.mutants.expected import INSERTS, SEES, UPDATES, who
from tests.mutants.expected_rights import RIGHTS
from tests.mutants.rows import PEOPLE, Row, World


@contextmanager
def standing_as(
    cursor: Any, token: str, *, role: str = db_roles.APP, opening: Iterable[str] = ()
) -> Iterator[None]:
    """As the program's role in somebody's scope; whatever it does is undone.

    `opening` are tables whose policies are asked though the role has no right to read them.
    """
    grants = "".join(f"GRANT SELECT ON {table} TO {role}; " for table in opening)
    cursor.execute(
        f"SAVEPOINT person; {grants}SELECT set_config('{tenancy.SETTING}', %s, true); SET LOCAL ROLE {role}",
        [token],
    )
    try:
        yield
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT person; RELEASE SAVEPOINT person")


def compared(what: str, wanted: set[Any], found: set[Any]) -> list[str]:
    too_many, missing = sorted(map(str, found - wanted)), sorted(map(str, wanted - found))
    return [f"{what}: also {one}" for one in too_many] + [f"{what}: not {one}" for one in missing]


def wanted_of(table: dict[str, str], person: str) -> set[str]:
    return {label for label, words in table.items() if person in who(words)}


# --- seeing ---------------------------------------------------------------------------------------
def _seen(cursor: Any, tables: list[str]) -> set[tuple[str, str]]:
    parts = [f"SELECT '{table}', ctid::text FROM {table}" for table in tables]
    cursor.execute(" UNION ALL ".join(parts))
    return set(cursor.fetchall())


def sights(cursor: Any, world: World, tables: Iterable[str]) -> list[str]:
    """Each person sees just the rows that the table names, and the tables' owner none."""
    asked, surprises = list(tables), []
    closed = [table for table in asked if "SELECT" not in RIGHTS.get(table, "SELECT")]
    for person in PEOPLE:
        with standing_as(cursor, world.tokens[person], opening=closed):
            seen = _seen(cursor, asked)
        for table in asked:
            wanted = {
                (row.label, row.place)
                for row in world.of_table(table)
                if person in who(SEES[table][row.label])
            }
            found = {(row.label, row.place) for row in world.of_table(table) if (table, row.place) in seen}
            surprises += compared(f"{person} sees of {table}", wanted, found)
    with standing_as(cursor, "", role=db_roles.OWNER):
        seen = _seen(cursor, asked)
    return surprises + [f"the owner sees of {table}: {place}" for table, place in sorted(seen)]


# --- writing --------------------------------------------------------------------------------------
def columns_of(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return str(cursor.fetchone()[0])


def _examples(world: World, table: str) -> dict[str, Row]:
    """One row of each label."""
    return {row.label: row for row in reversed(world.of_table(table))}


def inserts(cursor: Any, world: World, tables: Iterable[str]) -> list[str]:
    """A copy of a row is refused by the policy, or reaches the table, where its key stands already."""
    surprises = []
    for table in tables:
        expected, columns = INSERTS.get(table, SEES[table]), columns_of(cursor, table)
        copies = json.dumps({label: row.values for label, row in _examples(world, table).items()})
        for person in PEOPLE:
            with standing_as(cursor, world.tokens[person]):
                cursor.execute(TRIES.format(table=table, columns=columns), [copies])
                cursor.execute("SELECT current_setting('tries.through')::jsonb")
                through = set(cursor.fetchone()[0])
            surprises += compared(f"{person} inserts into {table}", wanted_of(expected, person), through)
    return surprises


# Each copy in a subtransaction that never stands; in one statement, for there are thousands of them.
TRIES = """
DO $tries$
DECLARE
    one record;
    through text[] := '{{}}';
BEGIN
    FOR one IN SELECT * FROM jsonb_each(%s) LOOP
        BEGIN
            INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, one.value);
            RAISE SQLSTATE 'KL001';
        EXCEPTION
            WHEN insufficient_privilege THEN NULL;
            WHEN unique_violation OR SQLSTATE 'KL001' THEN through := through || one.key;
        END;
    END LOOP;
    PERFORM set_config('tries.through', to_jsonb(through)::text, true);
END $tries$
"""


def updates(cursor: Any, world: World, tables: Iterable[str]) -> list[str]:
    """Updates that name no row: the policies for reading aren't asked, so these must hold by themselves."""
    surprises = []
    for table in set(tables) & set(UPDATES):
        change, expected = UPDATES[table]
        for person in PEOPLE:
            wanted = {
                (row.label, row.place) for row in world.of_table(table) if person in who(expected[row.label])
            }
            with standing_as(cursor, world.tokens[person]):
                try:
                    cursor.execute(f"UPDATE {table} SET {change}")
                except errors.InsufficientPrivilege as error:
                    surprises.append(f"{person} updates {table}: {error}")
                    continue
                cursor.execute(f"RESET ROLE; SELECT ctid::text FROM {table}")
                left = {place for (place,) in cursor.fetchall()}
            changed = {(row.label, row.place) for row in world.of_table(table) if row.place not in left}
            surprises += compared(f"{person} updates {table}", wanted, changed)
    return surprises


def moves(cursor: Any, world: World, tables: Iterable[str]) -> list[str]:
    """Nobody moves a row of their school into another: the policy looks at the row as it will be, too."""
    surprises = []
    for table in tables:
        movable = "UPDATE" in RIGHTS.get(table, "UPDATE").split() and any(
            row.values.get("school_id") for row in world.of_table(table)
        )
        if not movable:
            continue
        for person in ("lead", "author", "admin"):
            with standing_as(cursor, world.tokens[person]):
                cursor.execute("SAVEPOINT one")
                statement = f"UPDATE {table} SET school_id = %s WHERE school_id = %s"
                ids = [world.sides[tag].school.pk for tag in "BA"]
                if changes(cursor, statement, ids):
                    surprises.append(f"{person} moves {table} into B")
    return surprises


def changes(cursor: Any, statement: str, params: list[Any]) -> bool:
    """Whether a row was written: refused by a policy, or none found, isn't; stopped by a key, is."""
    try:
        cursor.execute(statement, params)
    except errors.InsufficientPrivilege:
        return False
    except errors.IntegrityError:
        return True
    finally:
        count = cursor.rowcount
        cursor.execute("ROLLBACK TO SAVEPOINT one")
    return bool(count > 0)


CHECKS = (sights, inserts, updates, moves)
