"""The rolls of one school's houses: every night of the last week, before it a floor a night or a week.

Most rolls are closed within half an hour. Where the clock stands in an evening, tonight's roll of the first
house is open, with one child to find. Pure and seeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from demo import house_rows as rows
from demo import places
from demo.households import NextId, SchoolFacts, seeded_uuid
from demo.houses import ARRIVE, House, Sleeper
from demo.rows import Rows

OPENED = time(21, 20)
_OVER = timedelta(minutes=75)  # by then every roll of an evening was closed
_NIGHT = timedelta(hours=4)  # until four it is still the evening before
EVERY_NIGHT = timedelta(days=5)
EVERY_SAMPLE = timedelta(weeks=14)  # of each night a small floor: so the district has enough rolls to show
WEDNESDAY = 3
A_YEAR = timedelta(weeks=53)
LATE = 0.07  # of the rolls were open for more than half an hour
_ELSEWHERE = [("at_home", "", 30), ("sick_bay", "", 10), ("called_away", "", 4), ("other", "镇卫生院输液", 2)]
_AWAY = 0.03  # of the boarders on a night


@dataclass
class Nights:
    """Fills `made` with rolls and marks, and with when they were closed (Rows.closings)."""

    school: SchoolFacts
    houses: Sequence[House]
    leaves: Sequence[rows.Leave]
    now: datetime
    next_id: NextId
    made: Rows
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.school.plan.code}:nights")

    def build(self) -> None:
        if not self.houses:
            return
        tonight = (self.now - _NIGHT).date()
        nights = self._nights(tonight)
        for night in nights:
            if night > tonight - EVERY_NIGHT:
                for house in self.houses:
                    self._closed(house, None, night)
            elif night > tonight - EVERY_SAMPLE or night.isoweekday() == WEDNESDAY:
                self._sample(night)
        tomorrow = tonight + timedelta(days=1)
        if tonight not in nights and places.school_days(tomorrow, tomorrow):
            self._tonight(tonight)

    def _nights(self, tonight: date) -> list[date]:
        """The evenings before a day of lessons, as far as they are over."""
        lessons = places.school_days(tonight - A_YEAR, tonight + timedelta(days=1))
        nights = [day - timedelta(days=1) for day in lessons]
        return [night for night in nights if self._at(night) + _OVER < self.now]

    def _at(self, night: date) -> datetime:
        return datetime.combine(night, OPENED, tzinfo=self.now.tzinfo)

    def _sample(self, night: date) -> None:
        """The smallest floor of one house: enough for the district's line, and few rows."""
        house = self.rng.choice(list(self.houses))
        floor = min(house.floors, key=lambda number: len(house.floor(number)))
        last_year = night < self.school.year_starts_on - ARRIVE
        expected = [one for one in house.floor(floor) if one.was_here or not last_year]
        if expected:
            self._closed(house, floor, night, expected)

    def _closed(
        self, house: House, floor: int | None, night: date, expected: list[Sleeper] | None = None
    ) -> None:
        opened_at = self._at(night) + timedelta(minutes=self.rng.randrange(7))
        minutes = self.rng.randint(33, 50) if self.rng.random() < LATE else self.rng.randint(8, 26)
        warden = self.rng.choice(self.school.warden_ids)
        roll = self._roll(house, floor, night, warden, opened_at)
        for number, one in enumerate(expected or house.sleepers, start=1):
            status, note = self._where()
            at = opened_at + timedelta(seconds=3 * number)
            self._mark(roll, number, one, status, note, None, warden, at)
        self.made.closings.append((roll.id, warden, opened_at + timedelta(minutes=minutes)))

    def _where(self) -> tuple[str, str]:
        if self.rng.random() >= _AWAY:
            return "present", ""
        status, note, _weight = self.rng.choices(_ELSEWHERE, [weight for *_words, weight in _ELSEWHERE])[0]
        return status, note

    def _tonight(self, night: date) -> None:
        """Under way: all of the first house are found but one."""
        if self.now < self._at(night) + timedelta(minutes=2):
            return
        out = {leave.student_id: leave for leave in self.leaves if leave.out_at and leave.back_at is None}
        house, warden = self.houses[0], self.school.warden_ids[0]
        roll = self._roll(house, None, night, warden, max(self._at(night), self.now - timedelta(minutes=7)))
        to_find = next((one for one in house.sleepers[5:] if one.child.id not in out), None)
        for number, one in enumerate(house.sleepers, start=1):
            leave = out.get(one.child.id)
            if leave is not None and leave.due_back_at > self.now:
                self._mark(roll, number, one, "leave", "", leave.id, None, None)
            elif one is to_find or leave is not None:
                self._mark(roll, number, one, "", "", None, None, None)
            else:
                at = min(self.now, roll.opened_at + timedelta(seconds=3 * number))
                self._mark(roll, number, one, "present", "", None, warden, at)

    def _roll(
        self, house: House, floor: int | None, night: date, warden: int, opened_at: datetime
    ) -> rows.RollCall:
        roll = rows.RollCall(
            self.next_id(rows.RollCall),
            self._uuid(opened_at),
            self.school.id,
            house.id,
            floor,
            "evening",
            night,
            warden,
            opened_at,
        )
        self.made.add(roll)
        return roll

    def _mark(
        self,
        roll: rows.RollCall,
        number: int,
        one: Sleeper,
        status: str,
        note: str,
        leave_id: int | None,
        by_id: int | None,
        at: datetime | None,
    ) -> None:
        key = self.next_id(rows.RollMark)
        self.made.add(
            rows.RollMark(
                key,
                self.school.id,
                roll.id,
                one.child.id,
                one.bed_id,
                number,
                status,
                note,
                leave_id,
                by_id,
                at,
            )
        )

    def _uuid(self, at: datetime) -> UUID:
        return seeded_uuid(self.rng, at)
