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
from tests.mutants.expected import FUNCTIONS, INSERTS, NOT_CALLED, RIGHTS, SEES, UPDATES, who
from tests.mutants.rows import PEOPLE, Row, World


@contextmanager
def standing_as(cursor: Any, token: str, *, role: str = db_roles.APP) -> Iterator[None]:
    """As the program's role in somebody's scope; whatever it does is undone."""
    cursor.execute(
        f"SAVEPOINT person; SELECT set_config('{tenancy.SETTING}', %s, true); SET LOCAL ROLE {role}", [token]
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
def _readable(tables: Iterable[str]) -> list[str]:
    return [table for table in tables if "SELECT" in RIGHTS.get(table, "SELECT")]


def _seen(cursor: Any, tables: list[str]) -> set[tuple[str, str]]:
    parts = [f"SELECT '{table}', ctid::text FROM {table}" for table in tables]  # noqa: S608  tables' names
    cursor.execute(" UNION ALL ".join(parts))
    return set(cursor.fetchall())


def sights(cursor: Any, world: World, tables: Iterable[str]) -> list[str]:
    """Each person sees just the rows that the table names, and the tables' owner none."""
    asked = _readable(tables)
    if not asked:
        return []
    surprises = []
    for person in PEOPLE:
        with standing_as(cursor, world.tokens[person]):
            seen = _seen(cursor, asked)
        for table in asked:
            wanted = {
                (row.label, row.place) for row in world.of_table(table) if person in who(SEES[table][row.label])
            }
            found = {(row.label, row.place) for row in world.of_table(table) if (table, row.place) in seen}
            surprises += compared(f"{person} sees of {table}", wanted, found)
    with standing_as(cursor, "", role=db_roles.OWNER):
        seen = _seen(cursor, asked)
    return surprises + [f"the owner sees of {table}: {place}" for table, place in sorted(seen)]


# --- writing --------------------------------------------------------------------------------------
def _columns(cursor: Any, table: str) -> str:
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
        expected, columns = INSERTS.get(table, SEES[table]), _columns(cursor, table)
        statement = (
            f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608  names of the catalogue
            f" FROM jsonb_populate_record(NULL::{table}, %s)"
        )
        for person in PEOPLE:
            with standing_as(cursor, world.tokens[person]):
                cursor.execute("SAVEPOINT one")
                through = {
                    label
                    for label, row in _examples(world, table).items()
                    if _passes(cursor, statement, [json.dumps(row.values)])
                }
            surprises += compared(f"{person} inserts into {table}", wanted_of(expected, person), through)
    return surprises


def _passes(cursor: Any, statement: str, params: list[Any]) -> bool:
    try:
        cursor.execute(statement, params)
    except errors.InsufficientPrivilege:
        return False
    except errors.UniqueViolation:
        return True
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT one")
    return True


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
                    cursor.execute(f"UPDATE {table} SET {change}")  # noqa: S608  of the table above
                except errors.InsufficientPrivilege as error:
                    surprises.append(f"{person} updates {table}: {error}")
                    continue
                cursor.execute(f"RESET ROLE; SELECT ctid::text FROM {table}")  # noqa: S608
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
                statement = f"UPDATE {table} SET school_id = %s WHERE school_id = %s"  # noqa: S608
                ids = [world.sides[tag].school.pk for tag in "BA"]
                if _changes(cursor, statement, ids):
                    surprises.append(f"{person} moves {table} into B")
    return surprises


def _changes(cursor: Any, statement: str, params: list[Any]) -> bool:
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


# --- what stands behind the policies --------------------------------------------------------------
def answers(cursor: Any, world: World) -> list[str]:
    """What the functions of the schema kl say to each person."""
    surprises = []
    asked = ", ".join(f"kl.{name}()" for name in FUNCTIONS)
    for person in PEOPLE:
        with standing_as(cursor, world.tokens[person]):
            cursor.execute(f"SELECT kl.me(), kl.is_program(), kl.purpose(), {asked}")  # noqa: S608
            me, program, purpose, *lists = cursor.fetchone()
        user = world.users.get(person)
        wanted = (user.pk if user and user.is_active else None, person == "program")
        dead = person in ("nobody", "forged", "expired")
        if (me, program) != wanted or purpose != (None if dead else f"row {person}"):
            surprises.append(f"kl.me, kl.is_program, kl.purpose of {person}: {me}, {program}, {purpose}")
        for (name, table), found in zip(FUNCTIONS.items(), lists, strict=True):
            named = {_name(world, name, one) for one in found}
            surprises += compared(f"kl.{name} of {person}", wanted_of(table, person), named)
    return surprises


def _name(world: World, function: str, found: Any) -> str:
    if function == "my_concern_names":
        rows = world.of_table("counselling_concern")
        return next((row.label for row in rows if row.values["public_id"].replace("-", "") == found), str(found))
    kind = {"my_granted_sessions": "session", "my_concerns": "concern", "my_reports": "concern"}.get(function)
    if kind:
        return world.labels.get((kind, found), str(found))
    for tag, side in world.sides.items():
        ids = {"my_classes": [side.first.pk, side.second.pk], "my_emergency_students": [side.student.pk]}
        ids["my_emergency_sealed_students"] = ids["my_emergency_students"]
        if found in ids.get(function, [side.school.pk]):
            return tag
    return str(found)


def the_accused(cursor: Any, world: World) -> list[str]:
    """Nobody reads a concern about themselves: not named by anybody, nor if they were named all the same."""
    concern = next(one for one in world.of_table("counselling_concern") if one.label == "A accusation").values
    accused, columns = world.users["accused"].pk, "school_id, concern_id, user_id, kind, granted_at"
    naming = f"INSERT INTO counselling_concernreader ({columns}) VALUES (%s, %s, %s, 'shared', now())"  # noqa: S608
    params = [concern["school_id"], concern["id"], accused]
    surprises = []
    cursor.execute("SAVEPOINT one")
    try:
        cursor.execute(naming, params)
        surprises.append("the accused is named as a reader")
    except errors.CheckViolation:
        cursor.execute("ROLLBACK TO SAVEPOINT one")
    cursor.execute("SET LOCAL session_replication_role = replica")  # without the trigger
    cursor.execute(naming, params)
    cursor.execute("SET LOCAL session_replication_role = origin")
    with standing_as(cursor, world.tokens["accused"]):
        cursor.execute("SELECT %s = ANY(kl.my_concerns())", [concern["id"]])
        if cursor.fetchone()[0]:
            surprises.append("the accused, named all the same, reads")
    cursor.execute("ROLLBACK TO SAVEPOINT one")
    return surprises


def promises(cursor: Any, world: World) -> list[str]:
    """Whoever keeps a promise of a sealed entry can't make it somebody else's: the row would leave their sight."""
    with standing_as(cursor, world.tokens["owner"]):
        cursor.execute("SAVEPOINT one")
        given = _changes(
            cursor,
            "UPDATE counselling_followup SET owner_id = %s WHERE level = 'sealed' AND owner_id = kl.me()",
            [world.users["teacher"].pk],
        )
    return ["the owner of a sealed promise gives it away"] if given else []


def scopes(cursor: Any, world: World) -> list[str]:
    """A scope wants the program's proof, and is closed for the person or the token that was named, alone."""
    surprises = []
    with standing_as(cursor, ""):
        cursor.execute("SAVEPOINT one")
        if _opens(cursor, world.users["lead"].pk):
            surprises.append("a scope opens without a proof")
        lead = tenancy.sha256(world.tokens["lead"].encode()).digest()
        for closing, params, open_ones in (
            ("kl.close_scope(%s)", [lead], {"head"}),
            ("kl.close_scopes_of(%s)", [world.users["lead"].pk], {"head"}),
            ("kl.sweep_scopes()", [], {"head", "lead"}),
        ):
            cursor.execute(f"SELECT {closing}", params)  # noqa: S608  of the lines above
            still = {name for name in ("lead", "head") if _speaks(cursor, world.tokens[name])}
            surprises += compared(f"open after {closing}", open_ones, still)
            cursor.execute("ROLLBACK TO SAVEPOINT one")
    return surprises


def _opens(cursor: Any, user_id: int) -> bool:
    try:
        cursor.execute("SELECT kl.open_scope(sha256('mine'), %s, 'web', 3600, sha256('guess'))", [user_id])
    except errors.RaiseException:
        cursor.execute("ROLLBACK TO SAVEPOINT one")
        return False
    return True


def _speaks(cursor: Any, token: str) -> bool:
    cursor.execute(f"SELECT set_config('{tenancy.SETTING}', %s, true); SELECT kl.me()", [token])
    return cursor.fetchone()[0] is not None


def readings(cursor: Any, world: World) -> list[str]:
    """kl.concern_readings answers those who read the concern; kl.audit_heads the program."""
    concern = next(one for one in world.of_table("counselling_concern") if one.label == "A accusation").values
    cursor.execute("SAVEPOINT one")
    cursor.execute(
        "INSERT INTO core_auditevent (at, event, actor_id, actor_name, school_id, target_type, target_id, details,"
        " subject_id, request_id) SELECT now(), kind.event, %s, '', %s, kind.type, kind.id, '{}', '', ''"
        " FROM (VALUES ('concern.read', 'counselling.concern', %s), ('concern.seen', 'counselling.concern', %s),"
        " ('concern.read', 'counselling.concern', %s), ('concern.read', 'other', %s)) AS kind (event, type, id)",
        [world.users["counsellor"].pk, concern["school_id"], *[concern["public_id"]] * 2,
         "00000000-0000-0000-0000-000000000000", concern["public_id"]],
    )  # fmt: skip
    found, heads = set(), set()
    for person in PEOPLE:
        with standing_as(cursor, world.tokens[person]):
            cursor.execute("SELECT count(*) FROM kl.concern_readings(%s)", [concern["public_id"]])
            found.add((person, cursor.fetchone()[0]))
            cursor.execute("SELECT count(*) > 0 FROM kl.audit_heads()")
            heads.add((person, cursor.fetchone()[0]))
    cursor.execute("ROLLBACK TO SAVEPOINT one")
    wanted = {(person, int(person == "counsellor")) for person in PEOPLE}
    return compared("readings of a concern", wanted, found) + compared(
        "heads of the audit", {(person, person == "program") for person in PEOPLE}, heads
    )


# --- keys and rights ------------------------------------------------------------------------------
def keys(cursor: Any, world: World) -> list[str]:
    """No key reaches into another school, and what hangs on an entry repeats its pupil, author and level."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname,"
        " ARRAY(SELECT attname::text FROM unnest(conkey) AS k JOIN pg_attribute ON attrelid = conrelid AND attnum = k)"
        " FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) > 1"
    )
    found = {name: (table, columns) for table, name, columns in cursor.fetchall()}
    surprises = compared("composite keys", set(KEYS), set(found))
    for name, (table, columns) in found.items():
        rows = world.of_table(table)
        here = next(r for r in rows if r.values["school_id"] == world.sides["A"].school.pk and r.values[columns[1]])
        there = next(r for r in rows if r.values["school_id"] == world.sides["B"].school.pk and r.values[columns[1]])
        changed = columns[1:] if columns[0] == "school_id" else columns[1:-1]
        cursor.execute("SAVEPOINT one")
        for column in changed:
            if not _points_astray(cursor, name, table, column, here, there):
                surprises.append(f"{name}: {table}.{column} may point astray")
            cursor.execute("ROLLBACK TO SAVEPOINT one")
    return surprises


def _points_astray(cursor: Any, key: str, table: str, column: str, here: Row, there: Row) -> bool:
    """Whether the key stops a row whose column is that of a row next door."""
    try:
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute(
            f"UPDATE {table} SET {column} = %s WHERE ctid = %s",  # noqa: S608  names of the catalogue
            [there.values[column], here.place],
        )
        cursor.execute(f"SET CONSTRAINTS {key} IMMEDIATE")
    except errors.ForeignKeyViolation as error:
        return bool(error.diag.constraint_name == key)
    except errors.UniqueViolation:
        return True
    return False


KEYS = (
    *(f"counselling_{table}_kin" for table in ("linkedpupil", "followup", "sessiontext", "entrygrant")),
    *(
        f"counselling_{table}_{column}_id_same_school"
        for table in ("linkedpupil", "followup", "sessiontext", "entrygrant")
        for column in ("session", "student")
    ),
    "counselling_linkedpupil_about_id_same_school",
    *(f"counselling_{table}_student_id_same_school" for table in ("session", "draft", "concern")),
    *(f"counselling_{table}_concern_id_same_school" for table in ("concernreader", "concerntext")),
    *(f"schools_{table}_year_id_same_school" for table in ("schoolclass", "term")),
    "schools_invitation_school_class_id_same_school",
    *(
        f"students_{table}_student_id_same_school"
        for table in ("pairing", "guardianlink", "finderkey", "enrolment", "emergencyaccess")
    ),
    "students_guardianlink_person_id_same_school",
    "students_enrolment_school_class_id_same_school",
    "students_rosterrow_roster_id_same_school",
)


def rights(cursor: Any, world: World) -> list[str]:
    """What the program's role may do with each table and function at all; nobody else but the gate and backup may."""
    cursor.execute(
        "SELECT relname, ARRAY(SELECT right_ FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS right_"
        "  WHERE has_table_privilege(%(app)s, c.oid, right_)),"
        " ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped"
        "  AND has_column_privilege(%(app)s, c.oid, attnum, 'UPDATE') ORDER BY attname),"
        " has_any_column_privilege(%(district)s, c.oid, 'SELECT, INSERT, UPDATE')"
        " FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        {"app": db_roles.APP, "district": db_roles.DISTRICT},
    )
    surprises = []
    for table, held, columns, district in cursor.fetchall():
        words = sorted(held)
        if "UPDATE" not in held and columns:
            words = sorted([*held, f"UPDATE({' '.join(columns)})"])
        wanted = RIGHTS.get(table, "SELECT INSERT UPDATE DELETE")
        whole, _, part = wanted.partition(" UPDATE(")
        surprises += compared(
            f"{table} lets the program", {*whole.split(), *([f"UPDATE({part}"] if part else [])}, set(words)
        )
        if district:
            surprises.append(f"{table} is open to {db_roles.DISTRICT}")
    return surprises + _calls(cursor)


def _calls(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'kl'::regnamespace"
        " AND proname NOT LIKE 'watch%%' AND NOT has_function_privilege(%s, oid, 'EXECUTE')",
        [db_roles.APP],
    )
    closed = {name for (name,) in cursor.fetchall()}
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'kl'::regnamespace AND relkind = 'r'"
        " AND has_any_column_privilege(%s, oid, 'SELECT, INSERT, UPDATE')",
        [db_roles.APP],
    )
    opened = [f"kl.{name} is open to the program" for (name,) in cursor.fetchall()]
    return compared("closed functions of kl", NOT_CALLED, closed) + opened


BEHIND = (answers, scopes, the_accused, promises, readings, keys, rights)
ROWS = (sights, inserts, updates, moves)


def surprises(cursor: Any, world: World, *, tables: Iterable[str] | None = None) -> Iterator[str]:
    """Everything that differs from the table, first of the tables named; lazily, for a mutant needs one."""
    named = list(tables if tables is not None else SEES)
    for check in ROWS:
        yield from check(cursor, world, named)
    for behind in BEHIND:
        yield from behind(cursor, world)
