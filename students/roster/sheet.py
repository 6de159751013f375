"""The rows of one worksheet, as a stream. A formula leaves a marker, not its text nor its cached value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from students.roster import xml
from students.roster.cells import Cell, Kept, Limits, Row
from students.roster.container import Container
from students.roster.messages import FileRefused
from students.roster.workbook import TextCollector, Workbook

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]{1,40}")
_DAYS_1904 = 1462


def rows_of(container: Container, part: str, book: Workbook, limits: Limits) -> Iterator[Row]:
    """The rows that hold anything. Raises FileRefused on damage and beyond the limits."""
    reader = _SheetReader(book, limits)
    for chunk in container.chunks(part):
        reader.feed(chunk)
        yield from reader.take()
    reader.close()
    yield from reader.take()


class _SheetReader:
    """Collects cells from XML events; a row is ready when its element ends."""

    def __init__(self, book: Workbook, limits: Limits) -> None:
        self._book = book
        self._limits = limits
        self._feed = xml.Feed(self._start, self._end, self._text)
        self._ready: list[Row] = []
        self._rows_with_data = 0
        self._row = 0
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._type = "n"
        self._style = 0
        self._value: list[str] = []
        self._in_value = False
        self._has_formula = False
        self._inline = TextCollector()

    def feed(self, chunk: bytes) -> None:
        self._feed.feed(chunk)

    def close(self) -> None:
        self._feed.close()

    def take(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def _start(self, name: str, attributes: xml.Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._in_value = True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._start_row(attributes)
        else:
            self._inline.start(name)

    def _text(self, data: str) -> None:
        if self._in_value:
            self._value.append(data)
        else:
            self._inline.text(data)

    def _end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        else:
            self._inline.end(name)

    def _start_row(self, attributes: xml.Attributes) -> None:
        written = attributes.get("r", "")
        number = (
            int(written) if written.isascii() and written.isdigit() and len(written) < 8 else self._row + 1
        )
        if not self._row < number <= LAST_ROW:
            raise FileRefused("damaged")
        self._row = number
        self._column = -1
        self._cells = {}

    def _start_cell(self, attributes: xml.Attributes) -> None:
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_index(match[1]) if match else self._column + 1
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isascii() and style.isdigit() and len(style) < 10 else 0
        self._has_formula = False

    def _end_cell(self) -> None:
        raw = "".join(self._value)
        self._value.clear()
        inline = self._inline.take()
        if self._column >= self._limits.columns:
            # Formatting often runs to column XFD; only content beyond the limit is a reason to refuse.
            if raw.strip() or inline.strip():
                raise FileRefused("too-many-columns", limit=self._limits.columns)
            return
        cell: Cell = Kept.FORMULA if self._has_formula else self._convert(raw, inline)
        if cell is not None and cell != "":
            self._cells[self._column] = cell

    def _end_row(self) -> None:
        if not self._cells:
            return
        self._rows_with_data += 1
        if self._rows_with_data > self._limits.rows:
            raise FileRefused("too-many-rows", limit=self._limits.rows)
        width = max(self._cells) + 1
        self._ready.append(Row(self._row, tuple(map(self._cells.get, range(width)))))

    def _convert(self, raw: str, inline: str) -> Cell:
        if self._type == "inlineStr":
            return inline
        if not raw:
            return None
        if self._type == "s":
            return self._shared(raw)
        if self._type == "n":
            return self._figure(raw)
        if self._type == "b":
            return raw.strip() in {"1", "true"}
        if self._type == "e":
            return Kept.ERROR
        return raw  # "str" (text of a formula, handled above) and "d" (ISO date, read as text)

    def _shared(self, raw: str) -> Cell:
        index = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
        if not 0 <= index < len(self._book.texts):
            raise FileRefused("damaged")
        return self._book.texts[index]

    def _figure(self, raw: str) -> Cell:
        text = raw.strip()
        if not _NUMBER.fullmatch(text):
            return Kept.ERROR
        figure: int | float = int(text) if text.lstrip("+-").isdigit() else float(text)
        if self._style not in self._book.date_styles:
            return figure
        return from_serial(figure, from_1904=self._book.from_1904) or Kept.ERROR


def column_index(letters: str) -> int:
    """`A` → 0, `AZ` → 51. Beyond Excel's last column the file is damaged."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    if index > LAST_COLUMN:
        raise FileRefused("damaged")
    return index - 1


def from_serial(figure: float, *, from_1904: bool) -> dt.datetime | None:
    """A date cell's day number as a date and time, or None outside the calendar."""
    days = figure + (_DAYS_1904 if from_1904 else 0)
    if not 0 < days < 2_958_466:
        return None
    midnight = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's dates have no zone
    return (midnight + dt.timedelta(days=days)).replace(microsecond=0)
