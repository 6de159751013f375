"""The checks of what stands behind the policies: the functions they ask, scopes, and rules that no table can say."""

from __future__ import annotations

import json
from typing import Any

from psycopg2 import errors

from core import tenancy
from tests.mutants import behind_asking, behind_houses
from tests.mutants.expected_rights import FUNCTIONS
from tests.mutants.rows import PEOPLE, World
from tests.mutants.visibility import changes, columns_of, compared, standing_as, wanted_of


def answers(cursor: Any, world: World) -> list[str]:
    """What the functions of the schema kl say to each person."""
    surprises = []
    asked = ", ".join(f"kl.{name}()" for name in FUNCTIONS)
    for person in PEOPLE:
        with standing_as(cursor, world.tokens[person]):
            cursor.execute(f"SELECT kl.me(), kl.is_program(), kl.purpose(), {asked}")
            me, program, purpose, *lists = cursor.fetchone()
        user = world.users.get(person)
        wanted = (user.pk if user and user.is_active else None, person == "program")
        dead = person in ("nobody", "forged", "expired", "ended")
        if (me, program) != wanted or purpose != (None if dead else f"row {person}"):
            surprises.append(f"kl.me, kl.is_program, kl.purpose of {person}: {me}, {program}, {purpose}")
        for (name, table), found in zip(FUNCTIONS.items(), lists, strict=True):
            named = {_name(world, name, one) for one in found}
            surprises += compared(f"kl.{name} of {person}", wanted_of(table, person), named)
    return surprises


def _name(world: World, function: str, found: Any) -> str:
    if function == "my_concern_names":
        rows = world.of_table("counselling_concern")
        return next(
            (row.label for row in rows if row.values["public_id"].replace("-", "") == found), str(found)
        )
    kinds = {"my_granted_sessions": "session", "my_concerns": "concern", "my_reports": "concern"}
    kind = (kinds | {"my_bed_rules": "rule"}).get(function)
    if kind:
        return world.labels.get((kind, found), str(found))
    if function.endswith("_paths"):
        tags = {side.area.path: tag for tag, side in world.sides.items()}
        return tags.get(found, str(found)) if found else "everywhere"
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
    naming = f"INSERT INTO counselling_concernreader ({columns}) VALUES (%s, %s, %s, 'shared', now())"
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
    """Whoever keeps promises of closed entries can't make them somebody else's: the rows would leave their sight.

    Without WHERE, or the policy for reading would refuse it, too.
    """
    with standing_as(cursor, world.tokens["owner"]):
        cursor.execute("SAVEPOINT one")
        teacher = world.users["teacher"].pk
        given = changes(cursor, "UPDATE counselling_followup SET owner_id = %s", [teacher])
    return ["the owner of sealed promises gives them away"] if given else []


# What nobody does by a statement of their own, though the row is of their school (schools 0007, students 0007).
_OWN, _LEAD = (
    "user_id = kl.me()",
    "(SELECT user_id FROM schools_membership WHERE role = 'safeguarding_lead' LIMIT 1)",
)
_MAKES = "INSERT INTO schools_membership (role, started_on, user_id, school_id)"
_SOMEBODY = "FROM schools_membership WHERE role = 'warden' LIMIT 1"
REFUSED = {
    "rewrites a role": ("admin", "UPDATE schools_membership SET role = 'counsellor' WHERE role = 'warden'"),
    "ends their end": (
        "former",
        f"UPDATE schools_membership SET ended_on = NULL WHERE {_OWN} AND ended_on < now()",
    ),
    "puts off their end": (
        "former",
        f"UPDATE schools_membership SET ended_on = '2099-01-01' WHERE {_OWN} AND ended_on < now()",
    ),
    "makes themselves head": (
        "lead",
        f"{_MAKES} SELECT 'head_teacher', started_on, kl.me(), school_id {_SOMEBODY}",
    ),
    "reopens": ("done", f"UPDATE students_emergencyaccess SET ended_at = NULL WHERE {_OWN}"),
    "approves in the lead's name": (
        "rescuer",
        f"UPDATE students_emergencyaccess SET approved_at = opened_at, approved_by_id = {_LEAD} WHERE {_OWN}",
    ),
    "judges in the lead's name": (
        "head",
        f"UPDATE students_emergencyaccess SET verdict = 'justified', reviewed_at = now(), reviewed_by_id = {_LEAD}",
    ),
}


