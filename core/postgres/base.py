"""The connection that carries the scope of core.tenancy into PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg2 import extensions, sql

from core import request_id, tenancy

_NOTHING_SAID = object()
_TAKEN_BACK = object()


class DatabaseWrapper(base.DatabaseWrapper):
    """Names the scope in front of a transaction's first statement, in the same round trip.

    Always locally to the transaction: PgBouncer hands the connection to somebody else after it, and in
    transaction mode it resets nothing. Outside a transaction each statement is one of its own, so each
    carries the scope.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope_said: object = _NOTHING_SAID
        self.execute_wrappers.append(self._say_scope)

    def _say_scope(
        self, execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        token = tenancy.current_token()
        if not self.in_atomic_block:
            return execute(_scoped(statement, token) if token else statement, params, many, context)
        aborted = self.connection.get_transaction_status() == extensions.TRANSACTION_STATUS_INERROR
        if self._scope_said == token or aborted:
            return execute(statement, params, many, context)
        if self._scope_said is not _NOTHING_SAID or token:
            statement = _scoped(statement, token)
        result = execute(statement, params, many, context)
        self._scope_said = token
        return result

    def chunked_cursor(self) -> Any:
        """A cursor on the server can't be told the scope in its own statement."""
        if not self.in_atomic_block and tenancy.current_token():
            raise RuntimeError("iterator() needs a transaction: outside one it would see no row.")
        if self.in_atomic_block and self._scope_said != tenancy.current_token():
            with self.cursor() as cursor:
                cursor.execute("SELECT 1")
        return super().chunked_cursor()

    def _set_autocommit(self, autocommit: bool) -> None:
        self._scope_said = _NOTHING_SAID
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        """PostgreSQL takes back settings made since the savepoint too."""
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._scope_said = _TAKEN_BACK


def _scoped(statement: Any, token: str | None) -> Any:
    # Both are hexadecimal. The request is for core_rowchange (core.row_history).
    prefix = (
        f"SELECT set_config('{tenancy.SETTING}', '{token or ''}', true), "
        f"set_config('app.request', '{request_id.current()}', true); "
    )
    if isinstance(statement, sql.Composable):
        return sql.SQL(prefix) + statement
    return prefix + statement
