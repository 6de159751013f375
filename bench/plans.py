"""Which large tables a page reads whole, by the plans of its own statements. `python -m bench.plans`; JSON.

Asked in process, as the person, under row security: EXPLAIN in front of each statement of the page.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

from django.db import connection, connections  # noqa: E402  after the settings

from accounts.models import User  # noqa: E402
from bench import people, world  # noqa: E402
from core import tenancy  # noqa: E402

LARGE = 5_000  # rows; a smaller table is read whole faster than by an index


class _Plans:
    """Remembers the tables that statements read whole."""

    def __init__(self, large: set[str]) -> None:
        self._large = large
        self.found: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        scope, statement = _parts(str(sql))
        if statement.startswith("SELECT") and not many:
            execute(f"{scope}EXPLAIN (FORMAT JSON) {statement}", params, many, context)
            (plan,) = context["cursor"].fetchone()
            self.found |= {
                node["Relation Name"] for node in _nodes(plan[0]["Plan"]) if _is_whole(node)
            } & self._large
        return execute(sql, params, many, context)


def _parts(sql: str) -> tuple[str, str]:
    """What core.postgres says in front of a transaction's first statement, and the statement."""
    if not sql.startswith("SELECT set_config("):
        return "", sql
    scope, _, statement = sql.partition("; ")
    return f"{scope}; ", statement


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _is_whole(node: dict[str, Any]) -> bool:
    return "Seq Scan" in node["Node Type"]


def main() -> None:
    with tenancy.program("bench"):
        acts = [act for act in world.acts() if act["name"] not in {"floor", "inside"}]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND reltuples > %s",
                [LARGE],
            )
            large = {name for (name,) in cursor.fetchall()}
    print(json.dumps({act["name"]: sorted(_read_whole(act, large)) for act in acts}))


def _read_whole(act: dict[str, Any], large: set[str]) -> set[str]:
    client = people.signed_in(User.objects.get(username=act["who"]))
    headers = {"HX-Request": "true", "HX-Target": act["live"]} if act["live"] else {}
    plans = _Plans(large)
    with ExitStack() as stack:
        for one in connections.all():
            stack.enter_context(one.execute_wrapper(plans))
        if act["fields"] is None:
            answer = client.get(act["path"], headers=headers)
        else:
            answer = client.post(act["path"], world.typed(act["fields"]), headers=headers)
    if answer.status_code not in {200, 302}:
        raise SystemExit(f"{act['name']}: {answer.status_code}")
    return plans.found


if __name__ == "__main__":
    main()
