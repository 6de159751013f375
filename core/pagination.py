"""Pages by key, not by offset: page 400 costs what page 1 costs, and rows don't jump between pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)

_CURSOR = re.compile(r"([fb])([0-9]{1,18})")
_PUBLIC_CURSOR = re.compile(r"([fb])([0-9a-f]{32})")


class BadCursor(Exception):
    """The cursor names no row of this list."""


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
    edge = _edge(queryset.filter(pk=int(match[2])), order) if match else None
    backwards = edge is not None and match is not None and match[1] == "b"
    return _cut(queryset, order, edge, backwards, size, name_of=lambda row: str(row.pk))


def public_keyset(
    queryset: QuerySet[M],
    *,
    order: Sequence[str],
    cursor: str | None,
    size: int,
    edges: QuerySet[M] | None = None,
) -> Page[M]:
    """The same for programs: the cursor carries a `public_id`, and one that names nothing is refused.

    A page in a browser may begin again at the top; a program that follows `next` would go round for ever.
    `edges` are the rows a cursor may name when they are more than those listed: a follow-up that was
    done since the last page is no longer open, but still marks the place. Raises BadCursor.
    """
    if not cursor:
        return _cut(queryset, order, None, False, size, name_of=_public_name)
    match = _PUBLIC_CURSOR.fullmatch(cursor)
    known = queryset if edges is None else edges
    edge = _edge(known.filter(public_id=match[2]), order) if match else None
    if match is None or edge is None:
        raise BadCursor
    return _cut(queryset, order, edge, match[1] == "b", size, name_of=_public_name)


def _public_name(row: Any) -> str:
    name: str = row.public_id.hex
    return name


def _edge(row: QuerySet[M], order: Sequence[str]) -> tuple[Any, ...] | None:
    return row.values_list(*(name.lstrip("-") for name in order)).first()


def _cut(
    queryset: QuerySet[M],
    order: Sequence[str],
    edge: tuple[Any, ...] | None,
    backwards: bool,
    size: int,
    *,
    name_of: Callable[[M], str],
) -> Page[M]:
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
        next_cursor=f"f{name_of(rows[-1])}" if rows and (more or backwards) else None,
        previous_cursor=f"b{name_of(rows[0])}" if rows and edge and (more or not backwards) else None,
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
