"""The exact weekly counts of one school: one statement for each kind of row, over all weeks asked for.

Whether a pupil boards isn't dated in the record: today's is taken for every week.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from dashboards.counting.weeks import Week
from dashboards.indicators import LATEST_DAYS
from students.left_behind.definitions import statuses as decide
from students.left_behind.facts import Answer
from students.models import Enrolment, Student
from students.selectors import left_behind


@dataclass(frozen=True)
class Count:
    """How many of how many. `days`: the histogram of a median."""

    week: date
    indicator: str
    numerator: int
    denominator: int
    not_collected: int = 0
    days: tuple[int, ...] | None = None


# `w` are the weeks, `pupils` who is enrolled on each week's day, `after` the end of that day.
_WEEKS = """
WITH w AS (
    SELECT week, counted_on, (counted_on + 1)::timestamp AT TIME ZONE %(zone)s AS after,
        week::timestamp AT TIME ZONE %(zone)s AS begins
    FROM unnest(%(weeks)s::date[], %(days)s::date[]) AS one (week, counted_on)
), pupils AS (
    SELECT w.*, s.id, s.boarding
    FROM w
    JOIN students_enrolment AS e ON e.school_id = %(school)s AND e.started_on <= w.counted_on
        AND (e.ended_on IS NULL OR e.ended_on >= w.counted_on)
    JOIN students_student AS s ON s.id = e.student_id
)
"""

_TALKS = """
SELECT week, count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM counselling_session AS t
        WHERE t.student_id = pupils.id AND t.withdrawn_at IS NULL
          AND t.happened_at >= (counted_on - 29)::timestamp AT TIME ZONE %(zone)s AND t.happened_at < after
    )), count(*)
FROM pupils GROUP BY week
"""

_CONTACT = """
SELECT week,
    least(coalesce(counted_on - (last.at AT TIME ZONE %(zone)s)::date, %(latest)s), %(latest)s) AS days,
    count(*)
FROM pupils LEFT JOIN LATERAL (
    SELECT max(place.starts_at) AS at
    FROM calls_callpupil AS place JOIN calls_call AS call ON call.id = place.call_id
    WHERE place.student_id = pupils.id AND call.state = 'talked' AND place.starts_at < after
) AS last ON true
WHERE boarding = 'boarder' GROUP BY week, days
"""

_PLANNED = """
SELECT week, count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM calls_callpupil AS place
        WHERE place.student_id = pupils.id AND place.stands
          AND place.starts_at >= begins AND place.starts_at < begins + interval '7 days'
    )), count(*)
FROM pupils WHERE boarding = 'boarder' GROUP BY week
"""

_REACHED = """
SELECT week, count(*) FILTER (WHERE call.state = 'talked'), count(*)
FROM w JOIN calls_call AS call ON call.school_id = %(school)s AND call.stands
    AND call.starts_at >= begins AND call.starts_at < begins + interval '7 days' AND call.ends_at < after
GROUP BY week
"""

_FOLLOW_UPS = """
SELECT week, count(*) FILTER (WHERE promise.due_on < counted_on), count(*)
FROM w JOIN counselling_followup AS promise ON promise.school_id = %(school)s AND promise.created_at < after
    AND (promise.done_at IS NULL OR promise.done_at >= after)
    AND (promise.cancelled_at IS NULL OR promise.cancelled_at >= after)
GROUP BY week
"""

_BEDS = """
SELECT week, (
        SELECT count(*) FROM dormitories_bed AS bed
        JOIN dormitories_room AS room ON room.id = bed.room_id
        JOIN dormitories_building AS house ON house.id = room.building_id
        WHERE bed.school_id = %(school)s AND (house.closed_on IS NULL OR house.closed_on > counted_on)
          AND NOT coalesce(bed.out_of_order_from <= counted_on
                           AND coalesce(bed.out_of_order_to >= counted_on, true), false)
    ), (SELECT count(*) FROM pupils WHERE pupils.week = w.week AND boarding = 'boarder')
FROM w
"""

_ROLLS = """
SELECT week, count(*) FILTER (WHERE roll.closed_at <= roll.opened_at + interval '30 minutes'), count(*)
FROM w JOIN dormitories_rollcall AS roll ON roll.school_id = %(school)s AND roll.kind = 'evening'
    AND roll."on" BETWEEN week AND counted_on
GROUP BY week
"""


def counts(school_id: int, weeks: Sequence[Week]) -> list[Count]:
    """Every indicator of every week; where there is nothing to count, 0 of 0."""
    asked = {
        "school": school_id,
        "weeks": [week.monday for week in weeks],
        "days": [week.counted_on for week in weeks],
        "zone": settings.TIME_ZONE,
        "latest": LATEST_DAYS,
    }
    found = {(one.indicator, one.week): one for one in _all(asked)}
    found |= {(one.indicator, one.week): one for one in _files(school_id, weeks)}
    return [
        found.get((code, week.monday), Count(week.monday, code, 0, 0)) for code in CODES for week in weeks
    ]


def _all(asked: dict[str, Any]) -> Iterable[Count]:
    for code, statement in _PAIRS.items():
        for week, numerator, denominator in _rows(statement, asked):
            yield Count(week, code, numerator, denominator)
    yield from _contact(asked)


def _contact(asked: dict[str, Any]) -> Iterable[Count]:
    """Contact within seven days and the histogram of the waiting are one statement."""
    waits: dict[date, list[int]] = {}
    for week, days, pupils in _rows(_CONTACT, asked):
        waits.setdefault(week, [0] * (LATEST_DAYS + 1))[days] = pupils
    for week, days in waits.items():
        yield Count(week, "parent_contact", sum(days[:7]), sum(days))
        yield Count(week, "parent_contact_days", 0, sum(days), days=tuple(days))


def _files(school_id: int, weeks: Sequence[Week]) -> Iterable[Count]:
    """Of whom it is known whether they board and, under every definition, whether they are left behind."""
    stays = list(
        Enrolment.objects.filter(school_id=school_id).values_list("student_id", "started_on", "ended_on")
    )
    boards = dict(Student.objects.filter(school_id=school_id).values_list("pk", "boarding"))
    facts = left_behind.facts_of({student for student, _first, _last in stays})
    for week in weeks:
        day = week.counted_on
        here = {one for one, first, last in stays if first <= day and (last is None or last >= day)}
        known = sum(
            boards.get(one) != Student.Boarding.NOT_COLLECTED
            and all(status.answer is not Answer.NOT_COLLECTED for status in decide(facts[one], day).values())
            for one in here
        )
        yield Count(week.monday, "file_complete", known, len(here), not_collected=len(here) - known)


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS + statement, asked)
        return list(cursor.fetchall())


_PAIRS = {
    "talk_coverage": _TALKS,
    "follow_ups_overdue": _FOLLOW_UPS,
    "beds_per_boarder": _BEDS,
    "rolls_on_time": _ROLLS,
    "calls_planned": _PLANNED,
    "calls_reached": _REACHED,
}
CODES = (*_PAIRS, "parent_contact", "parent_contact_days", "file_complete")
