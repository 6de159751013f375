"""Cells of files that people open in a spreadsheet: whatever somebody typed stays text (ASVS 5.0.0 1.2.10).

A name that begins with `=` would otherwise be worked out as a formula on the reader's machine. Every download
of rows goes through `write_csv` or `write_xlsx`; nothing else in the program writes such files.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What makes a program work a cell out; the wide forms become these when a Chinese keyboard's user edits it.
_LIVE = frozenset("=+-@|%\N{MINUS SIGN}")
_LIVE_WHEN_FIRST = frozenset("\t\r\n\0")
_BLANK_LETTERS = frozenset("\u2800\u3164\u115f\u1160\uffa0")  # letters and signs that show nothing
_MOST = 32_767  # characters in a spreadsheet's cell


def safe(value: object) -> str | int | float | Decimal:
    """The value as a cell may hold it: numbers stay numbers, all else is text that no program works out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return _safe_text(str(value))


def _safe_text(text: str) -> str:
    is_live = text[:1] in _LIVE_WHEN_FIRST if text else False
    shown = ILLEGAL_CHARACTERS_RE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if is_live or _first_seen(shown) in _LIVE:
        shown = "'" + shown
    return shown[:_MOST]


def _first_seen(text: str) -> str:
    """The first character that shows, in its plain form."""
    for character in text:
        if character not in _BLANK_LETTERS and unicodedata.category(character)[0] not in "CZM":
            return unicodedata.normalize("NFKC", character)[:1]
    return ""


def write_csv(head: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file as Excel and WPS read it: UTF-8 with mark, every cell quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([safe(value) for value in head])
    writer.writerows([safe(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; rows may be of any length."""

    title: str
    head: Sequence[object]
    rows: Iterable[Sequence[object]]
    widths: Sequence[int] = ()


def write_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of texts and numbers, never a formula; the head stays in sight."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(book: Any, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title[:31])
    page.freeze_panes = "A2"
    for index, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    page.append([_cell(page, value, bold=True) for value in sheet.head])
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: object, *, bold: bool = False) -> WriteOnlyCell:
    """A text cell says that it is text, also when it is edited later."""
    made = safe(value)
    cell = WriteOnlyCell(page, made)
    if isinstance(made, str):
        cell.data_type = "s"
        cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell
