"""The district's tables as files: the words of the page, nothing more exact; the trail says who took them."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, cells
from dashboards.indicators import INDICATORS
from dashboards.models import Release
from dashboards.models.statistics import Definition
from dashboards.selectors import district, statistics
from schools.models import Area


@transaction.atomic
def district_file(*, area: Area, week: date, by: User) -> bytes:
    """A week's schools and the area's own weeks, as a workbook."""
    heads = [str(one.name) for one in INDICATORS]
    schools = district.whole_table(area, week=week)
    rows = [
        [
            row.school.name,
            row.school.area_name,
            *map(str, row.figures),
            row.silent_since if row.is_silent else "",
        ]
        for row in schools
    ]
    weeks = [[monday, *map(str, figures)] for monday, figures in district.area_rows(area)]
    meanings = [[str(one.name), str(one.definition), str(one.source)] for one in INDICATORS]
    audit.record("district.exported", by=by, target=area, week=week.isoformat(), rows=len(rows))
    return cells.write_xlsx(
        [
            cells.Sheet(str(week), [_("School"), _("Area"), *heads, _("No data since")], rows, [28, 16]),
            cells.Sheet(_("Weeks"), [_("Week"), *heads], weeks, [12]),
            cells.Sheet(
                _("Definitions"), [_("Indicator"), _("Definition"), _("Source")], meanings, [28, 70, 50]
            ),
        ]
    )


@transaction.atomic
def statistics_file(*, release: Release, by: User) -> bytes:
    """The frozen tables of a release, one sheet each."""
    found = statistics.release_tables(release)
    audit.record("statistics.exported", by=by, target=release, tables=len(found))
    return cells.write_xlsx(
        [
            cells.Sheet(
                f"{number} {table.title}",
                [f"{Definition(table.definition).label}: {table.title}", *table.heads],
                [[name, *values] for name, values in table.rows],
                [28],
            )
            for number, table in enumerate(found, start=1)
        ]
    )
