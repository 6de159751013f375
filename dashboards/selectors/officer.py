"""What a statistics officer sees beside the pages of everybody in the district."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, keyset
from dashboards import access
from dashboards.models import Release, StatutoryReturn
from schools.models import Area

_MOST_AREAS = 200


def areas(user: User, perm: Perm, *, on: date) -> list[Area]:
    """The officer's areas down to the counties: below them numbers are too small to publish."""
    found = access.visible_areas(user, perm, on=on).exclude(level=Area.Level.TOWNSHIP)
    return list(found[:_MOST_AREAS])


def releases_page(user: User, *, on: date, cursor: str | None) -> Page[Release]:
    """The published months of one's areas, the newest first."""
    return keyset(access.visible_releases(user, on=on), order=["-period", "-pk"], cursor=cursor)


def returns_page(user: User, *, on: date, cursor: str | None) -> Page[StatutoryReturn]:
    """One's own returns, the newest first; the file itself stays where it is."""
    return keyset(access.visible_returns(user, on=on).defer("content"), order=["-pk"], cursor=cursor)
