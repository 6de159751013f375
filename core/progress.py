"""Telling a page how far a long transaction is."""

from __future__ import annotations

import time
from types import TracebackType

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

_EVERY_SECONDS = 0.5


class Writer:
    """Writes progress through a connection of its own, so that it's seen before the work commits.

    A context manager; its `tick(done, total)` may be called as often as one likes. `model` has the columns
    done, total and beat_at; `column` is the one that names the piece of work.
    """

    def __init__(self, model: type[models.Model], column: str, key: int) -> None:
        self._table = model._meta.db_table
        self._column = column
        self._key = key
        self._last = 0.0
        self._connection: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Writer:
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
        if self._connection is None:
            self._connection = connection.copy()
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._table} SET done = %s, total = %s, beat_at = now()"  # noqa: S608
                f" WHERE {self._column} = %s",
                [done, total, self._key],
            )
        self._last = time.monotonic()  # after it: on a busy machine the write itself may take longer
