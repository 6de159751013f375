"""Pages by key, not by offset: page 400 costs what page 1 costs, and rows don't jump between pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)

_CURSOR = re.compile(r"([fb])([0-9]{1,18})")


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows; `next_cursor` and `previous_cursor` are None at the ends."""

    rows: list[M]
    next_cursor: str | None
    previous_cursor: str | None

    def __iter__(self) -> Iterator[M]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset(queryset: QuerySet[M], *, order: Sequence[str], cursor: str | None, size: int = 30) -> Page[M]:
    """Cut one page of `queryset` ordered by `order`, whose last field must be unique.

    The cursor is a direction and the key of the row at the edge, so that no name or date of a
    person stands in a URL; the row's values are read back from `queryset` itself, so a cursor made
    up by somebody, or from another list, gives the first page, not an error and not a foreign row.
    Fields in `order` must not be NULL.
    """
    match = _CURSOR.fullmatch(cursor or "")
    names = [name.lstrip("-") for name in order]
    edge = queryset.filter(pk=int(match[2])).values_list(*names).first() if match else None
    backwards = edge is not None and match is not None and match[1] == "b"
    fields = [_flip(name) for name in order] if backwards else list(order)
    page = queryset.order_by(*fields)
    if edge is not None:
        page = page.filter(_after(fields, edge))
    rows = list(page[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows=rows,
        next_cursor=f"f{rows[-1].pk}" if rows and (more or backwards) else None,
        previous_cursor=f"b{rows[0].pk}" if rows and edge is not None and (more or not backwards) else None,
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
