"""Mutants of the second lock: every policy, FORCE, key and grant, and each condition of a policy or function.

They are read from the catalogue, so that what is added tomorrow is tried too. Each is made by the administrator in a
transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core import db_roles
from tests.mutants import behind, conditions, rights, visibility
from tests.mutants.expected import SEES
from tests.mutants.expected_rights import NOT_CALLED, READ_BY_DISTRICT, RIGHTS
from tests.mutants.rows import World, protected


@dataclass(frozen=True)
class Mutant:
    name: str
    statement: str
    tables: tuple[str, ...] = ()  # where it shows first


_ASKED_INSIDE = "kl.my_concerns and kl.my_reports ask kl.my_schools themselves; the program's schools are all"
_NOT_UPDATED = "the program may update no column that the policy asks (RIGHTS, tried by mutants of their own)"
_NOT_GRANTED = "the program has no right to change other columns (RIGHTS)"
_MINE = "(school_id = ANY (( SELECT kl.my_schools() AS my_schools)::bigint[]))"
_SHARED_LEVELS = (
    "((level)::text = ANY ((ARRAY['restricted'::character varying, 'sealed'::character varying])::text[]))"
)
_NOT_ABOUT_ME = "(about_staff_id IS DISTINCT FROM ( SELECT kl.me() AS me))"
# Mutants that change nothing anybody could notice, and why.
EQUIVALENT = {
    "kl.is_program without token IS NOT NULL": "nothing has the hash of no token",
    "kl.my_audit_schools without held.school_id IS NOT NULL": "these roles are of a school: schools_membership_scope_of_role",
    "kl.my_reports without concern.about_staff_id IS DISTINCT FROM person": "counselling_concern_not_oneself",
    "kl.emergency_stands without IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change": _NOT_GRANTED,
    **{
        f"counselling_{policy} without {_MINE}": _ASKED_INSIDE
        for policy in (
            "concern.handling: USING",
            "concernreader.naming: WITH CHECK",
            "concernreader.taking_back: USING",
            "concernreader.who_knows: USING",
            "concerntext.writing: WITH CHECK",
        )
    },
    **{
        f"counselling_{policy}: WITH CHECK (true)": _NOT_UPDATED
        for policy in (
            "concern.handling",
            "concernreader.taking_back",
            "entrygrant.changing",
            "session.changing",
        )
    },
    **{
        f"counselling_{policy}: USING without {_SHARED_LEVELS}": "grants are of these levels alone: counselling_grant_shareable"
        for policy in ("followup.changing", "followup.readers", "linkedpupil.readers", "sessiontext.readers")
    },
    f"counselling_concern.reporting: WITH CHECK without {_NOT_ABOUT_ME}": "counselling_concern_not_oneself forbids it, too",
    f"counselling_concern.who_knows: USING without {_NOT_ABOUT_ME}": "kl.my_concerns leaves them out, and nobody reports"
    " themselves (counselling_concern_not_oneself)",
    "core_auditevent.concerns_go_round: USING without"
    " (COALESCE((details ->> 'about'::text), ''::text) !~~ 'counselling.concern:%'::text)": "of_my_school leaves these out",
    "core_auditevent.of_my_school: USING without (COALESCE((details ->> 'sensitivity'::text), ''::text) <> 'sealed'::text)": "secrets_go_round leaves these out",
    f"dormitories_rulereason.who_may_know: USING without {_MINE}": "kl.my_bed_rules asks kl.my_schools itself",
    "kl.stay_has_a_sex without IF NEW.ended_on IS NULL": "dormitories_stay_sex refuses it, too",
    "counselling_session_topics.readers: USING without (words.number = 1)": "all texts of an entry have the same readers:"
    " counselling_sessiontext_kin",
}


def made(cursor: Any) -> list[Mutant]:
    return [
        *_tables(cursor),
        *_policies(cursor),
        *_functions(cursor),
        *_keys(cursor),
        *_grants(cursor),
        *_triggers(cursor),
    ]


def _tables(cursor: Any) -> Iterator[Mutant]:
    for table in protected(cursor):
        for what in ("NO FORCE", "DISABLE"):
            yield Mutant(f"{table}: {what}", f"ALTER TABLE {table} {what} ROW LEVEL SECURITY", (table,))


def _policies(cursor: Any) -> Iterator[Mutant]:
    cursor.execute(
        "SELECT tablename, policyname, cmd, qual, with_check, permissive, 'kl_gate' = ANY(roles)"
        " FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2"
    )
    for table, name, command, using, check, kind, gate in cursor.fetchall():
        what, alter = f"{table}.{name}", f"ALTER POLICY {name} ON {table}"
        if gate:
            yield Mutant(f"{what}: dropped", f"DROP POLICY {name} ON {table}")
            yield Mutant(f"{what}: for everybody", f"{alter} TO PUBLIC", (table,))
            continue
        yield Mutant(f"{what}: dropped", f"DROP POLICY {name} ON {table}", (table,))
        if kind == "RESTRICTIVE":
            yield Mutant(f"{what}: not for the program", f"{alter} TO {db_roles.OWNER}", (table,))
        else:
            yield Mutant(f"{what}: for the gate alone", f"{alter} TO {db_roles.GATE}", (table,))
        parts = [("USING", using), ("WITH CHECK", check)]
        for clause, expression in parts:
            if expression is None:
                continue
            yield Mutant(f"{what}: {clause} (true)", f"{alter} {clause} (true)", (table,))
            for weaker in conditions.weakened(expression):
                yield Mutant(
                    f"{what}: {clause} without {weaker.left_out}",
                    f"{alter} {clause} ({weaker.text})",
                    (table,),
                )
        if check is None and command in ("ALL", "UPDATE"):
            yield Mutant(f"{what}: WITH CHECK (true)", f"{alter} WITH CHECK (true)", (table,))


def _functions(cursor: Any) -> Iterator[Mutant]:
    """Each condition of the functions that policies ask, taken away; those that write the audit have their own tests."""
    cursor.execute(
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'kl'::regnamespace AND prosecdef"
        " AND prorettype <> 'trigger'::regtype AND proname <> ALL(%s) ORDER BY 1",
        [sorted(NOT_CALLED)],
    )
    for name, definition in cursor.fetchall():
        head, body = definition.split("$function$", 1)
        for weaker in conditions.weakened(body):
            yield Mutant(f"kl.{name} without {weaker.left_out}", f"{head}$function${weaker.text}")
        yield Mutant(f"kl.{name} as whoever asks", f"{head.replace('SECURITY DEFINER', '')}$function${body}")


def _triggers(cursor: Any) -> Iterator[Mutant]:
    """Those that refuse, and those that link the audit. Who watches the rows: tests/architecture/test_row_history.py."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname, proname, pg_get_functiondef(f.oid) FROM pg_trigger AS t"
        " JOIN pg_proc AS f ON f.oid = tgfoid WHERE NOT tgisinternal AND tgname NOT LIKE 'watch%%' ORDER BY 1, 2"
    )
    for table, name, function, definition in cursor.fetchall():
        yield Mutant(f"{table}.{name}: no trigger", f"DROP TRIGGER {name} ON {table}")
        head, body = definition.split("$function$", 1)
        for weaker in conditions.open_doors(body):
            if weaker.left_out != "kl.is_program()":
                what = f"kl.{function} without IF {weaker.left_out}"
                yield Mutant(what, f"{head}$function${weaker.text}", (table,))


