"""When the roll is taken: which roll a moment belongs to, and when pupils are held by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count

from django.conf import settings
from django.utils import timezone

from dormitories.models import RollCall, RollTimes

Times = Mapping[str, tuple[time, time]]
"""Kind of roll → from when until when; a kind that isn't called is missing."""

_NIGHT = timedelta(hours=4)  # until four in the morning it is still the evening before
_NOON = 12


def roll_of(now: datetime) -> tuple[date, str]:
    """The day and the kind of the roll that is taken at a moment."""
    day, hour = timezone.localdate(now - _NIGHT), timezone.localtime(now).hour
    is_morning = _NIGHT <= timedelta(hours=hour) < timedelta(hours=_NOON)
    return day, RollCall.Kind.MORNING if is_morning else RollCall.Kind.EVENING


def times_of(school_ids: Iterable[int]) -> dict[int, Times]:
    """The times of each of these schools: its own, else settings.ROLL_TIMES. One query."""
    ids = set(school_ids)
    own = {row.school_id: _own(row) for row in RollTimes.objects.filter(school_id__in=ids)}
    usual = {
        kind: (time.fromisoformat(begins), time.fromisoformat(ends))
        for kind, (begins, ends) in settings.ROLL_TIMES.items()
    }
    return {pk: own.get(pk, usual) for pk in ids}


def _own(row: RollTimes) -> Times:
    pairs = {
        RollCall.Kind.MORNING: (row.morning_from, row.morning_until),
        RollCall.Kind.EVENING: (row.evening_from, row.evening_until),
    }
    return {str(kind): (begins, ends) for kind, (begins, ends) in pairs.items() if begins and ends}


def planned_between(start: datetime, end: datetime, times: Times) -> list[tuple[datetime, datetime, str]]:
    """The times at which boarders stand for the roll, as far as they touch a period."""
    first = timezone.localdate(start)
    found: list[tuple[datetime, datetime, str]] = []
    for day in (first + timedelta(days=number) for number in count()):
        if at(day, time.min) >= end:
            return found
        for kind, (begins, ends) in times.items():
            opens, closes = at(day, begins), at(day, ends)
            if opens < end and closes > start:
                found.append((opens, closes, kind))
    return found


def at(day: date, hour: time) -> datetime:
    """A moment in the time of the schools."""
    return datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())
