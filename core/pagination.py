"""Pages by key, not by offset: page 400 costs what page 1 costs, and rows don't jump between pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows; `next_cursor` and `previous_cursor` are None at the ends."""

    rows: list[M]
    next_cursor: str | None
    previous_cursor: str | None

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset(queryset: QuerySet[M], *, order: Sequence[str], cursor: str | None, size: int = 30) -> Page[M]:
    """Cut one page of `queryset` ordered by `order`, whose last field must be unique.

    A cursor that was tampered with or is from another list gives the first page, not an error.
    Fields in `order` must not be NULL.
    """
    decoded = _decode(cursor, order)
    backwards = decoded is not None and decoded[0] == "b"
    fields = [_flip(name) for name in order] if backwards else list(order)
    page = queryset.order_by(*fields)
    if decoded is not None:
        page = page.filter(_after(fields, decoded[1]))
    rows = list(page[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and decoded is not None and (more or not backwards)
    return Page(
        rows=rows,
        next_cursor=_encode("f", rows[-1], order) if has_next else None,
        previous_cursor=_encode("b", rows[0], order) if has_previous else None,
    )


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(fields: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b) > (x, y) spelled out, since the directions of the fields may differ."""
    condition = Q()
    equal = Q()
    for name, value in zip(fields, values, strict=True):
        field, test = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        condition |= equal & Q(**{f"{field}__{test}": value})
        equal &= Q(**{field: value})
    return condition


def _encode(direction: str, row: Model, order: Sequence[str]) -> str:
    values = []
    for name in order:
        value: Any = row
        for part in name.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value if isinstance(value, int | str) else value.isoformat())
    return signing.dumps([direction, "|".join(order), values], salt="core.pagination", serializer=_Json)


def _decode(cursor: str | None, order: Sequence[str]) -> tuple[str, list[Any]] | None:
    if not cursor:
        return None
    try:
        direction, names, values = signing.loads(cursor, salt="core.pagination", serializer=_Json)
    except (signing.BadSignature, ValueError):
        return None
    return (direction, values) if names == "|".join(order) and len(values) == len(order) else None


class _Json:
    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
