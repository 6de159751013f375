"""The checks of what holds everybody alike: keys between tables, rights of the roles, row security on and forced."""

from __future__ import annotations

from typing import Any

from psycopg2 import errors

from core import db_roles
from tests.mutants.expected import SEES
from tests.mutants.expected_rights import AS_WHOEVER_ASKS, NOT_CALLED, READ_BY_DISTRICT, RIGHTS
from tests.mutants.rows import Row, World
from tests.mutants.visibility import compared


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
        here = next(
            r for r in rows if r.values["school_id"] == world.sides["A"].school.pk and r.values[columns[1]]
        )
        there = next(
            r for r in rows if r.values["school_id"] == world.sides["B"].school.pk and r.values[columns[1]]
        )
        changed = columns[1:] if columns[0] == "school_id" else columns[1:-1]
        changed = CARRIED.get(name, changed)
        cursor.execute("SAVEPOINT one")
        for column in changed:
            if not _points_astray(cursor, name, table, column, here, there):
                surprises.append(f"{name}: {table}.{column} may point astray")
            cursor.execute("ROLLBACK TO SAVEPOINT one")
    return surprises


def _points_astray(cursor: Any, key: str, table: str, column: str, here: Row, there: Row) -> bool:
    """Whether the key stops a row whose column is that of a row next door."""
    try:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # they refuse more; here the key is asked
        cursor.execute(
            f"UPDATE {table} SET {column} = %s WHERE ctid = %s",
            [there.values[column], here.place],
        )
        cursor.execute(f"SET CONSTRAINTS {key} IMMEDIATE")
    except errors.ForeignKeyViolation as error:
        return bool(error.diag.constraint_name == key)
    except (errors.UniqueViolation, errors.ExclusionViolation):
        return True
    return False


# Not of schools: what a pupil's place repeats of its call. `stands` is alike in both schools.
CARRIED = {"calls_callpupil_time": ["starts_at", "ends_at"]}
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
        for table in (
            *("pairing", "guardianlink", "finderkey", "enrolment", "emergencyaccess", "carearrangement"),
        )
    ),
    *(
        f"students_{table}_person_id_same_school"
        for table in (
            *("guardianlink", "phonenumber", "migrationepisode", "reachablewindow", "guardiancapacity"),
        )
    ),
    "students_carearrangement_carer_id_same_school",
    *(f"dormitories_{table}_same_sex" for table in ("room", "bed", "stay")),
    "dormitories_stay_pupil_sex",
    "dormitories_room_building_id_same_school",
    "dormitories_rollcall_building_id_same_school",
    *(f"dormitories_rollmark_{column}_id_same_school" for column in ("roll", "student", "bed")),
    "dormitories_leave_student_id_same_school",
    "dormitories_leave_collector_of_pupil",
    "dormitories_rollmark_leave_of_pupil",
    "dormitories_bed_room_id_same_school",
    *(f"dormitories_{table}_bed_id_same_school" for table in ("stay", "rule")),
    *(f"dormitories_{table}_student_id_same_school" for table in ("stay", "rulepupil")),
    *(f"dormitories_{table}_rule_id_same_school" for table in ("rulepupil", "rulereason")),
    *(
        f"dormitories_plannedplace_{column}_id_same_school"
        for column in ("plan", "student", "other", "bed", "from_bed", "old_stay", "new_stay")
    ),
    "dormitories_planprogress_plan_id_same_school",
    "reminders_reminder_outsider_id_same_school",
    "reminders_link_reminder_id_same_school",
    *(f"calls_contactattempt_{column}_id_same_school" for column in ("student", "person", "number", "call")),
    *(
        f"calls_{table}_{column}_id_same_school"
        for table, columns in {
            "windowphone": ("window", "phone"),
            "rotaprogress": ("rota",),
            "leftout": ("rota", "student"),
            "call": ("rota", "phone", "person", "number", "replaces"),
            "callpupil": ("call", "student"),
        }.items()
        for column in columns
    ),
    "calls_callpupil_time",
    "calls_callreply_call_id_same_school",
    *(f"calls_hometask_{column}_id_same_school" for column in ("student", "call")),
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
        if district is not (table in READ_BY_DISTRICT):
            surprises.append(f"{table} is {'' if district else 'not '}open to {db_roles.DISTRICT}")
    return surprises + _calls(cursor)


def forced(cursor: Any, _world: World) -> list[str]:
    """Row security is on and forced."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND relrowsecurity AND relforcerowsecurity"
    )
    return compared("under forced row security", set(SEES), {name for (name,) in cursor.fetchall()})


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


def as_the_gate(cursor: Any, _world: World) -> list[str]:
    """What policies ask is answered past them, or it would depend on the answer."""
    cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'kl'::regnamespace AND NOT prosecdef")
    return compared("run as whoever asks", AS_WHOEVER_ASKS, {name for (name,) in cursor.fetchall()})


CHECKS = (keys, rights, forced, as_the_gate)
