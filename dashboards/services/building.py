"""Keeping the weekly counts: of the schools that changed, or of all from the ground.

Whether a school changed is asked of its audit chain. Every watched row that is written, by whatever way, adds
a link to the chain of its school when the transaction commits, in the order of the commits; so two numbers
tell, and no service can forget to mark. Links that only note readings don't count as a change. A school that
stands still is counted once a week, when the week turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from dashboards import shown
from dashboards.counting import weekly
from dashboards.counting.weeks import Week, is_silent, latest, monday_of
from dashboards.indicators import BY_CODE
from dashboards.models import AreaFigure, CountedSchool, SchoolFigure, WeeklyCount
from schools.models import Area, School

# A change is counted into the week under way and the four before it; older weeks only by rebuild_counts.
OPEN_WEEKS = 5
# A year and a week: "the same week last year" is then there.
ALL_WEEKS = 54


@dataclass(frozen=True)
class Due:
    """A school to be counted, how far its chain has come, and when it last changed."""

    school_id: int
    seq: int
    changed_at: datetime | None


def build_changed(*, now: datetime) -> int:
    """Count the schools that changed since they were last counted. Says how many."""
    return _build(due(now=now), latest(OPEN_WEEKS, on=timezone.localdate(now)), now=now)


def rebuild(*, weeks: int = ALL_WEEKS, school_ids: Iterable[int] | None = None, now: datetime) -> int:
    """Count every school from its rows, whatever was counted before. Says how many."""
    wanted = None if school_ids is None else set(school_ids)
    every = [one for one in _chains() if wanted is None or one.school_id in wanted]
    return _build(every, latest(weeks, on=timezone.localdate(now)), now=now)


def due(*, now: datetime) -> list[Due]:
    """The schools whose chain holds a change that isn't counted, and those not yet counted in this week."""
    counted = {
        pk: (seq, timezone.localdate(at))
        for pk, seq, at in CountedSchool.objects.values_list("pk", "built_seq", "built_at")
    }
    this_week = monday_of(timezone.localdate(now))
    found = []
    for one in _chains():
        seq, day = counted.get(one.school_id, (-1, date.min))
        if day < this_week or (one.seq > seq and _changed_since(one.school_id, seq)):
            found.append(one)
    return found


def _chains() -> list[Due]:
    """Every school with the head of its chain; 0 where nothing was ever noted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school.id, coalesce(head.seq, 0) FROM schools_school AS school"
            " LEFT JOIN kl.audit_heads() AS head ON head.chain = school.id ORDER BY school.id"
        )
        return [Due(pk, seq, None) for pk, seq in cursor.fetchall()]


def _changed_since(school_id: int, seq: int) -> bool:
    """Whether a link after that one names a changed row: those come first in a link ('c' before 'e')."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM core_auditlink WHERE chain = %s AND seq > %s AND rows LIKE 'c%%')",
            [school_id, seq],
        )
        return bool((cursor.fetchone() or (False,))[0])


