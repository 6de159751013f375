"""What a cell may hold once a file has been read: a plain value, or a marker for what is kept out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum


class Kept(Enum):
    """A cell whose content is kept out: neither a formula nor the value cached for it is held."""

    FORMULA = "formula"
    ERROR = "error"


Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | Kept | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its number as the spreadsheet shows it, and its cells from column A on."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused. Django fills these from settings."""

    rows: int = 50_000
    columns: int = 200
    sheets: int = 50
    entries: int = 2_000
    unpacked_bytes: int = 300 * 1024 * 1024
    ratio: int = 200
    ratio_from_bytes: int = 16 * 1024 * 1024


def column_letter(index: int) -> str:
    """`0` → `A`, `26` → `AA`.

    >>> column_letter(51)
    'AZ'
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
