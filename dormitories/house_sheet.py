"""A sheet of rooms: one row a room, in the columns of `COLUMNS`. Reads the file; asks the database nothing.

The file itself is read by the roster's reader, which knows what a hostile file looks like.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from students.roster import container, delimited, reading, sheet, text, workbook
from students.roster.cells import Cell, Kept, Limits, Row
from students.roster.messages import FileRefused

MOST_ROWS = 1_000
HEADER_ROWS = 10
LIMITS = Limits(rows=MOST_ROWS + HEADER_ROWS, columns=40, sheets=20)

# The first name of each is what the pattern file says.
COLUMNS: dict[str, tuple[str, ...]] = {
    "building": ("楼栋", "宿舍楼", "楼名", "building", "house"),
    "sex": ("男女", "性别", "for", "sex"),
    "floor": ("楼层", "层", "floor"),
    "room": ("房间", "房号", "房间号", "宿舍", "宿舍号", "room"),
    "beds": ("床位数", "床位", "床数", "beds"),
    "grade_from": ("最低年级", "年级从", "from grade", "grade from"),
    "grade_to": ("最高年级", "年级到", "to grade", "grade to"),
    "near_warden": ("靠近宿管", "近宿管", "near the warden", "near warden"),
    "accessible": ("无障碍", "without steps", "accessible"),
    "area": ("面积", "area", "m²"),
}
REQUIRED = ("building", "sex", "floor", "room", "beds")
_SEXES = {"男": "male", "男生": "male", "male": "male", "boys": "male", "m": "male"} | {
    "女": "female", "女生": "female", "female": "female", "girls": "female", "f": "female"
}  # fmt: skip
_YES, _NO = {"是", "有", "yes", "y", "true", "1", "√"}, {"", "否", "无", "no", "n", "false", "0"}
_GRADES = {name: number for number, name in enumerate("一二三四五六七八九", start=1)}
_NUMBER = re.compile(r"\d{1,3}")


@dataclass(slots=True)
class RoomRow:
    """One row of the sheet; `issues` are codes with their values, put into words by selectors.house_files."""

    number: int
    building: str = ""
    sex: str = ""
    floor: int = 0
    room: str = ""
    beds: int = 0
    grade_from: int | None = None
    grade_to: int | None = None
    near_warden: bool = False
    accessible: bool = False
    area: str = ""
    issues: list[list[str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def refuse(self, code: str, value: str = "") -> None:
        self.issues.append([code, value[:40]])


def read(content: bytes) -> list[RoomRow]:
    """The rooms of a file, each with what can't be read in it.

    Raises FileRefused when the file is none, is damaged, or its columns aren't there.
    """
    reading.refuse_obvious(content, LIMITS)
    rows = _rows(content)
    for place, row in enumerate(rows[:HEADER_ROWS]):
        columns = _columns(row)
        if {"building", "room"} <= columns.keys():
            missing = [COLUMNS[name][0] for name in REQUIRED if name not in columns]
            if missing:
                raise FileRefused("missing-columns", sheet="", columns=", ".join(missing))
            found = [_room(one, columns) for one in rows[place + 1 :]]
            return [one for one in found if one.building or one.room]
    raise FileRefused("no-header", limit=HEADER_ROWS)


def _rows(content: bytes) -> list[Row]:
    if not content.startswith(b"PK"):
        return list(delimited.rows_of(delimited.decode(content), LIMITS))
    unpacked = container.Container(content, LIMITS)
    book = workbook.open_workbook(unpacked, LIMITS.sheets)
    if not book.sheets:
        raise FileRefused("no-header", limit=HEADER_ROWS)
    return list(sheet.rows_of(unpacked, book.sheets[0].part, book, LIMITS))


def _columns(row: Row) -> dict[str, int]:
    names = {name: key for key, known in COLUMNS.items() for name in known}
    found: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        key = names.get(_text(cell).lower().rstrip("*"))
        if key is not None:
            found.setdefault(key, index)
    return found


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, Kept):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return text.half_width(text.clean_text(str(cell)))


def _room(row: Row, columns: dict[str, int]) -> RoomRow:
    said = {
        name: _text(row.cells[index]) if index < len(row.cells) else "" for name, index in columns.items()
    }
    found = RoomRow(row.number, building=said["building"], room=said["room"].upper())
    if any(row.cells[index] is Kept.FORMULA for index in columns.values() if index < len(row.cells)):
        found.refuse("formula")
    _names(found)
    found.sex = _SEXES.get(said["sex"].lower(), "")
    if not found.sex:
        found.refuse("sex", said["sex"])
    found.floor = _number(found, "floor", said["floor"], 12)
    found.beds = _number(found, "beds", said["beds"], 24)
    _grades(found, said.get("grade_from", ""), said.get("grade_to", ""))
    found.near_warden = _yes(found, said.get("near_warden", ""))
    found.accessible = _yes(found, said.get("accessible", ""))
    found.area = _area(found, said.get("area", ""))
    return found


def _names(found: RoomRow) -> None:
    if not found.building:
        found.refuse("building-missing")
    if not found.room:
        found.refuse("room-missing")
    for name, longest in (("building", 40), ("room", 10)):
        if len(getattr(found, name)) > longest:
            found.refuse("too-long", getattr(found, name))
            setattr(found, name, getattr(found, name)[:longest])


def _number(found: RoomRow, code: str, said: str, most: int) -> int:
    plain = said.removesuffix("层").removesuffix("楼")
    value = _GRADES.get(plain) or (int(plain) if _NUMBER.fullmatch(plain) and plain.isascii() else 0)
    if not 1 <= value <= most:
        found.refuse(code, said)
        return 0
    return value


def _grades(found: RoomRow, low: str, high: str) -> None:
    if not low and not high:
        return
    read_low, read_high = (_grade(one) for one in (low or high, high or low))
    if read_low is None or read_high is None or read_low > read_high:
        found.refuse("grades", f"{low} – {high}")
        return
    found.grade_from, found.grade_to = read_low, read_high


def _grade(said: str) -> int | None:
    plain = said.removesuffix("年级")
    return _GRADES.get(plain) or (int(plain) if plain in set("123456789") else None)


def _yes(found: RoomRow, said: str) -> bool:
    if said.lower() in _YES:
        return True
    if said.lower() not in _NO:
        found.refuse("yes-or-no", said)
    return False


def _area(found: RoomRow, said: str) -> str:
    if not said:
        return ""
    try:
        area = Decimal(said.removesuffix("m²").removesuffix("㎡").strip())
    except InvalidOperation:
        area = Decimal(0)
    if not area.is_finite() or not Decimal("0.1") <= area < 1000:
        found.refuse("area", said)
        return ""
    return str(area.quantize(Decimal("0.1")))


__all__ = ["COLUMNS", "FileRefused", "RoomRow", "read"]
