"""Every sentence the import can say, in plain English with named gaps.

The pure package stores a code and parameters; `students.services.roster` puts the words into the reader's
language. `N_` marks the source for extraction (Babel knows the keyword) without translating here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Param = str | int


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "extract, don't translate"
    """Mark a text for translation and return it as it is."""
    return text


class Level(StrEnum):
    """How grave an issue is: a warning lets the row in, a refusal keeps it out."""

    WARNING = "warning"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Issue:
    """Something about one cell (or, with `column` None, about the whole row) that a person should see."""

    level: Level
    row: int
    column: int | None
    header: str
    code: str
    params: dict[str, Param] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English."""
        return ROW_MESSAGES[self.code] % self.params


class FileRefused(Exception):
    """The file can't be imported at all; the text says why and how to mend it."""

    def __init__(self, code: str, **params: Param) -> None:
        self.code = code
        self.params = params
        super().__init__(FILE_MESSAGES[code] % params)


FILE_MESSAGES: dict[str, str] = {
    "empty": N_("The file is empty. Choose the roster file again."),
    "too-large": N_(
        "The file is larger than %(limit)s MB. Split the roster by grade and import the parts one by one."
    ),
    "old-excel": N_(
        "This is an old Excel file (.xls). Open it in Excel or WPS, choose “Save as”, "
        "file type “Excel workbook (.xlsx)”, and import that file."
    ),
    "web-page-excel": N_(
        "This file is named like an Excel file but is a web page or XML inside. Open it in Excel or WPS, "
        "choose “Save as”, file type “Excel workbook (.xlsx)”, and import that file."
    ),
    "other-spreadsheet": N_(
        "This kind of spreadsheet can't be read (%(kind)s). Open it, choose “Save as”, "
        "file type “Excel workbook (.xlsx)”, and import that file."
    ),
    "not-a-spreadsheet": N_("This is not a spreadsheet (%(kind)s). Choose an .xlsx or .csv file."),
    "encrypted": N_("The file is protected by a password. Save a copy without password and import that."),
    "damaged": N_(
        "The file is damaged and can't be read. Open it in Excel or WPS, save it again as .xlsx, "
        "and try again."
    ),
    "unpacks-too-large": N_(
        "The file unpacks to far more data than a roster has. Copy the roster into a new, empty workbook "
        "and import that."
    ),
    "too-many-parts": N_(
        "The file has more parts than a roster has. Copy the roster into a new, empty workbook "
        "and import that."
    ),
    "too-many-rows": N_(
        "The file has more than %(limit)d rows. Split the roster by grade and import the parts one by one."
    ),
    "too-many-columns": N_(
        "The table is wider than %(limit)d columns. Remove the columns that aren't needed."
    ),
    "unknown-encoding": N_(
        "The text of the file can't be read. Save it as .xlsx, or as CSV in UTF-8, and try again."
    ),
    "no-header": N_(
        "No row with column names was found in the first %(limit)d rows. One row must name the columns, "
        "for example: 姓名, 性别, 出生日期, 身份证件号, 班号."
    ),
    "missing-columns": N_("The table on sheet “%(sheet)s” lacks a required column: %(columns)s."),
    "no-rows": N_("There are column names but no pupils under them on sheet “%(sheet)s”."),
    "numbers-lost-digits": N_(
        "Column %(column)s (“%(header)s”): a spreadsheet turned the numbers into figures and their last "
        "digits are lost (first in row %(row)d). Format the column as text, paste the numbers again from the "
        "source, and import the file again. Nothing was imported."
    ),
}

ROW_MESSAGES: dict[str, str] = {
    "formula": N_("A formula stands here. Formulas are never calculated; the cell was kept out."),
    "error-value": N_("The cell shows a spreadsheet error; it was kept out."),
    "too-long": N_("The text is longer than %(limit)d characters; it was kept out."),
    "name-too-long": N_("The name is longer than %(limit)d characters."),
    "name-missing": N_("The name is missing."),
    "name-without-letter": N_("This is not a name: it has no letter."),
    "name-unusual": N_("The name contains unusual characters: %(characters)s. It was kept as written."),
    "birth-missing": N_("The date of birth is missing, and there is no identity number to take it from."),
    "birth-unreadable": N_("The date can't be read: %(value)s. Write it as 2013-09-01."),
    "birth-future": N_("The date of birth is in the future: %(value)s."),
    "birth-too-early": N_("The date of birth is too long ago for a pupil: %(value)s."),
    "birth-contradicts": N_(
        "The date of birth (%(value)s) contradicts the identity number (%(identity)s). "
        "Kept as written: please decide."
    ),
    "sex-missing": N_("The sex is missing, and there is no identity number to take it from."),
    "sex-unreadable": N_("The sex can't be read: %(value)s. Write 男 or 女."),
    "sex-contradicts": N_(
        "The sex (%(value)s) contradicts the identity number, which says %(identity)s. "
        "Kept as written: please decide."
    ),
    "sex-has-bed": N_(
        "This changes the sex of a pupil who has a bed in a house. End the stay there first, "
        "then import again."
    ),
    "identity-length": N_("The identity number has %(length)d characters; it must have 18."),
    "identity-characters": N_("The identity number must be 17 digits and a digit or X."),
    "identity-check": N_(
        "The identity number is wrong: its last character doesn't fit the others (check digit)."
    ),
    "identity-birth": N_("The identity number contains a date of birth that doesn't exist."),
    "identity-future": N_("The identity number contains a date of birth in the future."),
    "identity-other-kind": N_("“%(kind)s” is not a resident identity card: its number was kept out."),
    "national-shape": N_("A national student number is G, J or L and 18 characters."),
    "national-check": N_(
        "The national student number is wrong: its last character doesn't fit the others (check digit)."
    ),
    "hukou-code": N_("%(value)s may mean rural or urban registration. Write it out; the cell was kept out."),
    "phone-unreadable": N_("This is not a phone number: %(value)s. The cell was kept out."),
    "member-nameless": N_("A family member without a name; kept out."),
    "member-repeated": N_("The same family member a second time; kept out."),
    "member-contradicts": N_(
        "%(name)s stands in an earlier row with other details; what is said there was taken."
    ),
    "phone-more": N_("More than one phone number; the first was taken."),
    "boarding-unreadable": N_(
        "“%(value)s” is neither boarding (住校) nor day (走读). The cell was kept out."
    ),
    "month-unreadable": N_("The month can't be read: %(value)s. Write it as 202609. The cell was kept out."),
    "class-missing": N_("The class is missing."),
    "class-unreadable": N_("The class can't be read: %(value)s. Write it as 三年级(2)班 or 0302."),
    "class-unknown": N_("There is no class “%(value)s” in this school. The nearest class is %(nearest)s."),
    "class-none": N_("There is no class “%(value)s”: this school has no classes yet. Add the classes first."),
    "class-number-missing": N_(
        "“%(value)s” names a grade with several classes. The nearest class is %(nearest)s."
    ),
    "duplicate": N_("The same pupil is already in row %(row)d; imported once."),
    "duplicate-differs": N_(
        "The same pupil is already in row %(row)d with other details (%(columns)s). Correct the file."
    ),
    "two-pupils": N_(
        "The numbers in this row belong to two different pupils. Correct the one that is wrong."
    ),
    "other-pupils-number": N_(
        "This number belongs to a pupil with another name and another date of birth. Check the number."
    ),
    "ambiguous": N_(
        "Several pupils of this school have this name and date of birth. Add the identity number."
    ),
    "namesake": N_(
        "This school already has a pupil with the same name and date of birth but another number. "
        "Taken as a new pupil."
    ),
}
