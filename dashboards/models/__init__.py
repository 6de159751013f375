"""Counts, what is shown of them, and what is published."""

from dashboards.models.counts import CountedSchool, WeeklyCount
from dashboards.models.figures import AreaFigure, SchoolFigure
from dashboards.models.statistics import FrozenCell, PeriodCount, Release, StatutoryReturn

__all__ = [
    "AreaFigure",
    "CountedSchool",
    "FrozenCell",
    "PeriodCount",
    "Release",
    "SchoolFigure",
    "StatutoryReturn",
    "WeeklyCount",
]
