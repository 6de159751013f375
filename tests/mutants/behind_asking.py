"""What stands behind the policies of what is asked for: in one's own name and place, and not yet answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.mutants.rows import World
from tests.mutants.visibility import changes, columns_of, standing_as


def _asked(world: World) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Who asks for a copy of which row with what changed."""
    users, there = world.users, world.sides["B"].area.path
    for table in ("dashboards_release", "dashboards_statutoryreturn"):
        yield "officer", table, "A", {"asked_by_id": users["official"].pk}
        yield "officer", table, "A", {"state": "released" if table == "dashboards_release" else "ready"}
        yield "officer", table, "A", {"area_path": there}
    yield "author", "dormitories_leave", "B", {"asked_by_id": users["author"].pk}
    for step in ("class_approved", "house_approved", "refused", "out", "back"):
        yield "author", "dormitories_leave", "A", {f"{step}_by_id": users["author"].pk}


def asked_for(cursor: Any, world: World) -> list[str]:
    """Nobody asks in another's name or place, nor brings the answer along."""
    surprises = []
    for person, table, label, changed in _asked(world):
        columns = columns_of(cursor, table)
        copied = f"SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s)"
        row = next(row for row in world.of_table(table) if row.label == label).values | changed
        with standing_as(cursor, world.tokens[person]):
            cursor.execute("SAVEPOINT one")
            if changes(cursor, f"INSERT INTO {table} ({columns}) {copied}", [json.dumps(row)]):
                surprises.append(f"{person} asks for a row of {table} in {label} with {sorted(changed)}")
    return surprises
