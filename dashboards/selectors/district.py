"""The district page: tiles, the schools' table, a trend. A fixed number of queries, however many schools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from core.pagination import Page, keyset
from dashboards import words
from dashboards.counting.weeks import WEEK, is_silent, monday_of
from dashboards.indicators import BY_CODE, INDICATORS, Indicator
from dashboards.models import AreaFigure, CountedSchool, SchoolFigure
from schools.models import Area

SPARK_WEEKS = 12
TREND_WEEKS = 54
MOST_ROWS = 5_000
_AREAS_BELOW = 100


@dataclass(frozen=True)
class Shown:
    """One figure in words, and as a number where it is shown."""

    indicator: Indicator
    state: str
    value: int | None

    def __str__(self) -> str:
        return words.figure(self.indicator, self.state, self.value)


@dataclass(frozen=True)
class Tile:
    """An indicator of the area. `spark` are (x, y) of the last weeks, drawn by the server."""

    shown: Shown
    since_last_week: str
    since_last_year: str
    spark: str
    spark_text: str


@dataclass(frozen=True)
class SchoolRow:
    """A school's figures in the order of the columns. Of a silent one none: its zeros say nothing."""

    school: CountedSchool
    figures: list[Shown]
    silent_since: date | None
    is_silent: bool


@dataclass(frozen=True)
class Trend:
    """One indicator over the weeks: the chart's numbers, and the table that says the same."""

    indicator: Indicator
    rows: list[tuple[date, Shown]]

    def chart(self) -> dict[str, object]:
        return {
            "xAxis": {"type": "category", "data": [week.isoformat() for week, _shown in self.rows]},
            "yAxis": {"type": "value", "min": 0},
            "grid": {"left": 0, "right": 8, "top": 32, "bottom": 8, "containLabel": True},
            "series": [
                {
                    "type": "line",
                    "name": str(self.indicator.name),
                    "connectNulls": False,
                    "data": [shown.value for _week, shown in self.rows],
                }
            ],
        }


@dataclass(frozen=True)
class DistrictPage:
    area: Area
    week: date
    weeks: list[date]
    tiles: list[Tile]
    columns: Sequence[Indicator]
    page: Page[CountedSchool]
    rows: list[SchoolRow]
    trend: Trend
    below: list[AreaFigure]
    built_at: datetime | None

    @property
    def week_ends(self) -> date:
        return self.week + timedelta(days=6)


def district_page(
    area: Area, *, week: date | None, indicator: str, cursor: str | None, on: date
) -> DistrictPage:
    """Five queries: figures of the area, areas below, schools, their figures, when it was counted."""
    figures = _area_figures(area)
    weeks = sorted({monday for monday, _code in figures}, reverse=True)
    chosen = _chosen(weeks, week, on=on)
    page = keyset(schools(area), order=["name", "pk"], cursor=cursor)
    code = indicator if indicator in BY_CODE else INDICATORS[0].code
    return DistrictPage(
        area=area,
        week=chosen,
        weeks=weeks,
        tiles=[_tile(one, figures, chosen) for one in INDICATORS if one.on_tile],
        columns=INDICATORS,
        page=page,
        rows=school_rows(page.rows, chosen),
        # Not beyond the week that is shown: one that isn't over would bend the line's end.
        trend=_trend(BY_CODE[code], figures, [monday for monday in weeks if monday <= chosen]),
        below=_below(area, chosen),
        built_at=schools(area).aggregate(last=Max("built_at"))["last"],
    )


def _chosen(weeks: Sequence[date], asked: date | None, *, on: date) -> date:
    """The week asked for if there is one, else the last that is over, else the one under way."""
    if asked is not None and monday_of(asked) in weeks:
        return monday_of(asked)
    over = [monday for monday in weeks if monday + WEEK <= on]
    return over[0] if over else monday_of(on)


def _area_figures(area: Area) -> dict[tuple[date, str], Shown]:
    rows = AreaFigure.objects.using(settings.DISTRICT_DATABASE).filter(area_id=area.pk)
    latest = rows.order_by("-week").values_list("week", "indicator", "state", "value")
    return {
        (week, code): Shown(BY_CODE[code], state, value)
        for week, code, state, value in latest[: TREND_WEEKS * 2 * len(INDICATORS)]
        if code in BY_CODE
    }


