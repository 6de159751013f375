"""What is known of a child and the parents, and what it says of one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain

_DAY = timedelta(days=1)


class Answer(StrEnum):
    """未采集 is a value of its own."""

    YES = "yes"
    NO = "no"
    NOT_COLLECTED = "not_collected"

    @classmethod
    def of(cls, truth: bool) -> Answer:
        return cls.YES if truth else cls.NO


class Hukou(StrEnum):
    """户籍性质."""

    RURAL = "rural"
    URBAN = "urban"
    OTHER = "other"
    NOT_COLLECTED = "not_collected"


class Why(StrEnum):
    """Why somebody is away."""

    WORK = "work"
    OTHER = "other"
    NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from home from a day to a day; the last day counts, and without one it lasts."""

    started_on: date
    ended_on: date | None = None
    why: Why = Why.WORK

    def covers(self, on: date) -> bool:
        return self.started_on <= on and (self.ended_on is None or on <= self.ended_on)


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent. `known_from` is the day since which the absences are complete; else the first one's start.

    `capacities` are (day of the assessment, whether they are able to be a guardian); the newest one holds.
    `is_dead` without a day means: on every day that is asked about.
    """

    absences: tuple[Absence, ...] = ()
    known_from: date | None = None
    capacities: tuple[tuple[date, Answer], ...] = ()
    is_dead: bool = False
    died_on: date | None = None

    def dead(self, on: date) -> bool:
        return self.is_dead and (self.died_on is None or on >= self.died_on)

    def away(self, on: date) -> Answer:
        """Whether they are away for work on a day. Whoever is away for another reason isn't."""
        if self.dead(on):
            return Answer.NO
        absence = self._absence(on)
        if absence is not None:
            return Answer.NOT_COLLECTED if absence.why is Why.NOT_COLLECTED else Answer.of(_works(absence))
        return Answer.NO if self._known(on) else Answer.NOT_COLLECTED

    def away_for(self, months: int, on: date) -> Answer:
        """Whether they have been away for work without a break for so many months; one complete today counts.

        Moving on to another place the next day is no break.
        """
        away = self.away(on)
        if away is Answer.NO or self._absence(on) is None:
            return away
        if away is Answer.YES and _reached(self._since(on, {Why.WORK}), months, on):
            return Answer.YES
        if _reached(self._since(on, {Why.WORK, Why.NOT_COLLECTED}), months, on):
            return Answer.NOT_COLLECTED
        return Answer.NO

    def able(self, on: date) -> Answer:
        """Whether they are able to be a guardian. The dead aren't."""
        if self.dead(on):
            return Answer.NO
        known = [one for one in self.capacities if one[0] <= on]
        return max(known, key=lambda one: one[0])[1] if known else Answer.NOT_COLLECTED

    def turning_days(self, months: int) -> Iterator[date]:
        """Every day on which an answer about this parent may become another one."""
        for absence in self.absences:
            yield absence.started_on
            yield add_months(absence.started_on, months)
            if absence.ended_on is not None:
                yield absence.ended_on + _DAY
        yield from (day for day, _able in self.capacities)
        yield from (day for day in (self.known_from, self.died_on) if day is not None)

    def _absence(self, on: date) -> Absence | None:
        return next((one for one in self.absences if one.covers(on)), None)

    def _known(self, on: date) -> bool:
        starts = [one.started_on for one in self.absences]
        days = [*starts, self.known_from] if self.known_from else starts
        return bool(days) and on >= min(days)

    def _since(self, on: date, reasons: set[Why]) -> date:
        """The first day of the unbroken time away for these reasons that reaches to `on`."""
        since = on + _DAY
        for one in sorted(self.absences, key=lambda one: one.started_on, reverse=True):
            reaches = one.ended_on is None or one.ended_on + _DAY >= since
            if one.started_on <= on and reaches and one.why in reasons:
                since = min(since, one.started_on)
        return since


@dataclass(frozen=True, slots=True)
class Facts:
    """A child. A parent who is None isn't on the record: nothing about them is collected.

    `schooling` are the stays in grades 1 to 9 (first day, last day or None).
    """

    born_on: date
    hukou: Hukou = Hukou.NOT_COLLECTED
    father: Parent | None = None
    mother: Parent | None = None
    schooling: tuple[tuple[date, date | None], ...] = ()

    @property
    def parents(self) -> tuple[Parent, Parent]:
        return self.father or _NOBODY_ASKED, self.mother or _NOBODY_ASKED

    def age(self, on: date) -> int:
        """Full years; reached on the birthday itself."""
        age = on.year - self.born_on.year
        return age if on >= add_months(self.born_on, 12 * age) else age - 1

    def in_school(self, on: date) -> bool:
        return any(first <= on and (last is None or on <= last) for first, last in self.schooling)

    def turning_days(self, *, months: int, ages: tuple[int, ...]) -> list[date]:
        """Every day from birth on which an answer may become another one, in order."""
        birthdays = (add_months(self.born_on, 12 * age) for age in ages)
        stays = (
            day
            for first, last in self.schooling
            for day in (first, *([last + _DAY] if last is not None else []))
        )
        parents = (parent.turning_days(months) for parent in self.parents)
        days = chain([self.born_on], birthdays, stays, *parents)
        return sorted({day for day in days if day >= self.born_on})


_NOBODY_ASKED = Parent()


def add_months(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day (Civil Code art. 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    length = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
    return first.replace(day=min(day.day, length))


def _works(absence: Absence) -> bool:
    return absence.why is Why.WORK


def _reached(since: date, months: int, on: date) -> bool:
    return on >= add_months(since, months)
