"""One row of cells to one pupil, with everything worth saying about it on the way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from students import identity
from students.identity import Identity
from students.roster import text, values
from students.roster.cells import Cell, Kept, Row
from students.roster.headers import MEMBERS, Column, Header, issue_at
from students.roster.messages import FileRefused, Issue, Level, Param
from students.roster.values import ClassRef

MAX_LENGTH = {
    "name": 80,
    "former_name": 80,
    "school_number": 30,
    "ethnicity": 30,
    "address": 200,
    "employer": 100,
}
OLDEST_AGE = 30  # adults in evening classes are not on these rosters
_RESIDENT_CARD = ("居民身份证", "身份证", "户口", "居民户口簿", "1")
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+")


@dataclass(slots=True)
class Member:
    """An adult named in the row. None and "" mean "not in the file: keep what there is"."""

    name: str
    relation: str
    phone: str = ""
    address: str = ""
    employer: str = ""
    is_guardian: bool | None = None


@dataclass(slots=True)
class Pupil:
    """What a row says about a pupil. `values` holds only what was given: a blank keeps what is stored."""

    row: int
    values: dict[str, str] = field(default_factory=dict)
    class_ref: ClassRef | None = None
    class_text: str = ""
    entry_month: str = ""
    members: list[Member] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A form that survives JSON; `from_json` reads it back."""
        return {  # spelled out: dataclasses.asdict copies deeply, and takes seconds over a large file
            "row": self.row,
            "values": self.values,
            "class_ref": [self.class_ref.grade, self.class_ref.number] if self.class_ref else None,
            "class_text": self.class_text,
            "entry_month": self.entry_month,
            "members": [
                [getattr(member, name) for name in Member.__dataclass_fields__] for member in self.members
            ],
        }

    def follow_identity(self) -> None:
        """Take sex and date of birth from the identity number, where a person decided that it is right."""
        found = identity.parse_identity(self.values.get("identity_number", ""))
        if isinstance(found, Identity):
            self.values["sex"] = "male" if found.is_male else "female"
            self.values["born_on"] = found.birth_on.isoformat()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Pupil:
        """The pupil that `to_json` wrote."""
        ref = data["class_ref"]
        return cls(
            row=data["row"],
            values=data["values"],
            class_ref=ClassRef(*ref) if ref else None,
            class_text=data["class_text"],
            entry_month=data["entry_month"],
            members=[Member(*member) for member in data["members"]],
        )


