"""Reads for the pages of plans: the list, the moves of one with their reasons, its rooms beside today's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.pagination import Page, keyset
from dormitories.allocation import check
from dormitories.models import AllocationPlan, Bed, PlannedPlace, Room
from dormitories.selectors import plan_house, plan_words
from schools.models import School

State = AllocationPlan.State
MOVES_A_PAGE = 50
ROOMS_A_PAGE = 20


def recent_plans(schools: Iterable[School], *, cursor: str | None) -> Page[AllocationPlan]:
    """The plans of these schools, newest first."""
    rows = AllocationPlan.objects.filter(school__in=schools).select_related("made_by", "school")
    return keyset(rows, order=["-pk"], cursor=cursor)


@dataclass(frozen=True)
class MoveLine:
    """One pupil who moves, and why."""

    place: PlannedPlace
    why: str


def moves_page(plan: AllocationPlan, *, cursor: str | None) -> tuple[Page[PlannedPlace], list[MoveLine]]:
    """Who moves, in the order of the new rooms; one query a page."""
    rows = PlannedPlace.objects.filter(~Q(bed=F("from_bed")) | Q(from_bed=None), plan=plan).select_related(
        "student", "other", "bed__room", "from_bed__room"
    )
    page = keyset(rows, order=["pk"], cursor=cursor, size=MOVES_A_PAGE)
    return page, [MoveLine(place, plan_words.reason_words(place)) for place in page]


def moved_count(plan: AllocationPlan) -> int:
    """How many pupils sleep in another bed than today."""
    return PlannedPlace.objects.filter(~Q(bed=F("from_bed")) | Q(from_bed=None), plan=plan).count()


@dataclass(frozen=True)
class RoomLine:
    """One room: who sleeps there today, who would, and what either costs."""

    room: Room
    today: list[PlannedPlace]
    planned: list[PlannedPlace]
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def rooms_page(plan: AllocationPlan, *, cursor: str | None) -> tuple[Page[Room], list[RoomLine]]:
    """The rooms of the plan beside today's; two queries a page."""
    rows = Room.objects.filter(building__in=plan.houses, school_id=plan.school_id).select_related("building")
    page = keyset(rows, order=["building__name", "floor", "number", "pk"], cursor=cursor, size=ROOMS_A_PAGE)
    shown = {room.pk for room in page}
    places = PlannedPlace.objects.filter(Q(bed__room__in=shown) | Q(from_bed__room__in=shown), plan=plan)
    today: dict[int, list[PlannedPlace]] = {pk: [] for pk in shown}
    planned: dict[int, list[PlannedPlace]] = {pk: [] for pk in shown}
    for place in places.select_related("student", "bed", "from_bed").order_by("pk"):
        if place.bed.room_id in shown:
            planned[place.bed.room_id].append(place)
        if place.from_bed and place.from_bed.room_id in shown:
            today[place.from_bed.room_id].append(place)
    return page, [_line(plan, room, today[room.pk], planned[room.pk]) for room in page]


def _line(
    plan: AllocationPlan, room: Room, today: list[PlannedPlace], planned: list[PlannedPlace]
) -> RoomLine:
    key = str(room.pk)
    before, after = (found.get("rooms", {}).get(key, 0) for found in (plan.before, plan.after))
    return RoomLine(room, today, planned, before, after)


def conflicts_of(plan: AllocationPlan) -> list[list[str]]:
    """Why there is no plan, conflict by conflict, each in sentences."""
    pupils, rooms = plan_words.conflict_keys(plan.conflicts)
    names = plan_words.names_of(plan.school_id, pupils, rooms)
    return [plan_words.conflict_words(one, names) for one in plan.conflicts]


@dataclass(frozen=True)
class Standing:
    """What stands against approving a plan now: the house has changed, or changes by hand broke rules."""

    changed: bool
    broken: list[str]

    @property
    def may_approve(self) -> bool:
        return not self.changed and not self.broken


def standing_of(plan: AllocationPlan, *, on: date) -> Standing:
    """Whether the plan could be approved now, and if not, why."""
    house = plan_house.read_house(plan, on=on)
    if house.fingerprint != plan.fingerprint:
        return Standing(True, [])
    rooms = dict(PlannedPlace.objects.filter(plan=plan).values_list("student_id", "bed__room_id"))
    found = check.violations(house.problem, rooms)
    if not found:
        return Standing(False, [])
    pupils = {key for one in found for key in one.pupils}
    names = plan_words.names_of(plan.school_id, pupils, {one.room for one in found if one.room})
    return Standing(False, plan_words.violation_words(found, names))


def part_lines(plan: AllocationPlan) -> list[tuple[str, float, float]]:
    """The parts of the score in words, today's beside the plan's."""
    words = {
        "moves": _("Children who move"),
        "pairs": _("Siblings and pairs apart"),
        "wishes": _("Wishes not met"),
        "classes": _("Classes spread over rooms"),
        "alone": _("Alone of their class"),
        "buddy": _("Newcomers without a buddy"),
        "need": _("Too many who need much in one room"),
        "opened": _("Rooms in use"),
    }
    before, after = plan.before.get("parts", {}), plan.after.get("parts", {})
    return [
        (label, before.get(part, 0), after.get(part, 0))
        for part, label in words.items()
        if before.get(part) or after.get(part)
    ]


def bed_choices(plan: AllocationPlan) -> list[tuple[str, list[tuple[str, str]]]]:
    """The beds a pupil may be put into, by room, with who is planned there."""
    planned = dict(PlannedPlace.objects.filter(plan=plan).values_list("bed_id", "student__name"))
    rooms = Room.objects.filter(building__in=plan.houses, school_id=plan.school_id, building__closed_on=None)
    groups: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for room in rooms.select_related("building").order_by("building__name", "floor", "number", "pk"):
        groups[room.pk] = (f"{room.building.name} · {room.number}", [])
    for bed in Bed.objects.filter(room__in=groups).order_by("label", "pk").select_related("room"):
        who = planned.get(bed.pk) or _("free")
        groups[bed.room_id][1].append((str(bed.public_id), f"{bed.code} · {who}"))
    return list(groups.values())


def place_of(plan: AllocationPlan, student_id: Any) -> PlannedPlace | None:
    """Where the plan puts a pupil; None for one who isn't in it."""
    related = PlannedPlace.objects.select_related("plan", "student", "other", "bed__room", "from_bed__room")
    return related.filter(plan=plan, student__public_id=student_id).first()
