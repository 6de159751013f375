"""Figures, published statistics and returns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from accounts.models import User
from dashboards.models import FrozenCell, Release, StatutoryReturn
from schools.models import Area

_AT = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


def make_release(area: Area, *, by: User, period: date = date(2026, 10, 1), **fields: Any) -> Release:
    """October 2026, published with one number: forty boys."""
    fields.setdefault("state", Release.State.RELEASED)
    if fields["state"] != Release.State.ASKED:
        fields.setdefault("decided_at", _AT)
    fields.setdefault("ends_on", date(2026, 10, 31))
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
    if release.state == Release.State.RELEASED:
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
    return StatutoryReturn.objects.create(
        area=area,
        area_name=area.name,
        area_path=area.path,
        definition="civil_affairs",
        counted_on=date(2026, 10, 31),
        reference="County civil affairs, 2026-41",
        asked_by=by,
        asked_at=_AT,
        **fields,
    )
