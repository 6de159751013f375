"""The boarding houses of one school: rooms, beds, and who sleeps where. Pure and seeded.

Rooms fill from below, the youngest first, as schools do it; a tenth then changed places over the years, so
that a plan has something to mend. It has its own chance, so that names and talks stay what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from random import Random
from uuid import UUID

from demo import house_rows as rows
from demo.households import Child, NextId, SchoolFacts, seeded_uuid
from demo.rows import FinderKey, Rows
from students import finder_keys

BEDS_A_ROOM = 8  # the standard of rural boarding schools: no more than eight
SPARE = 1.08  # beds for each boarder
SWAPPED = 0.1
LAST_PRIMARY_GRADE = 6
# In a house of this size one child hasn't been given a bed yet, and a bed is out of order.
LARGE = 40
ARRIVE = timedelta(days=1)  # boarders come the evening before the first lesson


@dataclass(frozen=True)
class Sleeper:
    """A boarder and their bed; `floor` is the floor of the bed."""

    child: Child
    bed_id: int
    room_id: int
    floor: int
    level: str
    near_warden: bool
    was_here: bool  # last year already


@dataclass
class House:
    """One building, and its sleepers in the order in which a roll calls them."""

    id: int
    sex: str
    sleepers: list[Sleeper] = field(default_factory=list)

    def floor(self, number: int) -> list[Sleeper]:
        return [one for one in self.sleepers if one.floor == number]

    @property
    def floors(self) -> list[int]:
        return sorted({one.floor for one in self.sleepers})


@dataclass
class Houses:
    """Fills `made` with buildings, rooms, beds and stays; `built` are the houses, for the rolls."""

    school: SchoolFacts
    children: Sequence[Child]
    now: datetime
    next_id: NextId
    made: Rows
    built: list[House] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.school.plan.code}:houses")

    def build(self) -> list[House]:
        boarders = [child for child in self.children if child.boards]
        split = len({child.school_class.grade <= LAST_PRIMARY_GRADE for child in boarders}) > 1
        for is_junior in (False, True) if split else (None,):
            part = "" if is_junior is None else ("初中" if is_junior else "小学")
            for sex, name in (("female", "女生楼"), ("male", "男生楼")):
                here = [
                    child
                    for child in boarders
                    if child.sex == sex and is_junior in (None, child.school_class.grade > LAST_PRIMARY_GRADE)
                ]
                if here:
                    self._house(f"{part}{name}", sex, here)
        return self.built

    def _house(self, name: str, sex: str, boarders: list[Child]) -> None:
        boarders.sort(key=lambda child: (child.school_class.grade, child.school_class.number, child.id))
        building_id = self.next_id(rows.Building)
        self.made.add(rows.Building(building_id, self._uuid(), self.school.id, name, sex))
        house = House(building_id, sex)
        large = len(boarders) > LARGE
        beds = list(self._rooms(building_id, sex, boarders, large=large))
        self._swap(boarders)
        if large:
            boarders.pop()
        # zip stops with the boarders: the beds that are left stay free
        for child, (room, bed) in zip(boarders, beds, strict=False):
            self._stay(house, name, child, room, bed)
        self.built.append(house)

    def _rooms(
        self, building_id: int, sex: str, boarders: list[Child], *, large: bool
    ) -> Iterator[tuple[rows.Room, rows.Bed]]:
        """Rooms from below; the ground floor is kept for the grades that sleep there."""
        count = ceil(len(boarders) * SPARE / BEDS_A_ROOM)
        per_floor = ceil(count / min(4, ceil(count / 3)))
        for number in range(count):
            floor, place = number // per_floor + 1, number % per_floor + 1
            inside = boarders[number * BEDS_A_ROOM : (number + 1) * BEDS_A_ROOM]
            grades = [child.school_class.grade for child in inside] if floor == 1 and large else []
            room = rows.Room(
                self.next_id(rows.Room),
                self._uuid(),
                self.school.id,
                building_id,
                sex,
                floor,
                f"{floor}{place:02d}",
                min(grades, default=None),
                max(grades, default=None),
                near_warden=place == 1,
                accessible=floor == 1 and place <= 2,
            )
            self.made.add(room)
            yield from self._beds(room, broken=large and number == count - 1)

    def _beds(self, room: rows.Room, *, broken: bool) -> Iterator[tuple[rows.Room, rows.Bed]]:
        """Bunks: odd ones below, even ones above. The last bed of the last room is out of order."""
        for label in range(1, BEDS_A_ROOM + 1):
            since = self.now.date() - timedelta(days=9) if broken and label == BEDS_A_ROOM else None
            level = "lower" if label % 2 else "upper"
            bed = rows.Bed(
                self.next_id(rows.Bed),
                self._uuid(),
                self.school.id,
                room.id,
                room.sex,
                str(label),
                level,
                since,
            )
            self.made.add(bed)
            if since is None:
                yield room, bed

    def _swap(self, boarders: list[Child]) -> None:
        for _ in range(round(len(boarders) * SWAPPED / 2)):
            one, other = self.rng.randrange(len(boarders)), self.rng.randrange(len(boarders))
            boarders[one], boarders[other] = boarders[other], boarders[one]

    def _stay(self, house: House, name: str, child: Child, room: rows.Room, bed: rows.Bed) -> None:
        school = self.school
        was_here = child.school_class.last_year_id is not None and school.last_year is not None
        if was_here and school.last_year is not None:
            self._add_stay(child, bed, school.last_year.starts_on, school.last_year.lessons_end_on)
        self._add_stay(child, bed, school.year_starts_on - ARRIVE, None)
        house.sleepers.append(
            Sleeper(child, bed.id, room.id, room.floor, bed.level, room.near_warden, was_here)
        )
        code = f"{room.number}-{bed.label}"
        for key in sorted({finder_keys.bed_code(code), finder_keys.bed_code(f"{name}{code}")}):
            key_id = self.next_id(FinderKey)
            self.made.add(FinderKey(key_id, school.id, child.id, finder_keys.BED, key))

    def _add_stay(self, child: Child, bed: rows.Bed, first: date, last: date | None) -> None:
        given_at = min(self.now, datetime.combine(first, self.now.timetz()))
        self.made.add(
            rows.Stay(
                self.next_id(rows.Stay),
                self._uuid(),
                self.school.id,
                child.id,
                bed.id,
                bed.sex,
                first,
                last,
                self.school.admin_id,
                given_at,
            )
        )

    def _uuid(self) -> UUID:
        return seeded_uuid(self.rng, self.now)
