"""The small parts of an .xlsx file: its sheets, the shared texts, which number formats are dates."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from students.roster import xml
from students.roster.container import Container
from students.roster.messages import FileRefused

# ECMA-376 part 1, 18.8.30: the built-in formats that show a date (27–36 and 50–58 are the East Asian ones).
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTERS = re.compile(r"[ymdeYMDE年月日]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Relations = dict[str, tuple[str, str]]
MAX_TEXT = 32_767  # what a cell can hold in Excel


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet that a person sees: its name and the part that holds its rows."""

    name: str
    part: str


@dataclass(slots=True)
class Workbook:
    """What is needed to read the rows of any sheet."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    date_styles: frozenset[int] = frozenset()
    from_1904: bool = False


def open_workbook(container: Container, max_sheets: int) -> Workbook:
    """Read the directory of a workbook. Hidden sheets are named but never read."""
    main = _main_part(container)
    targets = _relations(container, main)
    book = Workbook()
    _list_sheets(container, main, targets, book)
    if len(book.sheets) > max_sheets:
        raise FileRefused("too-many-parts")
    by_kind = dict(targets.values())
    if by_kind.get("sharedStrings", "") in container:
        book.texts = _shared_texts(container, by_kind["sharedStrings"])
    if by_kind.get("styles", "") in container:
        book.date_styles = _date_styles(container, by_kind["styles"])
    return book


def _list_sheets(container: Container, main: str, targets: Relations, book: Workbook) -> None:
    """The sheets in their order; a part that two names point at is listed once."""
    seen: set[str] = set()

    def on_start(name: str, attributes: xml.Attributes) -> None:
        if name == "workbookPr":
            book.from_1904 = attributes.get("date1904", "0") in {"1", "true"}
        if name != "sheet":
            return
        kind, part = targets.get(xml.attribute(attributes, "id") or "", ("", ""))
        if kind != "worksheet" or part not in container or part in seen:
            return
        seen.add(part)
        title = attributes.get("name", "")[:100]
        if attributes.get("state", "visible") == "visible":
            book.sheets.append(Sheet(title, part))
        else:
            book.hidden.append(title)

    xml.parse(container.chunks(main), on_start)


def _main_part(container: Container) -> str:
    """The workbook's own part, found by the package's relations (it needn't be called xl/workbook.xml)."""
    if "_rels/.rels" in container:
        for kind, part in _relations(container, "").values():
            if kind == "officeDocument" and part in container:
                return part
    if "xl/workbook.xml" in container:
        return "xl/workbook.xml"
    raise FileRefused("damaged")


def _relations(container: Container, part: str) -> Relations:
    """The relations of a part: id → (kind, part name)."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: Relations = {}

    def on_start(tag: str, attributes: xml.Attributes) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "")
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    if source in container:
        xml.parse(container.chunks(source), on_start)
    return found


def _shared_texts(container: Container, part: str) -> list[str]:
    texts: list[str] = []
    collector = TextCollector()

    def on_end(name: str) -> None:
        if name == "si":
            texts.append(collector.take())
        else:
            collector.end(name)

    xml.parse(container.chunks(part), lambda name, _: collector.start(name), on_end, collector.text)
    return texts


class TextCollector:
    """The text of a string item: its `t` elements, rich runs joined, the phonetic guide (`rPh`) left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._is_open = False
        self._in_phonetic = False

    def start(self, name: str) -> None:
        if name == "t":
            self._is_open = not self._in_phonetic
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._is_open = False
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        if self._is_open:
            self._pieces.append(data)

    def take(self) -> str:
        """The text so far; the collector is empty again."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return unescape(text)


def unescape(text: str) -> str:
    """`_x000D_` and the like back to their character; a text over Excel's own limit is damage."""
    if len(text) > MAX_TEXT * 7:
        raise FileRefused("damaged")
    if "_x" not in text:
        return text
    return _ESCAPED.sub(
        lambda match: chr(int(match[1], 16)) if not 0xD800 <= int(match[1], 16) < 0xE000 else "", text
    )


def _date_styles(container: Container, part: str) -> frozenset[int]:
    """The cell styles whose number format shows a date."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    where: list[str] = []

    def on_start(name: str, attributes: xml.Attributes) -> None:
        where.append(name)
        if name == "numFmt":
            formats[_int(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in where:
            styles.append(_int(attributes.get("numFmtId")))

    def on_end(_: str) -> None:
        where.pop()

    xml.parse(container.chunks(part), on_start, on_end)
    return frozenset(
        index
        for index, number in enumerate(styles)
        if number in _DATE_FORMATS or _is_date_code(formats.get(number, ""))
    )


def _is_date_code(code: str) -> bool:
    return (
        bool(_DATE_LETTERS.search(_QUOTED.sub("", code.partition(";")[0]))) and "general" not in code.lower()
    )


def _int(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else 0
