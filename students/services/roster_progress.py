"""Telling the page how far a long transaction is."""

from __future__ import annotations

import time
from types import TracebackType

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from students.models import RosterProgress

_EVERY_SECONDS = 0.5


class ProgressWriter:
    """Writes progress through a connection of its own, so that it's seen before the work commits.

    A context manager; its `tick(done, total)` may be called as often as one likes.
    """

    def __init__(self, roster_id: int) -> None:
        self._roster_id = roster_id
        self._last = 0.0
        self._connection: BaseDatabaseWrapper | None = None

    def __enter__(self) -> ProgressWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def tick(self, done: int, total: int) -> None:
        """Note that `done` of `total` steps are behind us; at most twice a second."""
        if time.monotonic() - self._last < _EVERY_SECONDS:
            return
        self._last = time.monotonic()
        if self._connection is None:
            self._connection = connection.copy()
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {RosterProgress._meta.db_table} SET done = %s, total = %s, beat_at = now()"  # noqa: S608
                " WHERE roster_id = %s",
                [done, total, self._roster_id],
            )


@transaction.atomic
def start(roster_id: int) -> None:
    """A new stage begins at nothing done."""
    RosterProgress.objects.update_or_create(
        roster_id=roster_id, defaults={"done": 0, "total": 0, "beat_at": None}
    )