@dataclass(slots=True)
class Cleaned:
    """A cleaned row and its issues."""

    pupil: Pupil
    issues: list[Issue] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether any issue keeps the row out."""
        return any(issue.level is Level.REFUSED for issue in self.issues)


class Cleaner:
    """Cleans the rows under one header, on one day."""

    def __init__(self, header: Header, today: dt.date) -> None:
        self._header = header
        self._columns = header.by_key()
        self._today = today

    def clean(self, row: Row) -> Cleaned:
        """The pupil in a row. Never raises for bad content: it becomes an issue."""
        return _RowCleaner(row, self._columns, self._header.implied_relations, self._today).clean()

    def check_digits(self, rows: list[Row]) -> None:
        """Refuse the whole file when a spreadsheet made figures of identity or national numbers.

        A figure keeps 15 digits, so the last three of 18 are gone and no one can bring them back. In CSV
        the same shows as 5.3E+17, or as several numbers that end in 000 with a wrong check digit.
        """
        for key in ("identity_number", "national_number", "school_number"):
            column = self._columns.get(key)
            if column is None:
                continue
            zeroed: list[int] = []
            for row in rows:
                cell = row.cells[column.index] if column.index < len(row.cells) else None
                if _is_figure(cell):
                    raise _lost_digits(column, row.number)
                if _ends_zeroed(cell):
                    zeroed.append(row.number)
            if len(zeroed) > 1:
                raise _lost_digits(column, zeroed[0])


def _lost_digits(column: Column, row: int) -> FileRefused:
    return FileRefused("numbers-lost-digits", column=column.letter, header=column.text, row=row)


def _is_figure(cell: Cell) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= 1e15
    return isinstance(cell, str) and bool(_FIGURES.fullmatch(text.clean_code(cell)))


def _ends_zeroed(cell: Cell) -> bool:
    code = text.clean_code(cell) if isinstance(cell, str) else ""
    return len(code) == 18 and code.isdigit() and code.endswith("000") and not identity.has_valid_check(code)


class _RowCleaner:
    def __init__(
        self, row: Row, columns: dict[str, Column], relations: dict[int, str], today: dt.date
    ) -> None:
        self._row = row
        self._columns = columns
        self._relations = relations
        self._today = today
        self._pupil = Pupil(row.number)
        self._issues: list[Issue] = []
        self._identity: Identity | None = None

    def clean(self) -> Cleaned:
        self._keep_out()
        self._name()
        self._identity_number()
        self._national_number()
        self._born_on()
        self._sex()
        self._class()
        self._optional("boarding", values.parse_boarding, "boarding-unreadable")
        if health := values.parse_health(self._cell("health")):
            self._pupil.values["health"] = health
        self._hukou()
        for key in ("school_number", "ethnicity", "address"):
            self._plain(key)
        self._former_name()
        self._phone("phone", self._pupil.values)
        self._entry_month()
        for number in range(1, MEMBERS + 1):
            self._member(number)
        return Cleaned(self._pupil, self._issues)

    # --- cells and issues ---------------------------------------------------------------------

    def _cell(self, key: str) -> Cell:
        column = self._columns.get(key)
        if column is None or column.index >= len(self._row.cells):
            return None
        cell = self._row.cells[column.index]
        return None if isinstance(cell, Kept) else cell

    def _text(self, key: str) -> str:
        return values.as_text(self._cell(key))

    def _warn(self, key: str, code: str, **params: Param) -> None:
        self._say(Level.WARNING, key, code, params)

    def _refuse(self, key: str, code: str, **params: Param) -> None:
        self._say(Level.REFUSED, key, code, params)

    def _say(self, level: Level, key: str, code: str, params: dict[str, Param]) -> None:
        self._issues.append(issue_at(self._columns, level, self._row.number, key, code, params))

    def _keep_out(self) -> None:
        for key, column in self._columns.items():
            if column.index < len(self._row.cells) and isinstance(self._row.cells[column.index], Kept):
                cell = self._row.cells[column.index]
                self._warn(key, "formula" if cell is Kept.FORMULA else "error-value")

    # --- the pupil ----------------------------------------------------------------------------

    def _name(self) -> None:
        name = text.clean_name(self._text("name"))
        if not name:
            self._refuse("name", "name-missing")
        elif not text.has_letter(name):
            self._refuse("name", "name-without-letter")
        elif len(name) > MAX_LENGTH["name"]:
            self._refuse("name", "name-too-long", limit=MAX_LENGTH["name"])
        else:
            self._pupil.values["name"] = name
            if not text.is_usual_name(name):
                self._warn("name", "name-unusual", characters=text.unusual_characters(name))

    def _identity_number(self) -> None:
        code = text.clean_code(self._text("identity_number"))
        if not code:
            return
        kind = self._text("identity_kind")
        if kind and not kind.startswith(_RESIDENT_CARD):
            self._warn("identity_number", "identity-other-kind", kind=kind[:30])
            return
        found = identity.parse_identity(code)
        if not isinstance(found, Identity):
            params: dict[str, Param] = (
                {"length": len(code)} if found is identity.IdentityProblem.LENGTH else {}
            )
            self._refuse("identity_number", found.value, **params)
        elif found.birth_on > self._today:
            self._refuse("identity_number", "identity-future")
        else:
            self._identity = found
            self._pupil.values["identity_number"] = found.number

    def _national_number(self) -> None:
        code = text.clean_code(self._text("national_number"))
        if not code:
            return
        problem = identity.national_number_problem(code)
        if problem is None:
            self._pupil.values["national_number"] = code
        else:
            self._refuse("national_number", problem.value)

    def _born_on(self) -> None:
        cell = self._cell("born_on")
        written = values.as_text(cell)
        if not written:
            if self._identity is not None:
                self._pupil.values["born_on"] = self._identity.birth_on.isoformat()
            return
        born_on = values.parse_date(cell)
        if born_on is None:
            self._refuse("born_on", "birth-unreadable", value=written[:30])
        elif born_on > self._today:
            self._refuse("born_on", "birth-future", value=born_on.isoformat())
        elif born_on.year < self._today.year - OLDEST_AGE:
            self._refuse("born_on", "birth-too-early", value=born_on.isoformat())
        else:
            self._pupil.values["born_on"] = born_on.isoformat()
            if self._identity is not None and self._identity.birth_on != born_on:
                said = self._identity.birth_on.isoformat()
                self._warn("born_on", "birth-contradicts", value=born_on.isoformat(), identity=said)

    def _sex(self) -> None:
        cell = self._cell("sex")
        said = None if self._identity is None else "male" if self._identity.is_male else "female"
        written = values.as_text(cell)
        if not written:
            if said is not None:
                self._pupil.values["sex"] = said
            return
        sex = values.parse_sex(cell)
        if sex is None:
            self._refuse("sex", "sex-unreadable", value=written[:30])
            return
        self._pupil.values["sex"] = sex
        if said is not None and said != sex:
            self._warn(
                "sex", "sex-contradicts", value=written[:30], identity="男" if said == "male" else "女"
            )

    def _class(self) -> None:
        written = self._text("class")
        grade = self._text("grade")
        self._pupil.class_text = (written if not grade or grade in written else grade + written)[:40]
        if not written and not grade:
            self._refuse("class", "class-missing")
            return
        cell = self._cell("class") if written else self._cell("grade")
        ref = values.parse_class(cell, self._cell("grade") if written else None)
        if ref is None:
            self._refuse("class", "class-unreadable", value=self._pupil.class_text)
        self._pupil.class_ref = ref

    def _entry_month(self) -> None:
        cell = self._cell("entry_month")
        written = values.as_text(cell)
        month = values.parse_month(cell) if written else None
        if month is not None:
            self._pupil.entry_month = month.isoformat()
        elif written:
            self._warn("entry_month", "month-unreadable", value=written[:30])

    def _optional(self, key: str, parse: Callable[[Cell], str | None], code: str) -> None:
        cell = self._cell(key)
        written = values.as_text(cell)
        if not written:
            return
        value = parse(cell)
        if value is None:
            self._warn(key, code, value=written[:30])
        else:
            self._pupil.values[key] = value

    def _hukou(self) -> None:
        hukou = values.parse_hukou(self._cell("hukou"))
        written = self._text("hukou")
        if hukou is not None:
            self._pupil.values["hukou"] = hukou
        elif written.isdecimal():
            self._warn("hukou", "hukou-code", value=written[:30])

    def _plain(self, key: str) -> None:
        value = text.half_width(self._text(key)) if key != "address" else self._text(key)
        if len(value) > MAX_LENGTH[key]:
            self._warn(key, "too-long", limit=MAX_LENGTH[key])
        elif value:
            self._pupil.values[key] = value

    def _former_name(self) -> None:
        name = text.clean_name(self._text("former_name"))
        if len(name) > MAX_LENGTH["former_name"]:
            self._warn("former_name", "too-long", limit=MAX_LENGTH["former_name"])
        elif name:
            self._pupil.values["former_name"] = name

    def _phone(self, key: str, into: dict[str, str]) -> None:
        cell = self._cell(key)
        written = values.as_text(cell)
        if not written:
            return
        numbers = values.parse_phones(cell)
        if numbers is None:
            self._warn(key, "phone-unreadable", value=written[:30])
            return
        if len(numbers) > 1:
            self._warn(key, "phone-more")
        into["phone"] = numbers[0]

    # --- the adults ---------------------------------------------------------------------------

    def _member(self, number: int) -> None:
        prefix = f"member{number}."
        name = text.clean_name(self._text(prefix + "name"))
        details: dict[str, str] = {}
        self._phone(prefix + "phone", details)
        for part in ("address", "employer"):
            value = self._text(prefix + part)
            if len(value) > MAX_LENGTH[part]:
                self._warn(prefix + part, "too-long", limit=MAX_LENGTH[part])
            elif value:
                details[part] = value
        if not name or not text.has_letter(name) or len(name) > MAX_LENGTH["name"]:
            if details.get("phone") or name:
                self._warn(
                    prefix + ("name" if prefix + "name" in self._columns else "phone"), "member-nameless"
                )
            return
        if any(member.name == name for member in self._pupil.members):
            self._warn(prefix + "name", "member-repeated")
            return
        relation = values.parse_relation(self._text(prefix + "relation") or self._relations.get(number, ""))
        is_guardian = values.parse_yes_no(self._cell(prefix + "is_guardian"))
        self._pupil.members.append(Member(name, relation, is_guardian=is_guardian, **details))
