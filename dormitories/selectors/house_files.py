"""What a sheet of rooms would do to a school, row by row, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dormitories.models import Building, HouseFile, Room
from students.roster.messages import FileRefused
from students.selectors import roster_words


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


MESSAGES = {
    "formula": gettext_lazy("A formula stands here. Formulas are never calculated; write the value."),
    "building-missing": gettext_lazy("The house is missing."),
    "room-missing": gettext_lazy("The room is missing."),
    "too-long": gettext_lazy("This is too long: %(value)s"),
    "sex": gettext_lazy("Write 男 or 女, not “%(value)s”."),
    "floor": gettext_lazy("The floor is a number from 1 to 12, not “%(value)s”."),
    "beds": gettext_lazy("A room has 1 to 24 beds, not “%(value)s”."),
    "grades": gettext_lazy("The grades are two numbers from 1 to 9, the lower first: %(value)s"),
    "yes-or-no": gettext_lazy("Write 是 or 否, not “%(value)s”."),
    "area": gettext_lazy("The area is a number of square metres, not “%(value)s”."),
    "twice": gettext_lazy("This room stands in the file twice."),
    "two-sexes": gettext_lazy("The file has this house once for girls and once for boys."),
    "other-sex": gettext_lazy("This house is for the other sex already."),
    "known": gettext_lazy("This room is set up already; it stays as it is."),
}


@dataclass(frozen=True)
class JudgedRow:
    """A row of the sheet with its verdict and what to say of it."""

    row: dict[str, Any]
    verdict: Verdict
    messages: list[str]


@dataclass(frozen=True)
class FilePage:
    """The dry run: each row, and how many there are of each kind."""

    rows: list[JudgedRow]
    new: int
    known: int
    refused: int


def file_page(file: HouseFile) -> FilePage:
    """The rows of a file as the school is now: two queries, however many rows."""
    rows = judged_rows(file)
    counts = Counter(one.verdict for one in rows)
    return FilePage(rows, counts[Verdict.NEW], counts[Verdict.KNOWN], counts[Verdict.REFUSED])


def judged_rows(file: HouseFile) -> list[JudgedRow]:
    """Each row with what would become of it now."""
    sexes = dict(Building.objects.filter(school_id=file.school_id, closed_on=None).values_list("name", "sex"))
    standing = set(
        Room.objects.filter(school_id=file.school_id, building__closed_on=None).values_list(
            "building__name", "number"
        )
    )
    said: dict[str, set[str]] = {}
    for row in file.rows:
        said.setdefault(row["building"], set()).add(row["sex"])
    seen: set[tuple[str, str]] = set()
    judged = []
    for row in file.rows:
        judged.append(_judge(row, sexes, standing, seen, len(said[row["building"]] - {""}) > 1))
        seen.add((row["building"], row["room"]))
    return judged


def _judge(
    row: dict[str, Any],
    sexes: dict[str, str],
    standing: set[tuple[str, str]],
    seen: set[tuple[str, str]],
    mixed: bool,
) -> JudgedRow:
    place = (row["building"], row["room"])
    issues = [tuple(issue) for issue in row["issues"]]
    if place in seen and all(place):
        issues.append(("twice", ""))
    if mixed:
        issues.append(("two-sexes", ""))
    elif sexes.get(row["building"], row["sex"]) != row["sex"] and row["sex"]:
        issues.append(("other-sex", ""))
    messages = [str(MESSAGES[code]) % {"value": value} for code, value in issues]
    if messages:
        return JudgedRow(row, Verdict.REFUSED, messages)
    if place in standing:
        return JudgedRow(row, Verdict.KNOWN, [str(MESSAGES["known"])])
    return JudgedRow(row, Verdict.NEW, [])


def say_refusal(refusal: FileRefused) -> str:
    """Why a file was refused whole."""
    if refusal.code == "no-header":
        return _("No row names the columns: 楼栋, 男女, 楼层, 房间, 床位数 must be there.")
    if refusal.code == "missing-columns":
        return _("A column is missing: %(columns)s") % {"columns": refusal.params["columns"]}
    return roster_words.say_file_error({"code": refusal.code, "params": refusal.params})
