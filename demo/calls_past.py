"""A year of calls home in one school: a few in the year before, more from week to week in this one.

Telephones and windows, the calls and how they went. In the first school the last weeks are left to the
planner itself (demo.calls_home). Pure and seeded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from random import Random
from uuid import UUID

from demo import house_rows as rows
from demo import places
from demo.households import Child, NextId, SchoolFacts, seeded_uuid
from demo.rows import GuardianLink, PhoneNumber, Rows

EVENINGS = (1, 2, 3, 4, 7)  # Friday and Saturday many go home
FROM, UNTIL, SLOT = time(18, 30), time(20, 30), timedelta(minutes=10)
SLOTS = 12
WEEKS = 53
NOTED_AFTER = timedelta(minutes=9)
UPSET = 0.05  # of those that were reached
_FEWEST_PHONES, _MOST_PHONES = 2, 8
_WANTED = 0.8  # places for so many of the families a week
_LAST_YEAR, _FIRST_WEEK, _NOW = 0.1, 0.25, 0.85  # share of the families that have a call in a week
_STEADY = 3  # weeks at the end in which as many have a call as can
_REACHED_THEN, _REACHED_NOW = 0.7, 0.86
_TELEPHONES = (
    "一楼大厅 1",
    "一楼大厅 2",
    "女生楼值班室",
    "男生楼值班室",
    "德育处",
    "图书角",
    "心理室",
    "传达室",
)


@dataclass(frozen=True)
class Unit:
    """Siblings who share a call, and whom they call in turn: (person, number)."""

    adults: tuple[tuple[int, int], ...]
    student_ids: tuple[int, ...]

    def adult(self, week: int) -> tuple[int, int]:
        """Every third week the other parent."""
        return self.adults[1 if len(self.adults) > 1 and week % 3 == 0 else 0]


@dataclass
class PastCalls:
    """Fills `made`; calls of the last `planned_weeks` weeks and of this one are somebody else's."""

    school: SchoolFacts
    children: Sequence[Child]
    now: datetime
    next_id: NextId
    made: Rows
    planned_weeks: int | None = None
    phones: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.school.plan.code}:calls")
        first = self.school.last_year.starts_on if self.school.last_year else self.school.year_starts_on
        self.since = min(first, self.school.year_starts_on)

    def build(self) -> None:
        units = self._units()
        if not units:
            return
        self._set_up(len(units))
        self.rng.shuffle(units)
        monday = self.now.date() - timedelta(days=self.now.weekday())
        lessons = set(places.school_days(monday - timedelta(weeks=WEEKS), monday + timedelta(days=7)))
        last = -1 if self.planned_weeks is None else self.planned_weeks
        turn = 0
        for back in range(WEEKS, last, -1):
            week = monday - timedelta(weeks=back)
            count = min(round(len(units) * self._share(week, back)), self._capacity)
            chosen = [units[(turn + place) % len(units)] for place in range(count)]
            turn += count
            self._week(week, back, chosen, lessons)

    # --- who calls whom ----------------------------------------------------------------------------
    def _units(self) -> list[Unit]:
        """Families of boarders with a confirmed number; a parent rather than a grandparent, mostly."""
        today = self.now.date()
        confirmed = {
            one.person_id: one.id
            for one in self.made.of(PhoneNumber)
            if one.confirmed_on is not None and one.confirmed_on <= today
        }
        links: dict[int, list[GuardianLink]] = defaultdict(list)
        for link in self.made.of(GuardianLink):
            if link.person_id in confirmed:
                links[link.student_id].append(link)
        pupils: dict[tuple[tuple[int, int], ...], list[int]] = defaultdict(list)
        for child in self.children:
            if child.boards and links[child.id]:
                adults = links[child.id]
                parents = [link for link in adults if link.relation in {"mother", "father"}]
                # by the person, not by chance: siblings call the same adults
                chosen = parents if parents and adults[0].person_id % 5 else adults
                pupils[tuple((one.person_id, confirmed[one.person_id]) for one in chosen[:2])].append(
                    child.id
                )
        return [Unit(adults, tuple(found)) for adults, found in pupils.items()]

    def _share(self, week: date, back: int) -> float:
        if week < self.school.year_starts_on:
            return _LAST_YEAR
        if back <= _STEADY:
            return _NOW
        weeks = max(1, (self.now.date() - self.school.year_starts_on).days // 7 - _STEADY)
        return _FIRST_WEEK + (_NOW - _FIRST_WEEK) * max(0, weeks - (back - _STEADY)) / weeks

    # --- telephones --------------------------------------------------------------------------------
    @property
    def _capacity(self) -> int:
        return len(self.phones) * SLOTS * len(EVENINGS)

    def _set_up(self, units: int) -> None:
        wanted = ceil(units * _WANTED / SLOTS / len(EVENINGS))
        for place in range(min(max(wanted, _FEWEST_PHONES), _MOST_PHONES)):
            phone = rows.Phone(
                self.next_id(rows.Phone),
                self._uuid(self.now),
                self.school.id,
                _TELEPHONES[place],
                place,
                self.since,
            )
            self.phones.append(phone.id)
            self.made.add(phone)
        for weekday in EVENINGS:
            key, name = self.next_id(rows.CallWindow), self._uuid(self.now)
            self.made.add(
                rows.CallWindow(key, name, self.school.id, weekday, FROM, UNTIL, self.since),
            )

    # --- the calls ---------------------------------------------------------------------------------
    def _week(self, monday: date, back: int, chosen: list[Unit], lessons: set[date]) -> None:
        """Spread over the evenings before a day of lessons."""
        evenings = [monday + timedelta(days=weekday - 1) for weekday in EVENINGS]
        open_ones = [day for day in evenings if day + timedelta(days=1) in lessons]
        if not open_ones:
            return
        reached = _REACHED_NOW - (_REACHED_NOW - _REACHED_THEN) * min(back, 40) / 40
        for unit, (starts_at, phone_id) in zip(chosen, self._places(open_ones, len(chosen)), strict=False):
            self._call(unit, unit.adult(back), starts_at, phone_id, reached)

    def _places(self, evenings: list[date], wanted: int) -> Iterator[tuple[datetime, int]]:
        """Places evenly through the evenings, as many as wanted or as there are."""
        total = len(evenings) * SLOTS * len(self.phones)
        count = min(wanted, total)
        for number in range(count):
            slot, phone = divmod(number * total // count, len(self.phones))
            evening, place = divmod(slot, SLOTS)
            begins = datetime.combine(evenings[evening], FROM, tzinfo=self.now.tzinfo)
            yield begins + place * SLOT, self.phones[phone]

    def _call(
        self, unit: Unit, adult: tuple[int, int], starts_at: datetime, phone_id: int, reached: float
    ) -> None:
        ends_at = starts_at + SLOT
        is_over = ends_at < self.now - NOTED_AFTER
        state = ("talked" if self.rng.random() < reached else "missed") if is_over else "planned"
        person_id, number_id = adult
        made_at = starts_at - timedelta(days=starts_at.isoweekday(), hours=6)
        call = rows.Call(
            self.next_id(rows.Call),
            self._uuid(made_at),
            self.school.id,
            phone_id,
            person_id,
            number_id,
            starts_at,
            ends_at,
            state,
            self.school.admin_id,
            made_at,
        )
        self.made.add(call)
        for student_id in unit.student_ids:
            key = self.next_id(rows.CallPupil)
            self.made.add(
                rows.CallPupil(key, self.school.id, call.id, student_id, starts_at, ends_at, stands=True)
            )
            if is_over:
                self._attempt(call, student_id)

    def _attempt(self, call: rows.Call, student_id: int) -> None:
        reached = call.state == "talked"
        outcome = ("upset" if self.rng.random() < UPSET else "talked") if reached else "no_answer"
        self.made.add(
            rows.ContactAttempt(
                self.next_id(rows.ContactAttempt),
                self._uuid(call.starts_at),
                self.school.id,
                student_id,
                call.person_id,
                call.number_id,
                call.id,
                outcome,
                self.rng.randint(3, 10) if reached else None,
                call.starts_at,
                self.school.warden_ids[0],
                call.starts_at + NOTED_AFTER,
            )
        )

    def _uuid(self, at: datetime) -> UUID:
        return seeded_uuid(self.rng, at)
