"""A file's bytes to the table inside it: the content decides what it is, never its name or declared type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from students.roster import delimited, headers, sheet
from students.roster.cells import Limits, Row
from students.roster.container import Container
from students.roster.headers import Header
from students.roster.messages import FileRefused
from students.roster.workbook import Sheet, Workbook, open_workbook

HEADER_ROWS = 20
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
}
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version")


@dataclass(slots=True)
class Table:
    """The one table that is imported: header, rows (a stream, read once), and what was passed over."""

    sheet: str
    header: Header
    rows: Iterator[Row]
    other_sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)


def read_table(data: bytes, limits: Limits | None = None) -> Table:
    """Find the roster in a file.

    The first visible sheet whose header row names the required columns is read. Raises FileRefused with the
    way to mend the file; also while the rows are consumed, since damage and bombs show only then.
    """
    limits = limits or Limits()
    refuse_obvious(data, limits)
    if data.startswith(_ZIP):
        return _from_zip(data, limits)
    rows = delimited.rows_of(delimited.decode(data), limits)
    return _from_rows("CSV", rows)


def refuse_obvious(data: bytes, limits: Limits | None = None) -> None:
    """Refuse, without reading it, what can be seen to be no roster at the first glance."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FileRefused("empty")
    if data.startswith(_ZIP):
        _refuse_other_zips(Container(data, limits or Limits()))
    else:
        _refuse_foreign(data)


def _refuse_foreign(data: bytes) -> None:
    """Refuse, with the remedy, everything that is known not to be CSV."""
    if data.startswith(_OLE):
        # A password turns .xlsx into an OLE file with this stream name in its directory.
        is_locked = "EncryptedPackage".encode("utf-16-le") in data
        raise FileRefused("encrypted" if is_locked else "old-excel")
    if data.startswith(_OLD_BIFF):
        raise FileRefused("old-excel")
    for magic, kind in _FOREIGN.items():
        if data.startswith(magic):
            raise FileRefused("not-a-spreadsheet", kind=kind)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise FileRefused("web-page-excel")


def _from_zip(data: bytes, limits: Limits) -> Table:
    container = Container(data, limits)
    book = open_workbook(container, limits.sheets)
    chosen: Table | None = None
    others: list[str] = []
    refusal: FileRefused | None = None
    for candidate in book.sheets:
        try:
            table = _from_sheet(container, candidate, book, limits)
        except FileRefused as error:
            if error.code not in {"no-header", "missing-columns", "no-rows"}:
                raise
            refusal = error if refusal is None or refusal.code == "no-header" else refusal
            continue
        if chosen is None:
            chosen = table
        else:
            others.append(table.sheet)
    if chosen is None:
        raise refusal or FileRefused("no-header", limit=HEADER_ROWS)
    chosen.other_sheets = others
    chosen.hidden_sheets = book.hidden
    return chosen


def _from_sheet(container: Container, candidate: Sheet, book: Workbook, limits: Limits) -> Table:
    return _from_rows(candidate.name, sheet.rows_of(container, candidate.part, book, limits))


def _refuse_other_zips(container: Container) -> None:
    if "xl/workbook.bin" in container:
        raise FileRefused("other-spreadsheet", kind=".xlsb")
    if "mimetype" in container:
        raise FileRefused("other-spreadsheet", kind=".ods")
    if "index/document.iwa" in container:
        raise FileRefused("other-spreadsheet", kind="Numbers")
    for prefix, kind in (("word/", "Word"), ("ppt/", "PowerPoint")):
        if container.has_prefix(prefix):
            raise FileRefused("not-a-spreadsheet", kind=kind)
    if "[content_types].xml" not in container:
        raise FileRefused("not-a-spreadsheet", kind="ZIP")


def _from_rows(name: str, rows: Iterable[Row]) -> Table:
    """The table in a stream of rows: look for the header in the first rows, give back the ones under it."""
    stream = iter(rows)
    top = list(islice(stream, HEADER_ROWS))
    header = headers.find(top)
    if header is None:
        raise FileRefused("no-header", limit=HEADER_ROWS)
    missing = header.missing()
    if missing:
        raise FileRefused("missing-columns", sheet=name, columns=", ".join(missing))
    under = [row for row in top if row.number > header.row]
    first = next(stream, None) if not under else None
    if not under and first is None:
        raise FileRefused("no-rows", sheet=name)
    return Table(name, header, chain(under, [first] if first else [], stream))
