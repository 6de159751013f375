"""Writing the audit trail. Call it inside the service's transaction: no event, no change.

Writes of rows are noted by the database itself (core.row_history); here stands what it can't know: what was
read, searched, printed, exported, who signed in, and what a change meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from django.db import connection, models
from django.utils import timezone

from core import request_id

_COLUMNS = (
    "at",
    "event",
    "actor_id",
    "actor_name",
    "school_id",
    "target_type",
    "target_id",
    "details",
    "subject_id",
    "request_id",
)
_BATCH = 1_000


class Actor(Protocol):
    """Whoever acts: a signed-in person; None stands for the program itself."""

    pk: Any
    username: str


def record(
    event: str,
    *,
    by: Actor | None,
    target: models.Model | None = None,
    school_id: int | None = None,
    subject: models.Model | None = None,
    **details: Any,
) -> None:
    """Write one event. `details` holds ids, codes and counts only: never a note's text or a name.

    `subject` is the person whom it is about, when the target is something else, or when they were looked at.
    """
    row = _row(event, by, target, school_id, details)
    row[_COLUMNS.index("subject_id")] = str(subject.public_id) if subject else ""  # type: ignore[attr-defined]
    _insert([row])


def record_many(
    event: str, *, by: Actor | None, targets: Iterable[tuple[models.Model, dict[str, Any]]]
) -> None:
    """Write one event for each target with its details, for work in bulk; the rule of `record` holds."""
    for rows in _batches(_row(event, by, target, None, details) for target, details in targets):
        _insert(rows)


def _batches(rows: Iterable[list[Any]]) -> Iterable[list[list[Any]]]:
    waiting: list[list[Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _BATCH:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _row(
    event: str, by: Actor | None, target: models.Model | None, school_id: int | None, details: dict[str, Any]
) -> list[Any]:
    if school_id is None:
        school_id = getattr(target, "school_id", None)
    public_id = getattr(target, "public_id", None)
    return [
        timezone.now(),
        event,
        by.pk if by else None,
        by.username if by else "",
        school_id,
        target._meta.label_lower if target else "",
        str(public_id or getattr(target, "pk", "") or "") if target else "",
        json.dumps(details),
        "",
        request_id.current(),
    ]


def _insert(rows: list[list[Any]]) -> None:
    """Without RETURNING: whoever writes into the trail need not be one of those who may read it."""
    one = f"({', '.join(['%s'] * len(_COLUMNS))})"
    statement = f"INSERT INTO core_auditevent ({', '.join(_COLUMNS)}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
