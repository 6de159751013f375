"""The exact weekly counts of one school: one statement for each kind of row, over all weeks asked for.

Whether a pupil boards isn't dated in the record: today's is taken for every week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from dashboards.counting.children import stage_of
from dashboards.counting.weeks import Week
from dashboards.disclosure import tables
from dashboards.indicators import LATEST_DAYS, LEFT_BEHIND
from students.left_behind.definitions import Status
from students.left_behind.definitions import statuses as decide
from students.left_behind.facts import Answer
from students.models import Enrolment, Student
from students.selectors import left_behind


@dataclass(frozen=True)
class Count:
    """How many of how many. `days`: the histogram of a median, or left-behind pupils by group."""

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
    SELECT max(attempt.at) AS at FROM calls_contactattempt AS attempt
    WHERE attempt.student_id = pupils.id AND attempt.outcome IN ('talked', 'upset') AND attempt.at < after
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
    found |= {(one.indicator, one.week): one for one in _pupils(school_id, weeks)}
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


@dataclass(frozen=True)
class _Stay:
    """A pupil's time in a class. Sex and boarding aren't dated in the record: today's are taken."""

    student_id: int
    started_on: date
    ended_on: date | None
    boarding: str
    group: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return self.started_on <= day and (self.ended_on is None or self.ended_on >= day)


def _pupils(school_id: int, weeks: Sequence[Week]) -> Iterable[Count]:
    """What is decided pupil by pupil: whose file is complete, and who is left behind, by group."""
    rows = Enrolment.objects.filter(school_id=school_id).values_list(
        *("student_id", "started_on", "ended_on", "student__boarding"),
        *("student__sex", "school_class__grade"),
    )
    stays = [
        _Stay(pk, first, last, boarding, (sex, stage_of(grade), boarding))
        for pk, first, last, boarding, sex, grade in rows
    ]
    facts = left_behind.facts_of({stay.student_id for stay in stays})
    for week in weeks:
        here = [stay for stay in stays if stay.covers(week.counted_on)]
        statuses = {one: decide(facts[one], week.counted_on) for one in {stay.student_id for stay in here}}
        yield _files(week, here, statuses)
        yield from _left_behind(week, here, statuses)


_Statuses = dict[int, dict[str, Status]]


def _files(week: Week, here: Sequence[_Stay], statuses: _Statuses) -> Count:
    """Of whom it is known whether they board and, under every definition, whether they are left behind."""
    boards = {stay.student_id: stay.boarding for stay in here}
    known = sum(
        boarding != Student.Boarding.NOT_COLLECTED
        and all(status.answer is not Answer.NOT_COLLECTED for status in statuses[one].values())
        for one, boarding in boards.items()
    )
    return Count(week.monday, "file_complete", known, len(boards), not_collected=len(boards) - known)


def _left_behind(week: Week, here: Sequence[_Stay], statuses: _Statuses) -> Iterable[Count]:
    """Under every definition, by group in the order of tables.GROUPS."""
    groups = {stay.student_id: stay.group for stay in here}
    for definition, code in LEFT_BEHIND.items():
        answers = {one: statuses[one][definition].answer for one in groups}
        counted = Counter(groups[one] for one, answer in answers.items() if answer is Answer.YES)
        unknown = sum(answer is Answer.NOT_COLLECTED for answer in answers.values())
        parts = tuple(counted[group] for group in tables.GROUPS)
        yield Count(week.monday, code, sum(parts), len(groups), not_collected=unknown, days=parts)


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
CODES = (*_PAIRS, "parent_contact", "parent_contact_days", "file_complete", *LEFT_BEHIND.values())
