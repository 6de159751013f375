"""When a school calls its rolls."""

from __future__ import annotations

from datetime import time

from django.db import transaction

from accounts.models import User
from core import audit
from dormitories.models import RollTimes
from schools.models import School


@transaction.atomic
def set_times(
    *,
    school: School,
    evening_from: time | None,
    evening_until: time | None,
    morning_from: time | None,
    morning_until: time | None,
    by: User,
) -> RollTimes:
    """The times of a school's rolls from now on; an empty pair isn't called. The same is no change."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    wanted = {
        "evening_from": evening_from,
        "evening_until": evening_until,
        "morning_from": morning_from,
        "morning_until": morning_until,
    }
    row = RollTimes.objects.filter(school=school).first() or RollTimes(school=school)
    if row.pk and all(getattr(row, name) == value for name, value in wanted.items()):
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()
    audit.record("roll.times_changed", by=by, target=school)
    return row
