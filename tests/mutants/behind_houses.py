"""What stands behind the policies of the houses: stays that are over let go of the sex, and no other does."""

from __future__ import annotations

from typing import Any

from psycopg2 import errors

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
