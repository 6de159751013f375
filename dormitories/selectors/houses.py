"""The houses of a school, and the plan of one: floors, rooms, beds, and who sleeps there, if one may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from dormitories import access
from dormitories.models import Bed, Building, Leave, Room, Stay
from schools.models import School
from students.models import Enrolment, Student


@dataclass(frozen=True)
class HouseLine:
    """One house with its beds counted: `free` can be slept in and are nobody's."""

    building: Building
    beds: int
    taken: int
    broken: int

    @property
    def free(self) -> int:
        return self.beds - self.taken - self.broken


@dataclass(frozen=True)
class SchoolHouses:
    """The houses of one school, and what the person may do there."""

    school: School
    houses: list[HouseLine]
    may_manage: bool


def houses_of(user: User, *, on: date) -> list[SchoolHouses]:
    """The houses the person sees, by school: four queries, however many houses."""
    schools = list(access.seen_schools(user, on=on).select_related("area").order_by("name", "pk"))
    standing = Building.objects.filter(school__in=schools)
    buildings = list(standing.order_by("school_id", "closed_on", "name", "pk"))
    lines: dict[int, list[HouseLine]] = {}
    beds, taken = _bed_counts(standing, on), _taken_counts(standing, on)
    for building in buildings:
        total, broken = beds.get(building.pk, (0, 0))
        line = HouseLine(building, total, taken.get(building.pk, 0), broken)
        lines.setdefault(building.school_id, []).append(line)
    return [
        SchoolHouses(school, lines.get(school.pk, []), access.may(user, Perm.DORM_MANAGE, school, on=on))
        for school in schools
    ]


def _out_of_order(on: date, at: str = "") -> Q:
    begun = Q(**{f"{at}out_of_order_from__lte": on})
    return begun & (Q(**{f"{at}out_of_order_to": None}) | Q(**{f"{at}out_of_order_to__gte": on}))


def _bed_counts(buildings: QuerySet[Building], on: date) -> dict[int, tuple[int, int]]:
    rows = Bed.objects.filter(room__building__in=buildings).values_list("room__building_id")
    counted = rows.annotate(total=Count("pk"), broken=Count("pk", filter=_out_of_order(on))).order_by()
    return {pk: (total, broken) for pk, total, broken in counted}


def _taken_counts(buildings: QuerySet[Building], on: date) -> dict[int, int]:
    rows = Stay.objects.active(on).filter(bed__room__building__in=buildings)
    return dict(rows.values_list("bed__room__building_id").annotate(n=Count("pk")).order_by())


# --- the plan -----------------------------------------------------------------------------------
class CellState(StrEnum):
    """What a bed is on the day of the plan."""

    FREE = "free"
    TAKEN = "taken"  # by a pupil whom the person may know
    SOMEBODY = "somebody"  # by one whom they don't know
    OUT_OF_ORDER = "out_of_order"


@dataclass(frozen=True)
class BedCell:
    """One bed. `student` only where the person may know who sleeps there; `away` means on leave now."""

    bed: Bed
    state: CellState
    student: Student | None = None
    school_class: str = ""
    away: bool = False


@dataclass(frozen=True)
class RoomCard:
    """One room with its beds in order."""

    room: Room
    cells: list[BedCell]

    @property
    def free(self) -> int:
        return sum(cell.state is CellState.FREE for cell in self.cells)


@dataclass(frozen=True)
class FloorPlan:
    floor: int
    rooms: list[RoomCard]


@dataclass(frozen=True)
class HousePlan:
    """A house from the ground up."""

    building: Building
    floors: list[FloorPlan]
    may_give: bool
    may_manage: bool
    counts: dict[CellState, int] = field(default_factory=dict)


def plan(user: User, building: Building, *, now: datetime) -> HousePlan:
    """The plan of a house as it is at a moment: six queries, however many beds.

    A house has 300 rooms at most (services.houses), so the plan is one page.
    """
    on = timezone.localdate(now)
    beds = Prefetch("beds", Bed.objects.order_by("pk"))
    rooms = building.rooms.prefetch_related(beds).order_by("floor", "number", "pk")
    sleeping = _sleeping(user, building, on)
    away = _away([student.pk for student in sleeping.values() if student], now)
    cards = [RoomCard(room, [_cell(bed, sleeping, away, on) for bed in room.beds.all()]) for room in rooms]
    counts: dict[CellState, int] = dict.fromkeys(CellState, 0)
    for card in cards:
        for cell in card.cells:
            counts[cell.state] += 1
    floors = [
        FloorPlan(floor, list(found)) for floor, found in groupby(cards, key=lambda card: card.room.floor)
    ]
    return HousePlan(
        building,
        floors,
        may_give=access.may(user, Perm.BED_ALLOCATE, building.school, on=on),
        may_manage=access.may(user, Perm.DORM_MANAGE, building.school, on=on),
        counts=counts,
    )


def _sleeping(user: User, building: Building, on: date) -> dict[int, Student | None]:
    """For each bed that is taken the pupil, or None where the person may not know who it is."""
    stays = Stay.objects.active(on).filter(bed__room__building=building)
    known = access.sleepers(user, on=on).filter(pk__in=stays.values("student_id"))
    enrolled = Enrolment.objects.active(on).select_related("school_class")
    students = known.prefetch_related(Prefetch("enrolments", enrolled, to_attr="stays_now")).in_bulk()
    return {
        bed_id: students.get(student_id) for bed_id, student_id in stays.values_list("bed_id", "student_id")
    }


def _away(student_ids: Iterable[int], now: datetime) -> set[int]:
    """Those of these pupils who are out on leave."""
    out = Leave.objects.out().filter(student_id__in=list(student_ids), out_at__lte=now)
    return set(out.values_list("student_id", flat=True))


def _cell(bed: Bed, sleeping: dict[int, Student | None], away: set[int], on: date) -> BedCell:
    if bed.pk not in sleeping:
        return BedCell(bed, CellState.OUT_OF_ORDER if bed.is_out_of_order(on) else CellState.FREE)
    student = sleeping[bed.pk]
    if student is None:
        return BedCell(bed, CellState.SOMEBODY)
    enrolments: list[Enrolment] = student.stays_now  # type: ignore[attr-defined]
    label = enrolments[0].school_class.label if enrolments else ""
    return BedCell(bed, CellState.TAKEN, student, label, student.pk in away)


def beds_of(room: Room) -> list[Bed]:
    """The beds that stand in a room."""
    return list(room.beds.order_by("pk"))
