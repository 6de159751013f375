"""Setting up houses: buildings, their rooms and beds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit
from dormitories.models import Bed, Building, Room, Stay
from dormitories.services import stays
from schools import services as school_services
from schools.models import School

RefusedError = school_services.RefusedError
MOST_ROOMS = 300
MOST_BEDS = 24


@dataclass(frozen=True)
class RoomSpec:
    """One room to be made, with so many beds called 1, 2 …: in bunks odd ones below, even ones above."""

    number: str
    floor: int
    beds: int
    bunks: bool = True
    grade_from: int | None = None
    grade_to: int | None = None
    near_warden: bool = False
    accessible: bool = False
    area: Decimal | None = None


@transaction.atomic
def add_building(*, school: School, name: str, sex: str, by: User) -> Building:
    """A house for girls or for boys. Raises RefusedError where a house of that name stands."""
    try:
        with transaction.atomic():
            building = Building.objects.create(school=school, name=name, sex=sex)
    except IntegrityError:
        raise RefusedError(_("There is a house of this name already."), "name") from None
    audit.record("building.added", by=by, target=building, sex=sex)
    return building


@transaction.atomic
def change_building(
    *, building: Building, name: str, sex: str, is_closed: bool, by: User, on: date
) -> Building:
    """Rename a house, close it, open it again, or turn it into one for the other sex.

    Raises RefusedError while somebody has a bed in it, today or later, and where the name is taken.
    """
    locked = Building.objects.select_for_update().get(pk=building.pk)
    standing = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), bed__room__building=locked)
    if is_closed and locked.closed_on is None and (sleeping := standing.count()):
        raise RefusedError(_in_the_way(sleeping), "is_closed")
    if sex != locked.sex and (sleeping := standing.count()):
        raise RefusedError(_in_the_way(sleeping), "sex")
    was, locked.name, locked.sex = locked.name, name, sex
    locked.closed_on = (locked.closed_on or on) if is_closed else None
    try:
        with transaction.atomic():
            locked.save(update_fields=["name", "sex", "closed_on"])
    except IntegrityError as error:
        if "dormitories_building_once" in str(error):
            raise RefusedError(_("There is a house of this name already."), "name") from None
        raise RefusedError(_("Somebody had a bed here yesterday. Try again tomorrow."), "sex") from None
    if was != name:
        stays.refresh_found_in(building=locked)
    audit.record("building.changed", by=by, target=locked, sex=sex, closed=is_closed)
    return locked


def _in_the_way(sleeping: int) -> str:
    return ngettext(
        "%(n)d child has a bed here. Move them first.",
        "%(n)d children have a bed here. Move them first.",
        sleeping,
    ) % {"n": sleeping}


@transaction.atomic
def add_rooms(*, building: Building, rooms: list[RoomSpec], by: User) -> list[Room]:
    """Rooms with their beds, all or none. Raises RefusedError: a number that the house has, or too many."""
    locked = Building.objects.select_for_update().get(pk=building.pk)
    standing = set(locked.rooms.values_list("number", flat=True))
    if len(standing) + len(rooms) > MOST_ROOMS:
        raise RefusedError(_("A house has %(n)d rooms at most.") % {"n": MOST_ROOMS}, "rooms")
    twice = sorted({spec.number for spec in rooms} & standing)
    if twice or len({spec.number for spec in rooms}) < len(rooms):
        named = ", ".join(twice[:5]) or rooms[0].number
        raise RefusedError(_("These rooms are here already: %(rooms)s.") % {"rooms": named}, "rooms")
    made = Room.objects.bulk_create([_room(locked, spec) for spec in rooms])
    beds = [
        _bed(room, label, spec.bunks)
        for room, spec in zip(made, rooms, strict=True)
        for label in _labels(spec)
    ]
    Bed.objects.bulk_create(beds)
    audit.record("rooms.added", by=by, target=locked, rooms=len(made), beds=len(beds))
    return made


def _labels(spec: RoomSpec) -> range:
    if not 1 <= spec.beds <= MOST_BEDS:
        raise RefusedError(_("A room has 1 to %(n)d beds.") % {"n": MOST_BEDS}, "beds")
    return range(1, spec.beds + 1)


def _room(building: Building, spec: RoomSpec) -> Room:
    return Room(
        school_id=building.school_id,
        building=building,
        sex=building.sex,
        floor=spec.floor,
        number=spec.number,
        grade_from=spec.grade_from,
        grade_to=spec.grade_to,
        near_warden=spec.near_warden,
        accessible=spec.accessible,
        area=spec.area,
    )


def _bed(room: Room, label: int, bunks: bool) -> Bed:
    is_upper = bunks and label % 2 == 0
    level = Bed.Level.UPPER if is_upper else Bed.Level.LOWER
    return Bed(school_id=room.school_id, room=room, sex=room.sex, label=str(label), level=level)


@transaction.atomic
def change_room(*, room: Room, beds: int, by: User, **facts: Any) -> Room:
    """Correct what a room is, and how many beds stand in it: new ones are added at the end, unused ones go.

    `facts`: number, floor, grade_from, grade_to, near_warden, accessible, area. Raises RefusedError for a
    number that the house has, and where a bed that would go was slept in.
    """
    if unknown := facts.keys() - {
        *("number", "floor", "grade_from", "grade_to", "near_warden", "accessible", "area")
    }:
        raise TypeError(f"Not of a room: {', '.join(sorted(unknown))}.")
    locked = Room.objects.select_for_update().get(pk=room.pk)
    was = locked.number
    for name, value in facts.items():
        setattr(locked, name, value)
    try:
        with transaction.atomic():
            locked.save(update_fields=list(facts))
    except IntegrityError:
        raise RefusedError(
            _("These rooms are here already: %(rooms)s.") % {"rooms": locked.number}, "number"
        ) from None
    _set_beds(locked, beds)
    if was != locked.number:
        stays.refresh_found_in(building=locked.building, room=locked)
    audit.record("room.changed", by=by, target=locked, beds=beds)
    return locked


def _set_beds(room: Room, wanted: int) -> None:
    standing = list(room.beds.order_by("pk"))
    if not 1 <= wanted <= MOST_BEDS:
        raise RefusedError(_("A room has 1 to %(n)d beds.") % {"n": MOST_BEDS}, "beds")
    labels = {bed.label for bed in standing}
    free = [label for label in range(1, MOST_BEDS * 2) if str(label) not in labels]
    Bed.objects.bulk_create([_bed(room, label, True) for label in free[: max(wanted - len(standing), 0)]])
    for bed in standing[wanted:]:
        try:
            bed.delete()
        except ProtectedError:
            raise RefusedError(
                _("Bed %(bed)s was slept in: it stays in the records. Set it out of order instead.")
                % {"bed": bed.label},
                "beds",
            ) from None


@transaction.atomic
def set_out_of_order(*, bed: Bed, begins: date | None, ends: date | None, by: User, on: date) -> Bed:
    """A bed can't be slept in from a day to a day; without a first day it is in order again.

    Raises RefusedError while it is somebody's on those days.
    """
    locked = Bed.objects.select_for_update().get(pk=bed.pk)
    if begins is not None:
        standing = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=max(begins, on)), bed=locked)
        if ends is not None:
            standing = standing.filter(started_on__lte=ends)
        if standing.exists():
            raise RefusedError(_("A child has this bed on these days. Move them first."), "begins")
    locked.out_of_order_from = begins
    locked.out_of_order_to = ends if begins is not None else None
    locked.save(update_fields=["out_of_order_from", "out_of_order_to"])
    event = "bed.in_order" if begins is None else "bed.out_of_order"
    audit.record(event, by=by, target=locked)
    return locked
