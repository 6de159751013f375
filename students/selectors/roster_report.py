"""The report of a roster import as a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import cells
from students.models import RosterImport, RosterRow
from students.selectors import roster_words

_WIDTHS = (10, 20, 16, 14, 10, 20, 90)


def workbook(roster: RosterImport) -> bytes:
    """Counts on one sheet, every row with its verdict and reasons on another; texts only, never a formula."""
    name = pgettext("person", "Name")
    heads = [_("Row"), name, _("Verdict"), _("Kind"), _("Cell"), _("Column"), _("Reason")]
    return cells.write_xlsx(
        [
            cells.Sheet(_("Result"), [_("Roster import"), roster.school.name], _counts(roster), (30,)),
            cells.Sheet(_("Rows"), heads, _rows(roster), _WIDTHS),
        ]
    )


def _counts(roster: RosterImport) -> Iterator[list[object]]:
    yield [_("File"), roster.file_name]
    yield [_("State"), roster.get_state_display()]
    if error := roster_words.say_file_error(roster.error):
        yield [_("Reason"), error]
    for key, label in (("rows", _("Rows")), *RosterRow.Verdict.choices, ("warnings", _("Warnings"))):
        yield [label, roster.counts.get(str(key), 0)]


def _rows(roster: RosterImport) -> Iterator[list[object]]:
    kinds = {"warning": _("Warning"), "refused": _("Refused")}
    for row in roster.rows.order_by("number").iterator(chunk_size=2_000):
        said_of_row: list[roster_words.Said | None] = [roster_words.say(issue) for issue in row.issues]
        for said in said_of_row or [None]:
            reason = [kinds[said.level], said.cell, said.header, said.text] if said else []
            yield [row.number, row.name, row.get_verdict_display(), *reason]
