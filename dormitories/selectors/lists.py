"""Houses, rooms, beds and stays by pages, for programs."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef

from accounts.models import User
from core.pagination import Page, public_keyset
from dormitories import access
from dormitories.models import Bed, Building, Room, Stay
from students.models import Student


def buildings_list(user: User, *, on: date, cursor: str | None, size: int) -> Page[Building]:
    """The houses the person sees, by name."""
    found = Building.objects.filter(school__in=access.seen_schools(user, on=on)).select_related("school")
    return public_keyset(found, order=["name", "pk"], cursor=cursor, size=size)


def rooms_list(building: Building, *, cursor: str | None, size: int) -> Page[Room]:
    """The rooms of a house, from the ground up."""
    return public_keyset(building.rooms.all(), order=["floor", "number", "pk"], cursor=cursor, size=size)


def beds_list(building: Building, *, on: date, cursor: str | None, size: int) -> Page[Bed]:
    """The beds of a house; `is_taken` says whether one is somebody's on the day, never whose."""
    taken = Exists(Stay.objects.active(on).filter(bed=OuterRef("pk")))
    found = Bed.objects.filter(room__building=building).select_related("room").annotate(is_taken=taken)
    return public_keyset(found, order=["room__floor", "room__number", "pk"], cursor=cursor, size=size)


def stays_list(user: User, *, student: Student | None, on: date, cursor: str | None, size: int) -> Page[Stay]:
    """Today's stays of the pupils the person may know of; or one pupil's, past and to come."""
    related = Stay.objects.select_related("student", "bed__room__building")
    if student is not None:
        found = related.filter(student=student)
    else:
        found = related.active(on).filter(student__in=access.sleepers(user, on=on))
    return public_keyset(found, order=["-started_on", "-pk"], cursor=cursor, size=size)
