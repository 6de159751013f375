"""Rolls as pages show them: tonight's houses, one roll, and what is new in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from core.pagination import Page, keyset, public_keyset
from dormitories import access_rolls as access
from dormitories import roll_times
from dormitories.models import Building, Leave, RollCall, RollMark, Stay
from students.models import Student

_UNKNOWN = Q(status=RollMark.Status.UNKNOWN)
_NAMED = 8  # so many to find are named; of more, the grid tells


@dataclass(frozen=True)
class Counts:
    """How many are expected, accounted for, and still to find."""

    expected: int
    known: int

    @property
    def to_find(self) -> int:
        return self.expected - self.known

    @property
    def is_few(self) -> bool:
        return 0 < self.to_find <= _NAMED


@dataclass(frozen=True)
class Called:
    """A roll and its counts."""

    roll: RollCall
    counts: Counts


@dataclass(frozen=True)
class House:
    """A house tonight: how many sleep there, its floors, its rolls so far."""

    building: Building
    sleepers: int
    floors: list[int]
    rolls: list[Called]
    may_take: bool

    @property
    def may_open(self) -> bool:
        """Whole, while no roll of it stands; by floor, while the house isn't called as a whole."""
        return self.may_take and self.sleepers > 0 and not self.rolls

    @property
    def open_floors(self) -> list[int]:
        if not self.may_take or len(self.floors) < 2 or any(one.roll.floor is None for one in self.rolls):
            return []
        called = {one.roll.floor for one in self.rolls}
        return [floor for floor in self.floors if floor not in called]


@dataclass(frozen=True)
class Tonight:
    """The roll that is taken now, house by house; and the boarders who are in nobody's roll."""

    on: date
    kind: str
    houses: list[House]
    left_open: list[Called]
    without_bed: int


def tonight(user: User, *, now: datetime) -> Tonight:
    """The houses this person looks at; six queries, however many houses."""
    on, kind = roll_times.roll_of(now)
    today = timezone.localdate(now)  # rights go by the calendar, the roll by the night
    schools = access.looking_schools(user, on=today)
    taking = access.taking_schools(user, on=today)
    houses = list(Building.objects.filter(school_id__in=schools, closed_on=None).order_by("name", "pk"))
    rolls = list(
        RollCall.objects.filter(Q(on=on, kind=kind) | Q(closed_at=None), school_id__in=schools)
        .select_related("building")
        .order_by("building__name", "floor", "pk")
    )
    counted = counts_of(rolls)
    floors = _sleepers(houses, on)
    now_called: dict[int, list[Called]] = defaultdict(list)
    for roll in rolls:
        if (roll.on, roll.kind) == (on, kind):
            now_called[roll.building_id].append(Called(roll, counted[roll.pk]))
    return Tonight(
        on=on,
        kind=str(RollCall.Kind(kind).label),
        houses=[
            House(
                building=house,
                sleepers=sum(floors[house.pk].values()),
                floors=sorted(floors[house.pk]),
                rolls=now_called[house.pk],
                may_take=house.school_id in taking,
            )
            for house in houses
        ],
        left_open=[Called(one, counted[one.pk]) for one in rolls if (one.on, one.kind) != (on, kind)],
        without_bed=_without_bed(schools, on),
    )


def _sleepers(houses: list[Building], on: date) -> dict[int, dict[int, int]]:
    """For each house its floors, and how many sleep on each."""
    stays = Stay.objects.active(on).filter(bed__room__building__in=houses)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    places = stays.values_list("bed__room__building_id", "bed__room__floor").order_by()
    for house, floor, number in places.annotate(number=Count("pk")):
        found[house][floor] = number
    return found


def _without_bed(schools: Iterable[int], on: date) -> int:
    """Boarders who sleep somewhere that nobody has noted: no roll will miss them."""
    boarders = Student.objects.filter(school_id__in=schools).boarding().enrolled(on)
    return int(boarders.filter(~Exists(Stay.objects.active(on).filter(student=OuterRef("pk")))).count())


