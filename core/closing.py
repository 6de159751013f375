"""For migrations: move a clear column into an encrypted one (core.fields), and back."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import AddField, RemoveField, RenameField, RunPython
from django.db.migrations.operations.base import Operation

from core.fields import EncryptedField

_BATCH = 2_000


def encrypt_column(app: str, model: str, name: str, field: EncryptedField) -> list[Operation]:
    """The operations that encrypt what a column holds. Constraints on it go before, and come anew after.

    The old column is dropped. Its bytes leave the disk with the table's next rewrite (VACUUM FULL), and the
    archive of WAL and backups with its retention: docs/how-to/backup-and-restore.md.
    """
    clear = f"{name}_clear"

    def forward(apps: Any, schema_editor: Any) -> None:
        _move(apps.get_model(app, model), schema_editor, clear, name, closing=True)

    def backward(apps: Any, schema_editor: Any) -> None:
        _move(apps.get_model(app, model), schema_editor, name, clear, closing=False)

    return [
        RenameField(model, name, clear),
        AddField(model, name, field),
        RunPython(forward, backward),
        RemoveField(model, clear),
    ]


def _move(model: Any, schema_editor: Any, source: str, target: str, *, closing: bool) -> None:
    """In batches by primary key.

    The scope of row security can't be opened before migrating has ended (tenancy.install), so FORCE is off
    for the owner within this transaction; nobody else ever sees that.
    """
    connection, table = schema_editor.connection, model._meta.db_table
    encrypted: EncryptedField = model._meta.get_field(target if closing else source)
    clear = model._meta.get_field(source if closing else target)
    forced = _is_forced(connection, table)
    if forced:
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    last = 0
    while rows := _read(connection, model, source, last):
        last = rows[-1][0]
        if closing:
            new = [encrypted.close(_clear_value(clear, value, connection)) for _pk, value in rows]
        else:
            new = [clear.get_db_prep_save(encrypted.open(value), connection) for _pk, value in rows]
        _write(connection, model, target, [pk for pk, _value in rows], new)
    settle(schema_editor)
    if forced:
        schema_editor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def settle(schema_editor: Any) -> None:
    """Check foreign keys now. A row written twice in one transaction waits for its check until the commit,
    and PostgreSQL alters no table with rows that wait ("pending trigger events").
    """
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def _clear_value(field: Any, value: Any, connection: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value


def _is_forced(connection: Any, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
        return bool(cursor.fetchone()[0])


def _read(connection: Any, model: Any, column: str, after: int) -> list[tuple[int, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id, "{column}" FROM "{model._meta.db_table}"'  # noqa: S608  names of our own models
            f' WHERE id > %s AND "{column}" IS NOT NULL ORDER BY id LIMIT {_BATCH}',
            [after],
        )
        return list(cursor.fetchall())


def _write(connection: Any, model: Any, column: str, ids: list[int], values: list[Any]) -> None:
    kind = model._meta.get_field(column).db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS t SET "{column}" = new.value'  # noqa: S608
            f" FROM unnest(%s::bigint[], %s::{kind}[]) AS new(id, value) WHERE t.id = new.id",
            [ids, values],
        )
