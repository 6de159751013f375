"""Rosters of a few rows, brought in at once."""

from __future__ import annotations

import datetime as dt

from students.services import roster as roster_services
from tests.factories.rosters import NOW
from tests.students.roster.workbooks import workbook

TODAY = dt.date(2026, 11, 22)
ID = "529999201902175400"
GIRL = {"姓名": "田晓", "性别": "女", "出生日期": "2019-02-17", "班号": "0103"}


def table(*rows):
    """A workbook with a column for each key."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return workbook(columns, *[[row.get(column) for column in columns] for row in rows])


def bring_in(school, *rows, on=TODAY):
    """Import the rows without asking anybody."""
    return roster_services.import_file(
        school=school, content=table(*rows), file_name="r.xlsx", by=None, on=on, now=NOW
    )