def counts_of(rolls: Iterable[RollCall]) -> dict[int, Counts]:
    """The counts of some rolls: one query."""
    ids = [roll.pk for roll in rolls]
    counted = RollMark.objects.filter(roll_id__in=ids).values_list("roll_id").order_by()
    rows = counted.annotate(expected=Count("pk"), known=Count("pk", filter=~_UNKNOWN))
    found = {roll_id: Counts(expected, known) for roll_id, expected, known in rows}
    return {pk: found.get(pk, Counts(0, 0)) for pk in ids}


@dataclass(frozen=True)
class Face:
    """One pupil of the grid. `hint` is a leave that was approved but that the gate hasn't noted."""

    mark: RollMark
    hint: Leave | None = None


@dataclass(frozen=True)
class RollPage:
    """A roll as this person sees it."""

    roll: RollCall
    faces: list[Face]
    counts: Counts
    may_take: bool

    @property
    def missing(self) -> list[RollMark]:
        """Those still to find, by name, once they are few."""
        return [face.mark for face in self.faces if not face.mark.is_known] if self.counts.is_few else []

    @property
    def takes_marks(self) -> bool:
        return self.may_take and self.roll.is_open


def roll_page(user: User, roll: RollCall, *, now: datetime) -> RollPage:
    """Everybody expected, by room and bed; four queries, however many."""
    marks = list(_marks(roll))
    return RollPage(
        roll=roll,
        faces=_faces(marks, now),
        counts=_count(marks),
        may_take=_may_take(user, roll, now),
    )


@dataclass(frozen=True)
class News:
    """What changed in a roll since a version."""

    roll: RollCall
    faces: list[Face]
    counts: Counts
    missing: list[RollMark]
    may_take: bool

    @property
    def takes_marks(self) -> bool:
        return self.may_take and self.roll.is_open


def news(user: User, roll: RollCall, *, since: int, now: datetime) -> News | None:
    """The faces marked after version `since`, or None when there is nothing new: one query then."""
    if roll.version <= since:
        return None
    changed = list(_marks(roll).filter(version__gt=since))
    counts = counts_of([roll])[roll.pk]
    missing = list(_marks(roll).filter(_UNKNOWN)) if counts.is_few else []
    return News(roll, _faces(changed, now), counts, missing, _may_take(user, roll, now))


def _may_take(user: User, roll: RollCall, now: datetime) -> bool:
    return roll.school_id in access.taking_schools(user, on=timezone.localdate(now))


def _marks(roll: RollCall) -> QuerySet[RollMark]:
    marks = RollMark.objects.filter(roll=roll).select_related("student", "bed__room", "leave", "marked_by")
    return marks.order_by("number")


def _count(marks: list[RollMark]) -> Counts:
    return Counts(len(marks), sum(mark.is_known for mark in marks))


def _faces(marks: list[RollMark], now: datetime) -> list[Face]:
    unknown = [mark.student_id for mark in marks if not mark.is_known]
    hints: dict[int, Leave] = {}
    if unknown:
        leaves = Leave.objects.approved().filter(student_id__in=unknown, back_at=None, leaves_at__lte=now)
        leaves = leaves.filter(Q(out_at__isnull=False) | Q(due_back_at__gt=now))
        hints = {leave.student_id: leave for leave in leaves.order_by("leaves_at")}
    return [Face(mark, hints.get(mark.student_id) if not mark.is_known else None) for mark in marks]


def earlier(user: User, *, on: date, cursor: str | None) -> Page[RollCall]:
    """Past rolls of the houses this person looks at, the newest first."""
    rolls = access.visible_rolls(user, on=on).select_related("building", "closed_by")
    return keyset(rolls, order=["-on", "-pk"], cursor=cursor)


def rolls_list(user: User, *, on: date, cursor: str | None, size: int) -> Page[RollCall]:
    """The same for programs. Raises BadCursor."""
    rolls = access.visible_rolls(user, on=on).select_related("building")
    return public_keyset(rolls, order=["-on", "-pk"], cursor=cursor, size=size)


def takes(user: User, *, on: date) -> bool:
    """Whether this person takes a roll: for Today."""
    return bool(access.taking_schools(user, on=on))
