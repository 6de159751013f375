"""Writing the audit trail. Call it inside the service's transaction: no event, no change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import models

from core.models import AuditEvent


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
    **details: Any,
) -> AuditEvent:
    """Write one event. `details` holds ids, codes and counts only: never a note's text or a name."""
    made = _event(event, by, target, school_id, details)
    made.save(force_insert=True)
    return made


def record_many(
    event: str, *, by: Actor | None, targets: Iterable[tuple[models.Model, dict[str, Any]]]
) -> None:
    """Write one event for each target with its details, for work in bulk; the rule of `record` holds."""
    AuditEvent.objects.bulk_create(
        (_event(event, by, target, None, details) for target, details in targets), batch_size=1_000
    )


def _event(
    event: str, by: Actor | None, target: models.Model | None, school_id: int | None, details: dict[str, Any]
) -> AuditEvent:
    if school_id is None:
        school_id = getattr(target, "school_id", None)
    public_id = getattr(target, "public_id", None)
    return AuditEvent(
        event=event,
        actor_id=by.pk if by else None,
        actor_name=by.username if by else "",
        school_id=school_id,
        target_type=target._meta.label_lower if target else "",
        target_id=str(public_id or getattr(target, "pk", "") or "") if target else "",
        details=details,
    )
