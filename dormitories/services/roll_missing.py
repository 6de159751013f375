"""Telling people that nobody opened the roll of a house at all: the quietest way to miss a child."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from dormitories import access_leave, roll_times
from dormitories.models import Building, Leave, RollCall, Room, Stay
from dormitories.services.roll_alerts import CATEGORY
from reminders import services as reminder_services
from schools import selectors as school_selectors
from schools.models import School

_EVENING = RollCall.Kind.EVENING
_LOOKS_BACK = timedelta(hours=1)  # after the last threshold: whatever was to be said has been said


def about(house: Building, on: date, minutes: int) -> str:
    """An opaque reference, one for each evening and threshold."""
    return f"dormitories.building:{house.public_id.hex[-24:]}-{on:%y%m%d}-{minutes}"


def tell_of_unopened(*, now: datetime) -> int:
    """For houses whose evening roll nobody opened in its time, tell whoever it is for; how many houses.

    On evenings before a school day, where somebody should sleep there: after the first of
    settings.ROLL_GAP_MINUTES beyond the end of the roll's time whoever is on duty, after the last the head.
    Repeating it tells nobody twice; opening the roll withdraws what was planned.
    """
    on, kind = roll_times.roll_of(now)
    if kind != _EVENING:
        return 0
    due = _due(on, now)
    unopened = _unopened(on, list(due))
    here = {school for school in {house.school for house in unopened} if _sleep_at(school, on)}
    found = [house for house in unopened if house.school in here]
    for house in found:
        _tell(house, on, due[house.school_id], now=now)
    return len(found)


def _due(on: date, now: datetime) -> dict[int, datetime]:
    """The schools where the evening's roll should have been opened by now → when its time was over."""
    houses = Building.objects.filter(closed_on=None, school__is_open=True)
    first = timedelta(minutes=min(settings.ROLL_GAP_MINUTES))
    times = roll_times.times_of(houses.order_by().values_list("school_id", flat=True).distinct())
    ends = {pk: roll_times.at(on, own[_EVENING][1]) for pk, own in times.items() if _EVENING in own}
    last = timedelta(minutes=max(settings.ROLL_GAP_MINUTES)) + _LOOKS_BACK
    return {pk: end for pk, end in ends.items() if end + first <= now < end + last}


def _unopened(on: date, schools: list[int]) -> list[Building]:
    """Houses of these schools in which somebody should sleep on a floor that no roll calls."""
    if not schools:
        return []
    floors: dict[int, set[int]] = defaultdict(set)
    for house, floor in _floors(on, schools):
        floors[house].add(floor)
    rolls = RollCall.objects.filter(building__in=list(floors), on=on, kind=_EVENING)
    for house, called in rolls.values_list("building_id", "floor"):
        floors[house] -= floors[house] if called is None else {called}
    missing = [house for house, left in floors.items() if left]
    return list(Building.objects.filter(pk__in=missing).select_related("school").order_by("pk"))


def _is_unopened(house: Building, on: date) -> bool:
    return any(one.pk == house.pk for one in _unopened(on, [house.school_id]))


def _floors(on: date, schools: list[int]) -> list[tuple[int, int]]:
    out = Leave.objects.out().filter(student=OuterRef("student"))
    here = Stay.objects.active(on).filter(~Exists(out), bed__room=OuterRef("pk"))
    rooms = Room.objects.filter(Exists(here), building__closed_on=None, school_id__in=schools)
    return list(rooms.order_by().values_list("building_id", "floor").distinct())


def _sleep_at(school: School, on: date) -> bool:
    """Boarders sleep at the school when there are lessons tomorrow."""
    return school_selectors.is_school_day(school, on + timedelta(days=1))


@transaction.atomic
def _tell(house: Building, on: date, end: datetime, *, now: datetime) -> None:
    # Whoever opens the roll waits for this, and withdraws it then.
    Building.objects.select_for_update().get(pk=house.pk)
    if not _is_unopened(house, on):
        return
    for place, minutes in enumerate(settings.ROLL_GAP_MINUTES):
        due_at = end + timedelta(minutes=minutes)
        if due_at <= now:
            for person in _people(house.school, is_first=place == 0, now=now):
                _plan(house, on, person, minutes=minutes, due_at=due_at)


def _people(school: School, *, is_first: bool, now: datetime) -> list[User]:
    today = timezone.localdate(now)
    if is_first:
        return access_leave.duty_leaders(school.pk, now=now, on=today)
    return access_leave.heads(school.pk, on=today)


def _plan(house: Building, on: date, person: User, *, minutes: int, due_at: datetime) -> None:
    reminder_services.plan(
        recipient=person,
        school_id=house.school_id,
        category=CATEGORY,
        about=about(house, on, minutes),
        url_path=reverse("dormitories:rolls"),
        due_at=due_at,
        by=None,
    )


def withdraw(roll: RollCall, *, by: User | None, now: datetime) -> None:
    """The roll is open: nobody need be told any more, unless a floor is still missing."""
    if roll.kind != _EVENING:
        return
    if _is_unopened(roll.building, roll.on):
        return
    for minutes in settings.ROLL_GAP_MINUTES:
        reminder_services.cancel(about=about(roll.building, roll.on, minutes), by=by, now=now)
