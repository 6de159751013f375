"""Which column is what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from students.roster import aliases
from students.roster.cells import Row, column_letter
from students.roster.messages import Issue, Level, Param
from students.roster.text import clean_text, half_width
from students.roster.values import as_text

MEMBERS = 4
MAX_LABEL = 60  # no heading is longer; the patterns below would take long over a cell of 32,000 colons

_MEMBER = re.compile(
    r"(?P<word>家庭成员|成员|家长|监护人|紧急联系人|联系人|guardian|parent|member|contact)\s*(?P<number>[1-4一二三四])?\s*[:\-_.]?\s*(?P<rest>.*)"
)
_RELATION = re.compile(r"(?P<word>父亲|母亲|爸爸|妈妈|father|mother)(?:的|'s)?\s*(?P<rest>.*)")
_RELATION_OF = {
    "父亲": "父亲",
    "爸爸": "父亲",
    "father": "父亲",
    "母亲": "母亲",
    "妈妈": "母亲",
    "mother": "母亲",
}
_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_NOISE = re.compile(r"[*＊:：\s]+$|^[*＊\s]+|[(\[][^)\]]*(?:必填|选填|required|optional|格式|如)[^)\]]*[)\]]")

_BY_ALIAS = {alias: key for key, words in aliases.PUPIL.items() for alias in words}
_MEMBER_BY_ALIAS = {alias: key for key, words in aliases.MEMBER.items() for alias in words}


class Use(StrEnum):
    """What becomes of a column."""

    IMPORTED = "imported"
    NOT_STORED = "not-stored"
    UNKNOWN = "unknown"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: where it stands, what is written over it, what it was taken for."""

    index: int
    text: str
    use: Use
    key: str = ""

    @property
    def letter(self) -> str:
        """The column's letter in the spreadsheet."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Header:
    """The header row, understood."""

    row: int
    columns: tuple[Column, ...]
    implied_relations: dict[int, str] = field(default_factory=dict)

    def by_key(self) -> dict[str, Column]:
        """The imported columns by what they are."""
        return {column.key: column for column in self.columns if column.use is Use.IMPORTED}

    def to_json(self) -> dict[str, Any]:
        """A form that survives JSON; `from_json` reads it back."""
        return {"row": self.row, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Header:
        """The header that `to_json` wrote."""
        columns = (Column(**{**column, "use": Use(column["use"])}) for column in data["columns"])
        return cls(data["row"], tuple(columns))

    def missing(self) -> list[str]:
        """The required columns that aren't there: the name, and the class (or the grade)."""
        keys = {column.key for column in self.columns}
        lacking = []
        if "name" not in keys:
            lacking.append(f"{aliases.PUPIL['name'][0]} (name)")
        if not keys & {"class", "grade"}:
            lacking.append(f"{aliases.PUPIL['class'][0]} (class)")
        return lacking


def issue_at(
    columns: Mapping[str, Column], level: Level, row: int, key: str, code: str, params: dict[str, Param]
) -> Issue:
    """An issue at the cell of a row that holds `key`; at the whole row when the file has no such column."""
    column = columns.get(key)
    if column is None:
        return Issue(level, row, None, "", code, params)
    return Issue(level, row, column.index, column.text, code, params)


def find(rows: Sequence[Row]) -> Header | None:
    """The header among the first rows: the row with the most names that are known, at least two of them."""
    best: Header | None = None
    best_score = 1
    for position, row in enumerate(rows):
        above = rows[position - 1] if position and rows[position - 1].number == row.number - 1 else None
        header = recognise(row, above)
        score = sum(column.use in {Use.IMPORTED, Use.NOT_STORED} for column in header.columns)
        if score > best_score:
            best, best_score = header, score
    return best


def recognise(row: Row, above: Row | None = None) -> Header:
    """Understand a header row; `above` lends group names (成员1 over 姓名) and names merged over two rows."""
    taken: set[str] = set()
    columns: list[Column] = []
    relations: dict[int, str] = {}
    for index, text in enumerate(_labels(row, above)):
        if not text:
            continue
        key, relation = _key(normalise(text), taken)
        if relation:
            relations[int(key[6])] = relation
        use = Use.IMPORTED if key else _other_use(normalise(text))
        if key and key in taken:
            use = Use.REPEATED
        taken.add(key)
        columns.append(Column(index, text, use, key if use is Use.IMPORTED else ""))
    return Header(row.number, tuple(columns), relations)


def normalise(text: str) -> str:
    """A header without stars, colons, hints in brackets, case and line breaks."""
    plain = _NOISE.sub("", half_width(clean_text(text)).lower())
    # 姓 名 and 身份 证号 are set apart for looks; English words keep their space.
    return plain if plain.isascii() else plain.replace(" ", "")


def _labels(row: Row, above: Row | None) -> list[str]:
    own = [as_text(cell)[:MAX_LABEL] for cell in row.cells]
    if above is None:
        return own
    over = [as_text(cell)[:MAX_LABEL] for cell in above.cells]
    if sum(bool(text) for text in over) < 2:
        return own  # a title, not a group row
    width = max(len(own), len(over))
    own += [""] * (width - len(own))
    over += [""] * (width - len(over))
    group = ""
    labels = []
    for mine, parent in zip(own, over, strict=True):
        group = parent or group
        is_member = _MEMBER.fullmatch(normalise(group)) is not None
        labels.append(f"{group}{mine}" if mine and is_member else mine or parent)
    return labels


def _key(text: str, taken: set[str]) -> tuple[str, str]:
    """The key of a header, and the relation it implies (母亲电话 is the phone of the mother)."""
    if text in _BY_ALIAS:
        return _BY_ALIAS[text], ""
    if match := _MEMBER.fullmatch(text):
        part = _MEMBER_BY_ALIAS.get(match["rest"])
        number = match["number"] or "1"
        return (f"member{_DIGITS.get(number, number)}.{part}", "") if part else ("", "")
    if match := _RELATION.fullmatch(text):
        part = _MEMBER_BY_ALIAS.get(match["rest"])
        relation = _RELATION_OF[match["word"]]
        return (f"member{1 if relation == '父亲' else 2}.{part}", relation) if part else ("", "")
    return "", ""


def _other_use(text: str) -> Use:
    member = _MEMBER.fullmatch(text)
    if text in aliases.NOT_STORED or (member and member["rest"] in aliases.MEMBER_NOT_STORED):
        return Use.NOT_STORED
    return Use.UNKNOWN
