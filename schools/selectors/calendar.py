"""The school's time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from schools.models import School, SchoolDay, SchoolYear, Term

SATURDAY = 5


@dataclass(frozen=True)
class DayRun:
    """Days in a row that are the same thing: the National Day week is one line."""

    first: SchoolDay
    last: SchoolDay
    days: list[SchoolDay]


@dataclass(frozen=True)
class Calendar:
    """One school year as the calendar page shows it."""

    years: list[SchoolYear]
    year: SchoolYear | None
    terms: list[Term]
    runs: list[DayRun]


def is_school_day(school: School, on: date) -> bool:
    """Whether there are lessons: holidays beat weekdays, make-up days beat weekends, terms bound both.

    A school that has entered no term yet has lessons on every weekday.
    """
    special = SchoolDay.objects.filter(school=school, on=on).values_list("kind", flat=True).first()
    if special is not None:
        return special == SchoolDay.Kind.MAKE_UP
    if on.weekday() >= SATURDAY:
        return False
    terms = Term.objects.filter(school=school)
    return terms.filter(starts_on__lte=on, ends_on__gte=on).exists() or not terms.exists()


def calendar(school: School, *, on: date, starts_on: date | None = None) -> Calendar:
    """The years, and of one of them (the asked one, else the present one) terms and special days."""
    years = list(SchoolYear.objects.filter(school=school).order_by("-starts_on")[:20])
    begun = [year for year in years if year.starts_on <= on]
    year = next((one for one in years if one.starts_on == starts_on), None)
    year = year or next(iter(begun or years[-1:]), None)
    if year is None:
        return Calendar(years, None, [], _runs(SchoolDay.objects.filter(school=school).order_by("on")[:400]))
    days = SchoolDay.objects.filter(school=school, on__range=(year.starts_on, year.ends_on)).order_by("on")
    terms = list(Term.objects.filter(year=year).order_by("starts_on"))
    return Calendar(years, year, terms, _runs(days))


def _runs(days: Iterable[SchoolDay]) -> list[DayRun]:
    """Put neighbours of one kind and name together."""
    numbered = enumerate(days)
    runs = []
    for _key, group in groupby(
        numbered, key=lambda pair: (pair[1].kind, pair[1].name, pair[1].on - timedelta(days=pair[0]))
    ):
        run = [day for _number, day in group]
        runs.append(DayRun(run[0], run[-1], run))
    return runs