def _keys(cursor: Any) -> Iterator[Mutant]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) > 1"
        " ORDER BY 1, 2"
    )
    for table, name in cursor.fetchall():
        yield Mutant(f"{name}: dropped", f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _grants(cursor: Any) -> Iterator[Mutant]:
    for table, held in RIGHTS.items():
        whole = held.partition(" UPDATE(")[0].split()
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            if right not in whole:
                yield Mutant(f"{table}: {right} given back", f"GRANT {right} ON {table} TO {db_roles.APP}")
    for table in ("kl.scope", "kl.setting"):
        yield Mutant(f"{table}: readable", f"GRANT SELECT ON {table} TO {db_roles.APP}")
    for table in protected(cursor):
        yield Mutant(f"{table}: TRUNCATE given", f"GRANT TRUNCATE ON {table} TO {db_roles.APP}")
        if table not in READ_BY_DISTRICT:
            yield Mutant(f"{table}: open to the district", f"GRANT SELECT ON {table} TO {db_roles.DISTRICT}")
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'kl'::regnamespace AND proname = ANY(%s)",
        [sorted(NOT_CALLED)],
    )
    for (function,) in cursor.fetchall():
        yield Mutant(f"{function}: callable", f"GRANT EXECUTE ON FUNCTION {function} TO {db_roles.APP}")


def caught_by(cursor: Any, world: World, mutant: Mutant) -> str:
    """What a test would say first, or nothing."""
    cursor.execute("SAVEPOINT mutant")
    cursor.execute(mutant.statement)
    try:
        return next(_surprises(cursor, world, mutant), "")
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant")


def _surprises(cursor: Any, world: World, mutant: Mutant) -> Iterator[str]:
    """The checks that could notice it: of a policy those of its table, of a function what it says and who sees."""
    if mutant.tables:
        for check in visibility.CHECKS:
            yield from check(cursor, world, mutant.tables)
        for other in (*behind.QUICK, rights.forced):
            yield from other(cursor, world)
        return
    for other in (*behind.CHECKS, *rights.CHECKS):
        yield from other(cursor, world)
    yield from visibility.sights(cursor, world, SEES)


def noticed_of_nothing(cursor: Any, world: World) -> str:
    """With nothing taken away no check says anything, or all mutants would count as caught."""
    rows_too = (one for check in visibility.CHECKS for one in check(cursor, world, SEES))
    others = (one for check in (*behind.CHECKS, *rights.CHECKS) for one in check(cursor, world))
    return next(rows_too, "") or next(others, "")


def tried(cursor: Any, world: World, *, every: int = 1) -> Iterator[tuple[str, str]]:
    """Each mutant but the equivalent ones (or every second, third … of them), and what noticed it."""
    for number, mutant in enumerate(made(cursor)):
        if mutant.name not in EQUIVALENT and number % every == 0:
            yield mutant.name, caught_by(cursor, world, mutant)
