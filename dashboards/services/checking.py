"""The nightly look at the counts: are they still what the schools' rows say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from core import audit
from dashboards.counting import weekly
from dashboards.counting.weeks import Week, latest
from dashboards.models import AreaFigure, CountedSchool, SchoolFigure, WeeklyCount
from dashboards.services import building
from schools.models import Area


@dataclass(frozen=True)
class Found:
    """How many schools were looked at; in how many of them, and in how many areas, a number was wrong."""

    schools: int
    wrong_schools: int
    wrong_areas: int

    @property
    def is_right(self) -> bool:
        return not (self.wrong_schools or self.wrong_areas)


def check(*, now: datetime) -> Found:
    """Count the open weeks of every school that stands still from its rows again, and compare.

    A difference is a change that left no trace in the school's audit chain, or a fault of the counting: it
    is said in the trail, and the school is counted anew. Schools that changed are due anyway.
    """
    mondays = [week.monday for week in latest(building.OPEN_WEEKS, on=timezone.localdate(now))]
    waiting = {one.school_id for one in building.due(now=now)}
    still = CountedSchool.objects.exclude(pk__in=waiting).order_by("pk").values_list("pk", flat=True)
    looked_at = list(still)
    wrong = {pk for pk in looked_at if not _school_is_right(pk, mondays)}
    wrong -= {one.school_id for one in building.due(now=now)}  # it changed while it was looked at
    if wrong:
        building.rebuild(weeks=building.OPEN_WEEKS, school_ids=wrong, now=now)
    areas = [area for area in _areas() if not _area_is_right(area, mondays)]
    for area in areas:
        building.build_area(area, mondays, now=now)
    found = Found(len(looked_at), len(wrong), len(areas))
    audit.record(
        "counts.checked",
        by=None,
        schools=found.schools,
        wrong_schools=found.wrong_schools,
        wrong_areas=found.wrong_areas,
    )
    return found


def _areas() -> Sequence[Area]:
    return list(Area.objects.filter(pk__in=AreaFigure.objects.values("area")).order_by("path"))


def _school_is_right(school_id: int, mondays: Sequence[date]) -> bool:
    """Both what is kept exactly and what is shown of it, as of the days on which it was counted."""
    kept = {
        (one.week, one.indicator): (one.numerator, one.denominator, one.not_collected, tuple(one.days or ()))
        for one in WeeklyCount.objects.filter(school_id=school_id, week__in=mondays)
    }
    weeks = WeeklyCount.objects.filter(school_id=school_id, week__in=mondays).order_by("week")
    days = dict(weeks.values_list("week", "counted_on"))
    counts = weekly.counts(school_id, [Week(*pair) for pair in days.items()]) if days else []
    said = {
        (one.week, one.indicator): (one.numerator, one.denominator, one.not_collected, one.days or ())
        for one in counts
    }
    shown = {
        (week, code): (state, value)
        for week, code, state, value in SchoolFigure.objects.filter(
            school_id=school_id, week__in=mondays
        ).values_list("week", "indicator", "state", "value")
    }
    return bool(counts) and kept == said and shown == building.shown_of_school(counts)


def _area_is_right(area: Area, mondays: Sequence[date]) -> bool:
    rows = AreaFigure.objects.filter(area=area, week__in=mondays)
    shown = {
        (week, code): (state, value)
        for week, code, state, value in rows.values_list("week", "indicator", "state", "value")
    }
    return shown == building.shown_of_area(area, mondays)
