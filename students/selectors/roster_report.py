"""The report of a roster import as a workbook."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from students.models import RosterImport, RosterRow
from students.selectors import roster_words

_WIDTHS = (10, 20, 16, 14, 10, 20, 90)


def workbook(roster: RosterImport) -> bytes:
    """Counts on one sheet, every row with its verdict and reasons on another; texts only, never a formula."""
    book = Workbook(write_only=True)
    _counts(book, roster)
    _rows(book, roster)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _counts(book: Any, roster: RosterImport) -> None:
    sheet = book.create_sheet(_("Result"))
    sheet.column_dimensions["A"].width = 30
    sheet.append(_texts(sheet, [_("Roster import"), roster.school.name], bold=True))
    sheet.append(_texts(sheet, [_("File"), roster.file_name]))
    sheet.append(_texts(sheet, [_("State"), roster.get_state_display()]))
    if error := roster_words.say_file_error(roster.error):
        sheet.append(_texts(sheet, [_("Reason"), error]))
    for key, label in (("rows", _("Rows")), *RosterRow.Verdict.choices, ("warnings", _("Warnings"))):
        sheet.append([*_texts(sheet, [str(label)]), roster.counts.get(str(key), 0)])


def _rows(book: Any, roster: RosterImport) -> None:
    sheet = book.create_sheet(_("Rows"))
    sheet.freeze_panes = "A2"
    for index, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    name = pgettext("person", "Name")
    heads = [_("Row"), name, _("Verdict"), _("Kind"), _("Cell"), _("Column"), _("Reason")]
    sheet.append(_texts(sheet, heads, bold=True))
    kinds = {"warning": _("Warning"), "refused": _("Refused")}
    for row in roster.rows.order_by("number").iterator(chunk_size=2_000):
        known = [row.name, str(row.get_verdict_display())]
        said_of_row: list[roster_words.Said | None] = [roster_words.say(issue) for issue in row.issues]
        for said in said_of_row or [None]:
            reason = [kinds[said.level], said.cell, said.header, said.text] if said else []
            sheet.append([row.number, *_texts(sheet, known + reason)])


def _texts(sheet: Any, values: list[str], *, bold: bool = False) -> list[WriteOnlyCell]:
    """Cells that a spreadsheet takes as text even when they start with `=`."""
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        cell.number_format = "@"
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells
