"""Who sees which counts: officials of an area, of it and of all below it. Nobody here reaches a child."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.permissions import Perm
from dashboards.models import Release, StatutoryReturn
from schools import access as school_access
from schools.models import Area


def paths(user: User, perm: Perm, *, on: date) -> list[str]:
    """The areas in which somebody has a right, as paths; everything that begins with one lies in it."""
    held = school_access.grants_with(user, perm, on=on)
    return [grant.area_path for grant in held if grant.area_path is not None]


def _within(field: str, found: list[str]) -> Q:
    inside = Q(pk__in=[])
    for path in found:
        inside |= Q(**{f"{field}__startswith": path})
    return inside


def visible_areas(user: User, perm: Perm, *, on: date) -> QuerySet[Area]:
    """The areas in which somebody has a right, and those below."""
    return Area.objects.filter(_within("path", paths(user, perm, on=on))).order_by("path")


def get_own_area_or_403(user: User, perm: Perm, *, on: date) -> Area:
    """The first area of one's own: for pages that name none. Raises PermissionDenied."""
    held = paths(user, perm, on=on)
    area = Area.objects.filter(path__in=held).order_by("path").first()
    if area is None:
        raise PermissionDenied
    return area


def get_area_or_404(user: User, code: str, perm: Perm, *, on: date) -> Area:
    """An area one answers for. Raises Http404 elsewhere, and PermissionDenied there without the right."""
    area = Area.objects.filter(code=code).first()
    if area is None or not _lies_in(area.path, paths(user, Perm.DISTRICT_VIEW, on=on)):
        raise Http404
    if not _lies_in(area.path, paths(user, perm, on=on)):
        raise PermissionDenied
    return area


def _lies_in(path: str, found: list[str]) -> bool:
    return any(path.startswith(one) for one in found)


def visible_releases(user: User, *, on: date) -> QuerySet[Release]:
    """What is published in one's areas; whoever releases sees also what is being checked or was refused."""
    published = _within("area_path", paths(user, Perm.DISTRICT_VIEW, on=on)) & Q(state=Release.State.RELEASED)
    own = _within("area_path", paths(user, Perm.STATISTICS_RELEASE, on=on))
    return Release.objects.using(settings.DISTRICT_DATABASE).filter(published | own)


def get_release_or_404(user: User, public_id: uuid.UUID, *, on: date) -> Release:
    """Published statistics of one's areas. Raises Http404."""
    found = visible_releases(user, on=on).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def visible_returns(user: User, *, on: date) -> QuerySet[StatutoryReturn]:
    """One's own alone, while one may still draw them up in that area."""
    mine = StatutoryReturn.objects.filter(asked_by=user)
    return mine.filter(_within("area_path", paths(user, Perm.STATUTORY_RETURN, on=on)))


def get_return_or_404(user: User, public_id: uuid.UUID, *, on: date) -> StatutoryReturn:
    """A return of one's own. Raises Http404."""
    found = visible_returns(user, on=on).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
