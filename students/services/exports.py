"""Taking the list of pupils away as a file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import exports
from core.models import Export
from schools.models import School, SchoolClass
from students.selectors import export
from students.selectors.export import Part

MOST_ROWS = 10_000
KIND = "students.list"


class ExportRefused(ValueError):
    """Nothing to take away, or too much, or identity numbers without a passphrase."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def export_children(
    *,
    school: School,
    school_class: SchoolClass | None,
    parts: list[Part],
    file_format: str,
    passphrase: str,
    by: User,
    now: datetime,
) -> Export:
    """The list as this person may see it, in a file of its own. Identity numbers leave only encrypted.

    Raises ExportRefused ("nothing", "too-many", "passphrase-needed").
    """
    if Part.IDENTITY in parts and not passphrase:
        raise ExportRefused("passphrase-needed")
    day = timezone.localdate(now)
    table = export.table(by, school=school, school_class=school_class, wanted=parts, on=day)
    if not table.rows:
        raise ExportRefused("nothing")
    if len(table.rows) > MOST_ROWS:
        raise ExportRefused("too-many")
    return exports.make(
        table=table,
        kind=KIND,
        name=f"children-{day.isoformat()}",
        file_format=file_format,
        passphrase=passphrase,
        school_id=school.pk,
        by=by,
        now=now,
    )
