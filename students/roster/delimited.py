"""CSV as schools have it.

UTF-8 with or without mark, GB 18030 from an older Excel or WPS, UTF-16; comma, semicolon, tab.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from students.roster.cells import Cell, Kept, Limits, Row
from students.roster.messages import FileRefused
from students.roster.workbook import MAX_TEXT

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 20
_CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r\f\x1a")


def decode(data: bytes) -> str:
    """The text of a CSV file. Raises FileRefused when no usual encoding fits.

    GB 18030 comes last: nearly any bytes can be read as it, so what it yields is looked at for control
    characters, which a binary file has and a roster hasn't.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _checked(_attempt(data, encoding))
    if b"\0" in data[:4096]:
        even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        return _checked(_attempt(data, "utf-16-be" if even > odd else "utf-16-le"))
    for encoding in ("utf-8", "gb18030"):
        text = _attempt(data, encoding)
        if text is not None:
            return _checked(text)
    raise FileRefused("unknown-encoding")


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str | None) -> str:
    if text is None or any(character in _CONTROL for character in text):
        raise FileRefused("unknown-encoding")
    return text


def rows_of(text: str, limits: Limits) -> Iterator[Row]:
    """The rows that hold anything; numbers count records, as a spreadsheet shows them."""
    body, delimiter = _split_hint(text)
    number = 0 if body is text else 1
    rows_with_data = 0
    try:
        for record in csv.reader(io.StringIO(body, newline=""), delimiter=delimiter):
            number += 1
            cells = tuple(map(_cell, record))
            if any(cell is not None for cell in cells[limits.columns :]):
                raise FileRefused("too-many-columns", limit=limits.columns)
            if not any(cell is not None for cell in cells):
                continue
            rows_with_data += 1
            if rows_with_data > limits.rows:
                raise FileRefused("too-many-rows", limit=limits.rows)
            yield Row(number, cells[: limits.columns])
    except csv.Error as error:
        raise FileRefused("damaged") from error


def _split_hint(text: str) -> tuple[str, str]:
    """Excel's `sep=;` line, or the delimiter that the first lines use most evenly."""
    first, _, rest = text.partition("\n")
    hint = first.strip().strip('"')
    if len(hint) == 5 and hint.lower().startswith("sep=") and hint[4] in _DELIMITERS:
        return rest, hint[4]
    lines = [line for line in text[: 1 << 16].splitlines()[:_SAMPLE_LINES] if line.strip()]
    return text, max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))


def _cell(text: str) -> Cell:
    if len(text) > MAX_TEXT:
        raise FileRefused("damaged")
    stripped = text.strip()
    if not stripped:
        return None
    return Kept.FORMULA if stripped.startswith("=") else text
