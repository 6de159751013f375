"""The definitions, each a plain yes-or-no question over the facts of a day; unknowns are tried both ways.

An answer is "not collected" only where it depends on something that nobody collected; then it says on what.
Hukou isn't dated in the record: today's is taken for every day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from students.left_behind.facts import Answer, Facts, Hukou


class Day(NamedTuple):
    """What a definition asks of a day. `counts` is what is always known: the age, and school."""

    counts: Answer
    rural: Answer
    father_away: Answer
    mother_away: Answer
    father_able: Answer
    mother_able: Answer
    father_dead: Answer = Answer.NO
    mother_dead: Answer = Answer.NO
    any_away: Answer = Answer.NO  # a parent is away for work on that day, however shortly


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a child counts on a day. `reason` is a key for words (selectors.home_words), never empty.

    `missing` names the facts on which "not collected" depends, as fields of Day.
    """

    answer: Answer
    reason: str
    missing: tuple[str, ...]
    definition: str
    version: str


@dataclass(frozen=True, slots=True)
class Definition:
    """`version` changes when the same facts may get another answer, so that old counts can be told apart."""

    key: str
    version: str
    months: int
    ages: tuple[int, ...]  # birthdays on which it may turn
    day: Callable[[Facts, date], Day]
    holds: Callable[[dict[str, bool]], bool]
    why: Callable[[Day], str]
    why_not: Callable[[Day], str]


# --- civil affairs ------------------------------------------------------------------------------------
_CIVIL_AGE = 16


def _civil_day(facts: Facts, on: date) -> Day:
    father, mother = facts.parents
    return Day(
        counts=Answer.of(facts.born_on <= on and facts.age(on) < _CIVIL_AGE),
        rural=_rural(facts),
        father_away=father.away(on),
        mother_away=mother.away(on),
        father_able=father.able(on),
        mother_able=mother.able(on),
        father_dead=Answer.of(father.dead(on)),
        mother_dead=Answer.of(mother.dead(on)),
    )


def _civil_holds(known: dict[str, bool]) -> bool:
    father, mother = known["father_away"], known["mother_away"]
    left = (
        (father and mother) or (father and not known["mother_able"]) or (mother and not known["father_able"])
    )
    return known["counts"] and known["rural"] and left


def _civil_why(day: Day) -> str:
    if day.father_away is Answer.YES and day.mother_away is Answer.YES:
        return "both_away"
    if Answer.YES in (day.father_dead, day.mother_dead):
        return "one_away_other_dead"
    return "one_away_other_unable"


def _civil_why_not(day: Day) -> str:
    if day.counts is Answer.NO:
        return "too_old"
    if day.rural is Answer.NO:
        return "not_rural"
    if day.father_dead is Answer.YES and day.mother_dead is Answer.YES:
        return "both_dead"
    if Answer.YES in (day.father_away, day.mother_away):
        return "able_parent_at_home"
    if day.father_away is Answer.NO and day.mother_away is Answer.NO:
        return "nobody_away"
    return "able_parent_at_home"


CIVIL_AFFAIRS = Definition(
    # 国发〔2016〕13号: both parents away for work, or one is and the other has no capacity to be a guardian;
    # rural hukou, under 16. A dead parent has none: the other's leaving leaves the child with nobody.
    "civil_affairs",
    "civil-affairs-2016/1",
    months=0,
    ages=(_CIVIL_AGE,),
    day=_civil_day,
    holds=_civil_holds,
    why=_civil_why,
    why_not=_civil_why_not,
)

# --- education statistics -----------------------------------------------------------------------------
_MONTHS = 3
_SCHOOL_AGES = (6, 16)


def _education_day(facts: Facts, on: date) -> Day:
    father, mother = facts.parents
    away = Answer.YES in (father.away(on), mother.away(on))
    first, end = _SCHOOL_AGES
    return Day(
        counts=Answer.of(facts.in_school(on) or first <= facts.age(on) < end),
        rural=_rural(facts),
        father_away=father.away_for(_MONTHS, on),
        mother_away=mother.away_for(_MONTHS, on),
        # Able or not doesn't matter here, so nothing depends on it.
        father_able=Answer.YES,
        mother_able=Answer.YES,
        father_dead=Answer.of(father.dead(on)),
        mother_dead=Answer.of(mother.dead(on)),
        any_away=Answer.of(away),
    )


