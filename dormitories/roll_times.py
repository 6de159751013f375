"""When the roll is taken: which roll a moment belongs to, and when pupils are held by it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count

from django.conf import settings
from django.utils import timezone

from dormitories.models import RollCall

_NIGHT = timedelta(hours=4)  # until four in the morning it is still the evening before
_NOON = 12


def roll_of(now: datetime) -> tuple[date, str]:
    """The day and the kind of the roll that is taken at a moment."""
    day, hour = timezone.localdate(now - _NIGHT), timezone.localtime(now).hour
    is_morning = _NIGHT <= timedelta(hours=hour) < timedelta(hours=_NOON)
    return day, RollCall.Kind.MORNING if is_morning else RollCall.Kind.EVENING


def planned_between(start: datetime, end: datetime) -> list[tuple[datetime, datetime, str]]:
    """The times at which boarders stand for the roll (settings.ROLL_TIMES), as far as they touch a period."""
    zone = timezone.get_default_timezone()
    first = timezone.localdate(start)
    found: list[tuple[datetime, datetime, str]] = []
    for day in (first + timedelta(days=number) for number in count()):
        if datetime.combine(day, time.min, tzinfo=zone) >= end:
            return found
        for kind, (begins, ends) in settings.ROLL_TIMES.items():
            opens, closes = (
                datetime.combine(day, time.fromisoformat(one), tzinfo=zone) for one in (begins, ends)
            )
            if opens < end and closes > start:
                found.append((opens, closes, kind))
    return found