def schools(area: Area) -> QuerySet[CountedSchool]:
    """The counted schools of an area and all below it."""
    counted = CountedSchool.objects.using(settings.DISTRICT_DATABASE)
    return counted.filter(area_path__startswith=area.path)


def _below(area: Area, week: date) -> list[AreaFigure]:
    rows = AreaFigure.objects.using(settings.DISTRICT_DATABASE).filter(
        week=week, indicator=INDICATORS[0].code, area_path__startswith=f"{area.path}/"
    )
    return list(rows.order_by("area_path")[:_AREAS_BELOW])


def school_rows(schools: Iterable[CountedSchool], week: date) -> list[SchoolRow]:
    """The schools' figures of a week in one query."""
    listed = list(schools)
    found = SchoolFigure.objects.using(settings.DISTRICT_DATABASE).filter(
        school_id__in=[school.pk for school in listed], week=week
    )
    figures = {
        (school_id, code): (state, value)
        for school_id, code, state, value in found.values_list("school_id", "indicator", "state", "value")
    }
    return [_school_row(school, figures, week) for school in listed]


def _school_row(
    school: CountedSchool, figures: dict[tuple[int, str], tuple[str, int | None]], week: date
) -> SchoolRow:
    changed = timezone.localdate(school.changed_at) if school.changed_at else None
    silent = is_silent(school.changed_at, week)
    said = {} if silent else figures
    shown = [Shown(one, *said.get((school.pk, one.code), ("no_data", None))) for one in INDICATORS]
    return SchoolRow(school, shown, changed, silent)


def _tile(indicator: Indicator, figures: dict[tuple[date, str], Shown], week: date) -> Tile:
    def value(monday: date) -> int | None:
        shown = figures.get((monday, indicator.code))
        return shown.value if shown else None

    mondays = [week - WEEK * back for back in range(SPARK_WEEKS - 1, -1, -1)]
    values = [value(monday) for monday in mondays]
    return Tile(
        figures.get((week, indicator.code), Shown(indicator, "no_data", None)),
        words.change(value(week), value(week - WEEK)),
        words.change(value(week), value(week - WEEK * 52)),
        spark(values),
        ", ".join("–" if one is None else str(one) for one in values),
    )


def spark(values: Sequence[int | None]) -> str:
    """A path through the values on a field of 120 × 32; a hidden week breaks the line."""
    shown = [value for value in values if value is not None]
    if not shown:
        return ""
    top, steps = max(*shown, 1), max(len(values) - 1, 1)
    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{place * 120 / steps:.0f} {30 - 28 * value / top:.1f}")
        pen = "L"
    return " ".join(path)


def _trend(indicator: Indicator, figures: dict[tuple[date, str], Shown], weeks: Sequence[date]) -> Trend:
    missing = Shown(indicator, "no_data", None)
    mondays = sorted(weeks)[-TREND_WEEKS:]
    return Trend(indicator, [(week, figures.get((week, indicator.code), missing)) for week in mondays])


def whole_table(area: Area, *, week: date) -> list[SchoolRow]:
    """Every school of the area, for a file or for paper; at most MOST_ROWS."""
    return school_rows(schools(area).order_by("name", "pk")[:MOST_ROWS], week)


@dataclass(frozen=True)
class Sheet:
    """A week on paper."""

    area: Area
    week: date
    columns: Sequence[Indicator]
    own: list[Shown]
    rows: list[SchoolRow]


def sheet(area: Area, *, week: date | None, on: date) -> Sheet:
    """Every school of the area in one week, and the area itself. Three queries."""
    figures = _area_figures(area)
    weeks = sorted({monday for monday, _code in figures}, reverse=True)
    chosen = _chosen(weeks, week, on=on)
    own = [figures.get((chosen, one.code), Shown(one, "no_data", None)) for one in INDICATORS]
    return Sheet(area, chosen, INDICATORS, own, whole_table(area, week=chosen))


def area_rows(area: Area) -> list[tuple[date, list[Shown]]]:
    """The area's own figures, week by week, the newest first."""
    figures = _area_figures(area)
    weeks = sorted({monday for monday, _code in figures}, reverse=True)
    return [
        (week, [figures.get((week, one.code), Shown(one, "no_data", None)) for one in INDICATORS])
        for week in weeks
    ]


def latest_week(area: Area, *, week: date | None, on: date) -> date:
    return _chosen(sorted({monday for monday, _code in _area_figures(area)}, reverse=True), week, on=on)
