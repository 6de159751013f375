"""The district's lists for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from core.pagination import Page, public_keyset
from dashboards import access
from dashboards.models import Release
from dashboards.selectors import district
from schools.models import Area


def schools_page(area: Area, *, week: date | None, on: date, cursor: str | None, size: int) -> Page[Any]:
    """The schools of an area by name, each with its figures of a week (SchoolRow). Raises BadCursor."""
    chosen = district.latest_week(area, week=week, on=on)
    page = public_keyset(district.schools(area), order=["name", "pk"], cursor=cursor, size=size)
    rows = district.school_rows(page.rows, chosen)
    return Page(rows, page.next_cursor, page.previous_cursor)


def releases_page(user: User, *, on: date, cursor: str | None, size: int) -> Page[Release]:
    """The published months of one's areas, the newest first. Raises BadCursor."""
    return public_keyset(
        access.visible_releases(user, on=on), order=["-period", "-pk"], cursor=cursor, size=size
    )