def _changed_at(school_id: int) -> datetime | None:
    """The newest change of a row; what the program sends by itself is no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at FROM core_rowchange WHERE school_id = %s AND table_name NOT LIKE 'reminders%%'"
            " ORDER BY id DESC LIMIT 1",
            [school_id],
        )
        return (cursor.fetchone() or (None,))[0]


def _build(schools: Sequence[Due], weeks: Sequence[Week], *, now: datetime) -> int:
    touched: set[str] = set()
    for one in schools:
        touched.add(_build_school(one, weeks, now=now))
    _build_areas(touched, weeks, now=now)
    return len(schools)


@transaction.atomic
def _build_school(due: Due, weeks: Sequence[Week], *, now: datetime) -> str:
    """One school in one transaction; its chain was read before its rows, so nothing is missed. Its area."""
    school = School.objects.select_related("area").get(pk=due.school_id)
    was = CountedSchool.objects.filter(pk=school.pk).values_list("changed_at", flat=True).first()
    CountedSchool.objects.update_or_create(
        school=school,
        defaults={
            "public_id": school.public_id,
            "name": school.name,
            "area_name": school.area.name,
            "area_path": school.area.path,
            "built_seq": due.seq,
            "built_at": now,
            "changed_at": _changed_at(school.pk) or was,  # the trail of old changes may be put away
        },
    )
    counts = weekly.counts(school.pk, weeks)
    days = {week.monday: week.counted_on for week in weeks}
    WeeklyCount.objects.bulk_create(
        [
            WeeklyCount(
                school=school,
                week=one.week,
                indicator=one.indicator,
                counted_on=days[one.week],
                numerator=one.numerator,
                denominator=one.denominator,
                not_collected=one.not_collected,
                days=None if one.days is None else list(one.days),
            )
            for one in counts
        ],
        update_conflicts=True,
        unique_fields=["school", "week", "indicator"],
        update_fields=["counted_on", "numerator", "denominator", "not_collected", "days"],
    )
    _show_school(school, counts)
    return school.area.path


def _show_school(school: School, counts: Sequence[weekly.Count]) -> None:
    rows = [
        SchoolFigure(school=school, week=week, indicator=code, state=state, value=value)
        for (week, code), (state, value) in shown_of_school(counts).items()
    ]
    SchoolFigure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["school", "week", "indicator"],
        update_fields=["state", "value"],
    )


def _build_areas(paths: Iterable[str], weeks: Sequence[Week], *, now: datetime) -> None:
    """Every area above a counted school anew."""
    codes = {code for path in paths for code in path.split("/")}
    for area in Area.objects.filter(code__in=codes):
        build_area(area, [week.monday for week in weeks], now=now)


@transaction.atomic
def build_area(area: Area, mondays: Sequence[date], *, now: datetime) -> None:
    """What is shown of an area, from the exact counts of the schools below it."""
    AreaFigure.objects.bulk_create(
        [
            AreaFigure(
                area=area,
                area_name=area.name,
                area_path=area.path,
                week=week,
                indicator=code,
                state=state,
                value=value,
                built_at=now,
            )
            for (week, code), (state, value) in shown_of_area(area, mondays).items()
        ],
        update_conflicts=True,
        unique_fields=["area", "week", "indicator"],
        update_fields=["area_name", "area_path", "state", "value", "built_at"],
    )


Shown = dict[tuple[date, str], tuple[str, int | None]]


def shown_of_area(area: Area, mondays: Sequence[date]) -> Shown:
    """The sums of the schools' counts, as they are shown. A silent school is no zero: it isn't among them."""
    below = CountedSchool.objects.filter(area_path__startswith=area.path)
    changed = dict(below.values_list("pk", "changed_at"))
    counts = WeeklyCount.objects.filter(week__in=mondays, indicator__in=BY_CODE, school__in=changed)
    sums: dict[tuple[date, str], tuple[int, int, list[list[int] | None]]] = {}
    fields = ("school_id", "week", "indicator", "numerator", "denominator", "days")
    for school_id, week, code, numerator, denominator, days in counts.values_list(*fields).iterator():
        had = sums.setdefault((week, code), (0, 0, []))
        if is_silent(changed[school_id], week):
            continue
        sums[week, code] = (had[0] + numerator, had[1] + denominator, [*had[2], days])
    return {
        (week, code): shown.shown(
            BY_CODE[code], numerator=numerator, denominator=denominator, days=shown.together(days)
        )
        for (week, code), (numerator, denominator, days) in sums.items()
    }


def shown_of_school(counts: Iterable[weekly.Count]) -> Shown:
    """Of the exact counts those that may be shown by week, as they are shown."""
    return {
        (one.week, one.indicator): shown.shown(
            BY_CODE[one.indicator], numerator=one.numerator, denominator=one.denominator, days=one.days
        )
        for one in counts
        if one.indicator in BY_CODE
    }
