"""Roster imports: already checked, with one row that asks for a decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from schools.models import School
from students.models import RosterImport, RosterRow
from students.services import roster_progress

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def make_roster(school: School, *, by: User | None = None, **fields: Any) -> RosterImport:
    """One waiting for confirmation; its only row contradicts its identity number."""
    fields.setdefault("state", RosterImport.State.READY)
    roster = RosterImport.objects.create(
        school=school,
        file_name="roster.xlsx",
        uploaded_by=by,
        uploaded_at=NOW,
        checked_at=NOW,
        table={"sheet": "S", "header": {"row": 1, "columns": []}, "other_sheets": [], "hidden_sheets": []},
        counts={"rows": 1, "new": 1, "warnings": 1},
        **fields,
    )
    roster_progress.start(roster.pk)
    RosterRow.objects.create(
        school=school,
        roster=roster,
        number=2,
        name="高敏",
        verdict=RosterRow.Verdict.NEW,
        has_warning=True,
        pupil=PUPIL,
        issues=[CONTRADICTION],
    )
    return roster


PUPIL = {
    "row": 2,
    "values": {
        "name": "高敏",
        "sex": "male",
        "born_on": "2011-04-04",
        "identity_number": "529999201104043884",
    },
    "class_ref": [3, 2],
    "class_text": "0302",
    "entry_month": "",
    "members": [],
}
CONTRADICTION = {
    "level": "warning",
    "row": 2,
    "column": 2,
    "header": "性别",
    "code": "sex-contradicts",
    "params": {"value": "男", "identity": "女"},
}
