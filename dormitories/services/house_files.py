"""Houses from an Excel sheet: read, shown row by row, written only once somebody has looked and confirmed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from dormitories import house_sheet
from dormitories.models import Building, HouseFile
from dormitories.selectors import house_files as file_selectors
from dormitories.selectors.house_files import Verdict
from dormitories.services import houses
from schools import services as school_services
from schools.models import School

RefusedError = school_services.RefusedError


@transaction.atomic
def read_file(*, school: School, content: bytes, file_name: str, by: User, now: datetime) -> HouseFile:
    """Keep what a sheet of rooms says; nothing is set up yet. Raises FileRefused."""
    rows = house_sheet.read(content)
    if not rows:
        raise house_sheet.FileRefused("no-header", limit=house_sheet.HEADER_ROWS)
    file = HouseFile.objects.create(
        school=school,
        file_name=file_name[:120],
        rows=[row.to_json() for row in rows],
        uploaded_by=by,
        uploaded_at=now,
    )
    audit.record("house_file.read", by=by, target=file, rows=len(rows))
    return file


@transaction.atomic
def confirm_file(*, file: HouseFile, by: User, now: datetime) -> int:
    """Set up the new rooms of a sheet with their houses, all at once; returns how many rooms.

    The rows are judged again, since others may have set up rooms meanwhile. Raises RefusedError when it was
    confirmed before, or nothing in it is new.
    """
    School.objects.select_for_update(no_key=True).get(pk=file.school_id)
    locked = HouseFile.objects.select_for_update().select_related("school").get(pk=file.pk)
    if locked.confirmed_at is not None:
        raise RefusedError(_("This file was taken in already."))
    judged = file_selectors.judged_rows(locked)
    new = [one.row for one in judged if one.verdict is Verdict.NEW]
    if not new:
        raise RefusedError(_("There is no new room in this file."))
    for name, sex in dict.fromkeys((row["building"], row["sex"]) for row in new):
        building = _building(locked.school, name, sex, by)
        mine = [row for row in new if row["building"] == name]
        houses.add_rooms(building=building, rooms=[_spec(row) for row in mine], by=by)
    locked.confirmed_at = now
    locked.save(update_fields=["confirmed_at"])
    audit.record("house_file.confirmed", by=by, target=locked, rooms=len(new))
    return len(new)


def _building(school: School, name: str, sex: str, by: User) -> Building:
    standing = Building.objects.filter(school=school, name=name, closed_on=None).first()
    return standing or houses.add_building(school=school, name=name, sex=sex, by=by)


def _spec(row: dict[str, Any]) -> houses.RoomSpec:
    return houses.RoomSpec(
        number=row["room"],
        floor=row["floor"],
        beds=row["beds"],
        grade_from=row["grade_from"],
        grade_to=row["grade_to"],
        near_warden=row["near_warden"],
        accessible=row["accessible"],
        area=Decimal(row["area"]) if row["area"] else None,
    )
