"""What stands behind the policies of the houses: how stays let go, leave is answered, and rolls stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg2 import errors

from core import db_roles
from tests.mutants.rows import World
from tests.mutants.visibility import standing_as

OVER = "started_on = current_date - 9, ended_on = current_date - 3"


def letting_go(cursor: Any, world: World) -> list[str]:
    """A mistyped sex is corrected, and a house turned over, once nobody has a bed there; not a day sooner."""
    stay = next(row for row in world.of_table("dormitories_stay") if row.label == "A").values
    house = next(row for row in world.of_table("dormitories_building") if row.label == "A").values
    surprises = []
    for table, pk in (("students_student", stay["student_id"]), ("dormitories_building", house["id"])):
        change = f"UPDATE {table} SET sex = 'male' WHERE id = {pk}"
        for what, first, allowed in (
            ("over", f"UPDATE dormitories_stay SET {OVER} WHERE id = {stay['id']}", True),
            ("not over", "SELECT 1", False),
        ):
            with standing_as(cursor, world.tokens["admin"]):
                cursor.execute(first)
                if _passes(cursor, change) is not allowed:
                    surprises.append(f"{table} changes its sex with a stay that is {what}: {not allowed}")
    with standing_as(cursor, world.tokens["admin"]):
        soon = f"UPDATE dormitories_stay SET ended_on = current_date + 5, sex = NULL WHERE id = {stay['id']}"
        if _passes(cursor, soon):
            surprises.append("a stay that isn't over is for no sex")
    return surprises


def _passes(cursor: Any, statement: str) -> bool:
    cursor.execute("SAVEPOINT one")
    try:
        cursor.execute(statement)
    except errors.IntegrityError:
        return False
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT one")
    return True


@dataclass(frozen=True)
class Attempt:
    """What the warden does by a statement of their own, after what stands already."""

    what: str
    statement: str
    after: str = ""
    allowed: bool = False


# Held by the triggers alone: here the program may change every column.
GIVEN = f"GRANT UPDATE ON dormitories_leave, dormitories_rollcall, dormitories_rollmark TO {db_roles.APP}"
LEAVE, ROLL, MARK = (f"UPDATE dormitories_{table} SET" for table in ("leave", "rollcall", "rollmark"))
APPROVED = (
    "class_approved_by_id = {lead}, class_approved_at = now(), house_approved_by_id = {head},"
    " house_approved_at = now()"
)
OUT = f"{LEAVE} {APPROVED}, out_by_id = {{teacher}}, out_at = now()"
BEFORE = {"out": f"{LEAVE} {APPROVED}", "back": OUT}
FOUND = f"{MARK} status = 'present', marked_by_id = {{warden}}, marked_at = now()"
BY_ITSELF = "status = 'leave', leave_id = {leave}, marked_by_id = NULL, marked_at = NULL"
CLOSES = f"{ROLL} closed_at = clock_timestamp(), closed_by_id = {{warden}}"
CLOSED = f"{FOUND}; {CLOSES}"
ADDS = (
    "INSERT INTO dormitories_rollmark (school_id, roll_id, student_id, bed_id, number, status, note, version,"
    " marked_by_id, marked_at) SELECT school_id, roll_id, {other}, bed_id, 77, 'present', '', 0, {warden},"
    " now() FROM dormitories_rollmark"
)


def _of_leaves() -> Iterator[Attempt]:
    yield Attempt("writes another reason", f"{LEAVE} reason = 'doctor'")
    for step in ("class_approved", "house_approved", "refused", "cancelled", "out", "back"):
        answer, first = f"{LEAVE} {step}_at = now(), {step}_by_id =", BEFORE.get(step, "")
        yield Attempt(f"says of a leave: {step}", f"{answer} {{warden}}", first, allowed=True)
        yield Attempt(f"says for the teacher: {step}", f"{answer} {{teacher}}", first)
        if step not in BEFORE:
            earlier = f"{LEAVE} {step}_at = {step}_at - interval '1 minute'"
            yield Attempt(f"puts back the hour: {step}", earlier, f"{answer} {{warden}}")
    earlier = f"{LEAVE} out_at = out_at - interval '1 minute'"
    yield Attempt("corrects the hour of the gate", earlier, OUT, allowed=True)


def _of_rolls() -> Iterator[Attempt]:
    yield Attempt("makes it the roll of a floor", f"{ROLL} floor = 3")
    yield Attempt("closes it a second time", CLOSES, CLOSED)
    yield Attempt("closes it", CLOSES, FOUND, allowed=True)
    yield Attempt("closes it with a pupil to find", CLOSES, FOUND.replace("present", ""))
    by_itself = f"{MARK} {BY_ITSELF}"
    yield Attempt("closes it with one not gone", CLOSES, by_itself)
    yield Attempt("closes it with one who is out", CLOSES, f"{by_itself}; {OUT}", allowed=True)
    back = f"{OUT}, back_by_id = {{teacher}}, back_at = now()"
    yield Attempt("closes it with one who came back", CLOSES, f"{by_itself}; {back}")
    late = f"{OUT}, due_back_at = now() - interval '1 minute'"
    yield Attempt("closes it with one who is late", CLOSES, f"{by_itself}; {late}")


def _of_marks() -> Iterator[Attempt]:
    yield Attempt("numbers the marks anew", f"{MARK} number = 77")
    yield Attempt("finds a pupil", FOUND, allowed=True)
    yield Attempt("finds one for the teacher", FOUND.replace("warden", "teacher"))
    yield Attempt("adds a pupil", ADDS, FOUND, allowed=True)
    yield Attempt("adds a pupil to a closed roll", ADDS, CLOSED)
    yield Attempt("loses a pupil of a closed roll", f"{MARK} status = ''", CLOSED)
    yield Attempt(
        "says again where one was in a closed roll", f"{MARK} status = 'sick_bay'", CLOSED, allowed=True
    )
    yield Attempt("takes a name off a closed roll", f"{MARK} {BY_ITSELF}", CLOSED)


ATTEMPTS = (*_of_leaves(), *_of_rolls(), *_of_marks())


def guarded(cursor: Any, world: World) -> list[str]:
    """A leave is answered in one's own name and stays so; a roll is closed whole, once, and stays so."""
    words = {name: user.pk for name, user in world.users.items()}
    words |= {"other": world.sides["A"].other.pk}
    words |= {
        "leave": next(row for row in world.of_table("dormitories_leave") if row.label == "A").values["id"]
    }
    surprises = []
    for attempt in ATTEMPTS:
        cursor.execute(f"SAVEPOINT attempt; {GIVEN}; SET LOCAL session_replication_role = replica")
        cursor.execute((attempt.after or "SELECT 1").format(**words))
        cursor.execute("SET LOCAL session_replication_role = origin")
        with standing_as(cursor, world.tokens["warden"]):
            if _stands(cursor, attempt.statement.format(**words)) is not attempt.allowed:
                surprises.append(f"the warden {attempt.what}: {not attempt.allowed}")
        cursor.execute("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
    return surprises


def _stands(cursor: Any, statement: str) -> bool:
    """Refused by a guard; whatever else refuses it is an error of the attempt."""
    cursor.execute("SAVEPOINT one")
    try:
        cursor.execute(statement)
        return bool(cursor.rowcount > 0)
    except errors.InsufficientPrivilege:
        return False
    except errors.CheckViolation as refusal:
        if refusal.diag.constraint_name != "dormitories_rollcall_whole":
            raise
        return False
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT one")


CHECKS = (letting_go, guarded)
