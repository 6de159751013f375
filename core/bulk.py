"""Writing many small rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

from core.fields import EncryptedField

_BATCH = 10_000


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of plain values (texts, numbers, dates) into some columns; returns how many.

    For tables where `bulk_create` spends its time making model objects: no defaults and no signals here, the
    columns must be all that the table needs. Arrays instead of COPY, since PostgreSQL refuses COPY on a table
    with row-level policies. Values of encrypted fields are given in clear and closed here.
    """
    fields = [model._meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)  # type: ignore[union-attr]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)  # type: ignore[union-attr]
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608
    written = 0
    stream = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(stream, _BATCH)):
            by_column = zip(fields, zip(*batch, strict=True), strict=True)
            cursor.execute(statement, [_stored(field, values) for field, values in by_column])
            written += len(batch)
    return written


def _stored(field: Any, values: Iterable[Any]) -> list[Any]:
    return [field.close(value) for value in values] if isinstance(field, EncryptedField) else list(values)
