"""Figures, published statistics and returns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from dashboards.models import (
    AreaFigure,
    CountedSchool,
    FrozenCell,
    PeriodCount,
    Release,
    SchoolFigure,
    StatutoryReturn,
    WeeklyCount,
)
from schools.models import Area, School

_AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


def make_release(
    area: Area, *, by: User, period: date = date(2026, 10, 1), with_a_cell: bool = True, **fields: Any
) -> Release:
    """October 2026, published with one number: forty boys."""
    fields.setdefault("state", Release.State.RELEASED)
    if fields["state"] != Release.State.ASKED:
        fields.setdefault("decided_at", _AT)
    fields.setdefault("ends_on", period.replace(day=28) + timedelta(days=2))
    release = Release.objects.create(
        area=area,
        area_name=area.name,
        area_path=area.path,
        period=period,
        threshold=10,
        base=5,
        asked_by=by,
        asked_at=_AT,
        **fields,
    )
    if with_a_cell and release.state == Release.State.RELEASED:
        FrozenCell.objects.create(
            release=release,
            area_path=area.path,
            definition="civil_affairs",
            table="county_sex_stage",
            values=["male", "primary"],
            state="shown",
            value=40,
        )
    return release


def make_return(area: Area, *, by: User, **fields: Any) -> StatutoryReturn:
    """Asked for, not drawn up."""
    fields.setdefault("reference", "County civil affairs, 2026-41")
    return StatutoryReturn.objects.create(
        area=area,
        area_name=area.name,
        area_path=area.path,
        definition="civil_affairs",
        counted_on=date(2026, 10, 31),
        asked_by=by,
        asked_at=_AT,
        **fields,
    )


def furnish(school: School, *, by: User) -> None:
    """A row of the school and its area in every table of the district's."""
    area, week = school.area, date(2026, 11, 9)
    CountedSchool.objects.create(
        school=school, public_id=school.public_id, name=school.name, area_name=area.name,
        area_path=area.path, built_at=_AT,
    )  # fmt: skip
    WeeklyCount.objects.create(
        school=school, week=week, indicator="talk_coverage", counted_on=week, numerator=3, denominator=4
    )
    SchoolFigure.objects.create(school=school, week=week, indicator="talk_coverage", state="too_few")
    AreaFigure.objects.create(
        area=area, area_name=area.name, area_path=area.path, week=week, indicator="talk_coverage",
        state="too_few", built_at=_AT,
    )  # fmt: skip
    release = make_release(area, by=by, state=Release.State.ASKED)
    FrozenCell.objects.create(
        release=release, area_path=area.path, definition="education", table="school", school=school,
        state="fewer",
    )  # fmt: skip
    PeriodCount.objects.create(
        release=release, school=school, definition="education", sex="male", stage="primary",
        boarding="day", count=3,
    )  # fmt: skip
    make_return(area, by=by)