def _education_holds(known: dict[str, bool]) -> bool:
    return known["counts"] and known["rural"] and (known["father_away"] or known["mother_away"])


def _education_why(day: Day) -> str:
    if day.father_away is Answer.YES and day.mother_away is Answer.YES:
        return "both_away_three_months"
    return "one_away_three_months"


def _education_why_not(day: Day) -> str:
    if day.counts is Answer.NO:
        return "not_school_age"
    if day.rural is Answer.NO:
        return "not_rural"
    if day.father_dead is Answer.YES and day.mother_dead is Answer.YES:
        return "both_dead"
    return "away_too_short" if day.any_away is Answer.YES else "nobody_away"


EDUCATION = Definition(
    # Ministry of Education's statistics: one parent or both away for work for three months on end, the child
    # at the hukou place with the other or with relatives, in compulsory education: in grades 1 to 9, or of
    # the age for it (6 to 15). That the child stayed at the hukou place is taken from being at school here.
    "education",
    "education-statistics/1",
    months=_MONTHS,
    ages=_SCHOOL_AGES,
    day=_education_day,
    holds=_education_holds,
    why=_education_why,
    why_not=_education_why_not,
)

DEFINITIONS = {one.key: one for one in (CIVIL_AFFAIRS, EDUCATION)}


def status(facts: Facts, definition: Definition, on: date) -> Status:
    """Whether a child counts as left behind on a day under a definition, and why."""
    return _decide(definition.key, definition.day(facts, on))


def statuses(facts: Facts, on: date) -> dict[str, Status]:
    """The same under every definition, by its key."""
    return {key: status(facts, definition, on) for key, definition in DEFINITIONS.items()}


def former(facts: Facts, definition: Definition, on: date) -> Answer:
    """Whether a child counted on an earlier day and doesn't on this one.

    Children who were left behind before do as badly as those who are (domain.md §7), so it is kept. Yes needs
    one known day; no needs every day since birth, so a past that nobody asked about is "not collected".
    """
    now = status(facts, definition, on).answer
    if now is Answer.YES:
        return Answer.NO
    days = facts.turning_days(months=definition.months, ages=definition.ages)
    past = {status(facts, definition, day).answer for day in days if day < on}
    if Answer.YES in past:
        return Answer.YES if now is Answer.NO else Answer.NOT_COLLECTED
    return Answer.NOT_COLLECTED if Answer.NOT_COLLECTED in past else Answer.NO


@lru_cache(maxsize=4096)
def _decide(key: str, day: Day) -> Status:
    """Few different days occur in a county, so each is thought through once."""
    definition = DEFINITIONS[key]
    open_facts = [name for name, answer in day._asdict().items() if answer is Answer.NOT_COLLECTED]
    known = {name: answer is Answer.YES for name, answer in day._asdict().items()}
    tried = {
        values: definition.holds(known | dict(zip(open_facts, values, strict=True)))
        for values in product((False, True), repeat=len(open_facts))
    }
    if all(tried.values()):
        return Status(Answer.YES, definition.why(day), (), key, definition.version)
    if not any(tried.values()):
        return Status(Answer.NO, definition.why_not(day), (), key, definition.version)
    missing = tuple(name for place, name in enumerate(open_facts) if _matters(tried, place))
    return Status(Answer.NOT_COLLECTED, "not_collected", missing, key, definition.version)


def _matters(tried: dict[tuple[bool, ...], bool], place: int) -> bool:
    """Whether the answer turns on one of the open facts, however the others may be."""
    return any(
        holds != tried[(*values[:place], not values[place], *values[place + 1 :])]
        for values, holds in tried.items()
    )


def _rural(facts: Facts) -> Answer:
    if facts.hukou is Hukou.NOT_COLLECTED:
        return Answer.NOT_COLLECTED
    return Answer.of(facts.hukou is Hukou.RURAL)
