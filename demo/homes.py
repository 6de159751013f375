"""What is known of each home: numbers, who is away and since when, when to call, who looks after the child.

A tenth isn't collected, as in life. It has its own chance, so that names and talks stay what they were. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Protocol
from uuid import UUID

from demo import rows

_PARENTS = {"father", "mother"}
# A third of the parents have one day a week, most two evenings; shifts decide which.
_EVENINGS = ((time(18, 0), time(20, 30)), (time(18, 30), time(21, 0)), (time(19, 0), time(21, 0)))
_NOON = (time(12, 0), time(13, 30))


class Adult(Protocol):
    id: int
    relation: str
    phone: str
    address: str


@dataclass
class Homes:
    """Adds to `made` what hangs on the people and pupils of one school."""

    school_id: int
    next_id: Callable[[type], int]
    uuid: Callable[[Random], UUID]
    rng: Random
    today: date
    made_at: datetime
    made: rows.Rows

    def known_from(self, relation: str) -> date | None:
        """Since when a parent's absences are written down; None where nobody asked."""
        if relation not in _PARENTS or self.rng.random() < 0.1:
            return None
        return self.today - timedelta(days=self.rng.randint(300, 1500))

    def hukou(self) -> str:
        return self.rng.choices(["rural", "urban", "other", "not_collected"], [86, 8, 1, 5])[0]

    def describe(self, adult: Adult, *, home: str, known_from: date | None) -> None:
        """The number, the absence and the hours of one adult."""
        if adult.phone:
            self._number(adult)
        away = adult.relation in _PARENTS and adult.address != home
        if away and (known_from is not None or self.rng.random() < 0.7):
            self._absence(adult, known_from)
        if adult.phone:
            self._windows(adult, away=away)
        if adult.relation in _PARENTS and not away and self.rng.random() < 0.6:
            answer = self.rng.choices(["yes", "no", "not_collected"], [88, 8, 4])[0]
            assessed_on = self.today - timedelta(days=self.rng.randint(20, 400))
            self.made.add(
                rows.GuardianCapacity(
                    self.next_id(rows.GuardianCapacity), self.school_id, adult.id, answer, assessed_on
                )
            )

    def link(self, adult: Adult, *, home: str, in_the_parents_place: bool) -> tuple[bool, str, str]:
        """Whether they are the carer, live with the child, may collect it."""
        if self.rng.random() < 0.1:
            return in_the_parents_place, "not_collected", "not_collected"
        here = adult.address == home
        return in_the_parents_place, "yes" if here else "no", "yes" if here else "not_collected"

    def look_after(self, student_id: int, adults: Sequence[Adult], *, since: date) -> None:
        """The first of a child's adults looks after it in the parents' place; four in a hundred have none."""
        rng = self.rng
        nobody = rng.random() < 0.04
        notice = None if rng.random() < 0.3 else since + timedelta(days=rng.randint(0, 40))
        weights = [0, 0, 70, 30] if nobody else [55, 25, 3, 17]
        assessment = rng.choices(["good", "fair", "poor", "not_collected"], weights)[0]
        assessed_on = (
            None if assessment == "not_collected" else self.today - timedelta(days=rng.randint(5, 150))
        )
        self.made.add(
            rows.CareArrangement(
                self.next_id(rows.CareArrangement),
                self.uuid(rng),
                self.school_id,
                student_id,
                None if nobody else adults[0].id,
                "both_away" if rng.random() > 0.1 else "not_collected",
                since,
                None if nobody else notice,
                assessment,
                assessed_on,
            )
        )

    def _number(self, adult: Adult) -> None:
        confirmed = self.today - timedelta(days=self.rng.randint(3, 300))
        is_confirmed = self.rng.random() < 0.85
        worked = confirmed + timedelta(days=self.rng.randint(0, (self.today - confirmed).days))
        self.made.add(
            rows.PhoneNumber(
                self.next_id(rows.PhoneNumber),
                self.uuid(self.rng),
                self.school_id,
                adult.id,
                adult.phone,
                confirmed if is_confirmed else None,
                worked if is_confirmed else None,
                self.made_at,
            )
        )

    def _absence(self, adult: Adult, known_from: date | None) -> None:
        earliest = known_from or self.today - timedelta(days=400)
        started_on = self.today - timedelta(days=self.rng.randint(10, (self.today - earliest).days))
        reason = self.rng.choices(["work", "other", "not_collected"], [93, 3, 4])[0]
        shift = self.rng.choices(["day", "evening", "rotating", "not_collected"], [48, 14, 23, 15])[0]
        self.made.add(
            rows.MigrationEpisode(
                self.next_id(rows.MigrationEpisode),
                self.uuid(self.rng),
                self.school_id,
                adult.id,
                adult.address,
                reason,
                shift,
                started_on,
            )
        )

    def _windows(self, adult: Adult, *, away: bool) -> None:
        """Whoever is at home needs none; of those away a sixth never said when."""
        if not away or self.rng.random() < 0.16:
            return
        days = self.rng.sample(range(1, 8), self.rng.choices([1, 2, 3], [30, 50, 20])[0])
        hours = _NOON if self.rng.random() < 0.15 else self.rng.choice(_EVENINGS)
        started_on = self.today - timedelta(days=self.rng.randint(20, 200))
        for weekday in sorted(days):
            self.made.add(
                rows.ReachableWindow(
                    self.next_id(rows.ReachableWindow),
                    self.uuid(self.rng),
                    self.school_id,
                    adult.id,
                    weekday,
                    *hours,
                    started_on,
                )
            )