def refusals(cursor: Any, world: World) -> list[str]:
    """Nobody gives themselves a role, rewrites or lengthens one, reopens break-glass, or signs for a colleague."""
    surprises = []
    for what, (person, statement) in REFUSED.items():
        with standing_as(cursor, world.tokens[person]):
            cursor.execute("SAVEPOINT one")
            if changes(cursor, statement, []):
                surprises.append(f"{person} {what}")
    return surprises


def topics(cursor: Any, world: World) -> list[str]:
    """An entry takes topics of its own school."""
    entry = next(row for row in world.of_table("counselling_session") if row.label == "A school").values
    topic = next(row for row in world.of_table("counselling_topic") if row.label == "B").values
    surprises = []
    for person in ("author", "program"):
        with standing_as(cursor, world.tokens[person]):
            cursor.execute("SAVEPOINT one")
            statement = "INSERT INTO counselling_session_topics (session_id, topic_id) VALUES (%s, %s)"
            if changes(cursor, statement, [entry["id"], topic["id"]]):
                surprises.append(f"{person} gives an entry a topic of another school")
    cursor.execute("SAVEPOINT one; DELETE FROM counselling_session_topics")
    cursor.execute(
        "SELECT count(*) FROM core_rowchange"
        " WHERE table_name = 'counselling_session_topics' AND op = 'delete' AND school_id IS NULL"
    )
    if cursor.fetchone() != (0,):
        surprises.append("a changed topic of an entry is in no school's trail")
    cursor.execute("ROLLBACK TO SAVEPOINT one")
    return surprises


def founding(cursor: Any, world: World) -> list[str]:
    """The program makes a school and reads it back in the same statement, before it is one of its schools."""
    columns = columns_of(cursor, "schools_school")
    school = world.of_table("schools_school")[0].values
    school = school | {"id": 0, "code": "2152000000", "public_id": "00000000-0000-0000-0000-000000000000"}
    with standing_as(cursor, world.tokens["program"]):
        try:
            cursor.execute(
                f"INSERT INTO schools_school ({columns}) SELECT {columns}"
                " FROM jsonb_populate_record(NULL::schools_school, %s) RETURNING id",
                [json.dumps(school)],
            )
        except errors.InsufficientPrivilege:
            return ["the program can't found a school"]
    return []


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
            cursor.execute(f"SELECT {closing}", params)
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


def chain(cursor: Any, world: World) -> list[str]:
    """What a person changes and does is linked into their school's chain at the end of the transaction."""
    links = "SELECT rows FROM core_auditlink WHERE chain = %s ORDER BY seq DESC LIMIT 1"
    school_id = world.sides["A"].school.pk
    cursor.execute("SAVEPOINT one; DELETE FROM core_auditpending")
    with standing_as(cursor, world.tokens["lead"]):
        cursor.execute("UPDATE students_student SET address = 'moved'")
        event = next(row for row in world.of_table("core_auditevent") if row.label == "A").values
        event |= {"id": 0, "actor_id": world.users["lead"].pk, "event": "row.chain"}
        columns = columns_of(cursor, "core_auditevent")
        cursor.execute(
            f"INSERT INTO core_auditevent ({columns}) SELECT {columns}"
            " FROM jsonb_populate_record(NULL::core_auditevent, %s)",
            [json.dumps(event)],
        )
        cursor.execute("RESET ROLE; SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(links, [school_id])
        kinds = {line[0] for line in (cursor.fetchone() or [""])[0].splitlines()}
    cursor.execute("ROLLBACK TO SAVEPOINT one")
    return compared("the newest link of the chain holds", {"e", "c"}, kinds)


QUICK = (
    the_accused,
    promises,
    refusals,
    topics,
    founding,
    answers,
    chain,
    behind_asking.asked_for,
    *behind_houses.CHECKS,
)
CHECKS = (*QUICK, scopes, readings)
