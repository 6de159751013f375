"""The only way to start a task: by its dotted name, after the transaction commits, with ids.

Services don't import tasks (tasks import services), and a task never starts for a change that
was rolled back. A broker that is down must not break a page: whatever must happen stands in the
database and the sweep finds it, so a failed wake-up is logged and forgotten.
"""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

TaskId = int | str


def after_commit(task_path: str, **ids: TaskId) -> None:
    """Wake `task_path` with `ids` once the surrounding transaction has committed."""
    task = import_string(task_path)
    transaction.on_commit(partial(_send, task, ids))


def _send(task, ids: dict[str, TaskId]) -> None:  # type: ignore[no-untyped-def]
    try:
        task.apply_async(kwargs=ids, retry=False)
    except (*task.app.connection_for_write().connection_errors, OSError) as error:
        logger.error("broker not reached for %s: %s; the sweep will find the work", task.name, error)
