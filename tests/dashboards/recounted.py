"""The counts of a week once more, by plain Python over the rows of a lively school."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from calls.models import Call, CallPupil, ContactAttempt
from counselling.models import FollowUp, Session
from dashboards.counting.weeks import Week
from dormitories.models import Bed, RollCall
from schools.models import School
from students.models import Enrolment, Student
from students.selectors import left_behind
from tests.dashboards.lively import at

Pair = tuple[int, int]


def recount(school: School, week: Week) -> dict[str, Pair]:
    """Every pair of numbers of a week, from the rows, one at a time."""
    day, after = week.counted_on, at(week.counted_on + timedelta(days=1), 0)
    here = [
        one.student
        for one in Enrolment.objects.filter(school=school).select_related("student")
        if one.started_on <= day and (one.ended_on is None or one.ended_on >= day)
    ]
    boarders = [one for one in here if one.boarding == "boarder"]
    open_ = [one for one in FollowUp.objects.filter(school=school) if _stood_open(one, after)]
    return {
        "talk_coverage": (sum(_talked(one, day, after) for one in here), len(here)),
        "follow_ups_overdue": (sum(one.due_on < day for one in open_), len(open_)),
        "beds_per_boarder": (
            sum(not one.is_out_of_order(day) for one in Bed.objects.filter(school=school)),
            len(boarders),
        ),
        "rolls_on_time": _rolls(school, week),
        **_homes(here, day),
        **_calls(school, week, boarders),
    }


def _homes(here: Sequence[Student], day: date) -> dict[str, Pair]:
    statuses = left_behind.statuses([one.pk for one in here], day)
    counted = {
        key: sum(statuses[one.pk][key].answer == "yes" for one in here)
        for key in ("civil_affairs", "education")
    }
    complete = [
        one
        for one in here
        if one.boarding != "not_collected"
        and all(status.answer != "not_collected" for status in statuses[one.pk].values())
    ]
    return {
        **{f"left_behind_{key}": (number, len(here)) for key, number in counted.items()},
        "file_complete": (len(complete), len(here)),
    }


def _calls(school: School, week: Week, boarders: Sequence[Student]) -> dict[str, Pair]:
    day, after = week.counted_on, at(week.counted_on + timedelta(days=1), 0)
    monday, next_monday = at(week.monday, 0), at(week.monday + timedelta(days=7), 0)
    waits = [_waited(one, day, after) for one in boarders]
    planned = {
        one.student_id
        for one in CallPupil.objects.filter(school=school, stands=True)
        if monday <= one.starts_at < next_monday
    }
    over = [
        one
        for one in Call.objects.filter(school=school, stands=True)
        if monday <= one.starts_at < next_monday and one.ends_at < after
    ]
    return {
        "parent_contact": (sum(wait is not None and wait < 7 for wait in waits), len(boarders)),
        "parent_contact_days": (0, len(boarders)),
        "calls_planned": (sum(one.pk in planned for one in boarders), len(boarders)),
        "calls_reached": (sum(one.state == "talked" for one in over), len(over)),
    }


def _rolls(school: School, week: Week) -> Pair:
    rolls = [
        one
        for one in RollCall.objects.filter(school=school, kind="evening")
        if week.monday <= one.on <= week.counted_on
    ]
    in_time = [
        one
        for one in rolls
        if one.closed_at is not None and one.closed_at - one.opened_at <= timedelta(minutes=30)
    ]
    return len(in_time), len(rolls)


def _stood_open(one: FollowUp, after: datetime) -> bool:
    ended = one.done_at or one.cancelled_at
    return one.created_at < after and (ended is None or ended >= after)


def _talked(student: Student, day: date, after: datetime) -> bool:
    first = at(day - timedelta(days=29), 0)
    talks = Session.objects.filter(student=student, withdrawn_at=None)
    return any(first <= one.happened_at < after for one in talks)


def _waited(student: Student, day: date, after: datetime) -> int | None:
    talked = [
        one.at
        for one in ContactAttempt.objects.filter(student=student)
        if one.outcome in ("talked", "upset") and one.at < after
    ]
    if not talked:
        return None
    return (day - max(talked).astimezone(ZoneInfo(settings.TIME_ZONE)).date()).days
