"""The duty rota by week, and one's own duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from schools.models import Duty, School

SHOWN = 20


@dataclass(frozen=True)
class DutyDay:
    """One day of the week, with the duties that begin on it."""

    day: date
    duties: list[Duty]


@dataclass(frozen=True)
class DutyWeek:
    """Monday to Sunday, and the weeks around it."""

    days: list[DutyDay]
    before: date
    after: date


def duty_week(school: School, *, day: date) -> DutyWeek:
    """The week that holds a day: one query, however many duties."""
    monday = day - timedelta(days=day.weekday())
    zone = timezone.get_default_timezone()
    begins = datetime.combine(monday, time.min, tzinfo=zone)
    found = Duty.objects.filter(
        school=school, starts_at__gte=begins, starts_at__lt=begins + timedelta(days=7)
    ).select_related("user")
    by_day: dict[date, list[Duty]] = {}
    for duty in found.order_by("starts_at", "pk"):
        by_day.setdefault(timezone.localdate(duty.starts_at), []).append(duty)
    days = [monday + timedelta(days=number) for number in range(7)]
    return DutyWeek(
        days=[DutyDay(one, by_day.get(one, [])) for one in days],
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
    )


def my_duties(user: User, *, on: date) -> list[Duty]:
    """My duties of today and to come, the next ones first."""
    midnight = datetime.combine(on, time.min, tzinfo=timezone.get_default_timezone())
    mine = Duty.objects.filter(user=user, ends_at__gt=midnight).select_related("school")
    return list(mine.order_by("starts_at")[:SHOWN])
