"""When the telephones are open, slot by slot, and what is free in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from calls.models import Call, CallWindow, Phone, WindowException, WindowPhone
from schools.models import School, SchoolDay
from students.models import ReachableWindow


@dataclass(frozen=True, slots=True)
class Opening:
    """A slot in which calls may be held, and the telephones for it. `ends_at` is free again."""

    starts_at: datetime
    ends_at: datetime
    phones: tuple[Phone, ...]

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at)


@dataclass(frozen=True, slots=True)
class _Hours:
    from_time: time
    to_time: time
    slot: timedelta
    phones: frozenset[int] | None  # None: all


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def midnight(day: date) -> datetime:
    """The beginning of a day at the school."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def openings(school: School, *, first: date, last: date) -> list[Opening]:
    """Every slot from the first day to the last, in order, with the telephones in use that day.

    A dated exception replaces the day's windows; a holiday of the school is closed unless an exception opens
    it. Five queries, however long the period.
    """
    phones = list(Phone.objects.filter(school=school, started_on__lte=last))
    found: list[Opening] = []
    for day, hours in _hours_by_day(school, first, last):
        usable = [phone for phone in phones if _in_use(phone, day)]
        for one in hours:
            chosen = tuple(phone for phone in usable if one.phones is None or phone.pk in one.phones)
            if chosen:
                found += _slots(day, one, chosen)
    return found


def _in_use(row: Phone | CallWindow, day: date) -> bool:
    return row.started_on <= day and (row.ended_on is None or row.ended_on >= day)


def _hours_by_day(school: School, first: date, last: date) -> Iterator[tuple[date, list[_Hours]]]:
    links = Prefetch("phone_links", WindowPhone.objects.only("window_id", "phone_id"))
    windows = list(CallWindow.objects.filter(school=school, started_on__lte=last).prefetch_related(links))
    exceptions = {
        one.on: one for one in WindowException.objects.filter(school=school, on__range=(first, last))
    }
    closed = SchoolDay.objects.filter(school=school, on__range=(first, last), kind=SchoolDay.Kind.HOLIDAY)
    holidays = set(closed.values_list("on", flat=True))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day in exceptions:
            yield day, _exception_hours(exceptions[day])
        elif day not in holidays:
            of_day = [one for one in windows if one.weekday == day.isoweekday() and _in_use(one, day)]
            yield day, [_window_hours(one) for one in sorted(of_day, key=lambda one: one.from_time)]


def _exception_hours(found: WindowException) -> list[_Hours]:
    if found.from_time is None or found.to_time is None or found.slot_minutes is None:
        return []
    return [_Hours(found.from_time, found.to_time, timedelta(minutes=found.slot_minutes), None)]


def _window_hours(window: CallWindow) -> _Hours:
    phones = frozenset(link.phone_id for link in window.phone_links.all())
    return _Hours(window.from_time, window.to_time, timedelta(minutes=window.slot_minutes), phones or None)


def _slots(day: date, hours: _Hours, phones: tuple[Phone, ...]) -> Iterator[Opening]:
    """A last slot that would not fit whole is left away."""
    zone = timezone.get_default_timezone()
    begins = datetime.combine(day, hours.from_time, tzinfo=zone)
    closes = datetime.combine(day, hours.to_time, tzinfo=zone)
    while begins + hours.slot <= closes:
        yield Opening(begins, begins + hours.slot, phones)
        begins += hours.slot


# --- what is free ------------------------------------------------------------------------------------

Span = tuple[datetime, datetime]


def overlaps(spans: Iterable[Span], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether any of the half-open spans meets this one."""
    return any(begin < ends_at and end > starts_at for begin, end in spans)


def booked_phones(school: School, *, first: datetime, last: datetime) -> dict[int, list[Span]]:
    """When each telephone is taken by a call that stands."""
    rows = Call.objects.filter(school=school, stands=True, starts_at__lt=last, ends_at__gt=first)
    return _by_owner(rows.values_list("phone_id", "starts_at", "ends_at"))


def _by_owner(rows: Iterable[tuple[int, datetime, datetime]]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for owner, starts_at, ends_at in rows:
        found[owner].append((starts_at, ends_at))
    return found


def free_openings(school: School, *, first: date, last: date, after: datetime) -> list[Opening]:
    """The slots that begin after a moment, each with the telephones that are still free in it.

    A slot without one stays in the list, so that a plan can say that it was full.
    """
    taken = booked_phones(school, first=midnight(first), last=midnight(last + timedelta(days=1)))
    return [
        replace(
            one,
            phones=tuple(
                phone
                for phone in one.phones
                if not overlaps(taken.get(phone.pk, ()), one.starts_at, one.ends_at)
            ),
        )
        for one in openings(school, first=first, last=last)
        if one.starts_at > after
    ]


# --- when somebody at home can answer ----------------------------------------------------------------


class Reachable:
    """The hours of some people at home. Whoever has none written down can be called whenever it's open."""

    def __init__(self, person_ids: Iterable[int]) -> None:
        self._windows: dict[int, list[ReachableWindow]] = defaultdict(list)
        for window in ReachableWindow.objects.filter(person_id__in=set(person_ids)):
            self._windows[window.person_id].append(window)

    def knows(self, person_id: int) -> bool:
        """Whether hours are written down for the person."""
        return person_id in self._windows

    def at(self, person_id: int, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the person can answer for the whole of a slot (which lies in one day)."""
        if person_id not in self._windows:
            return True
        begins = timezone.localtime(starts_at)
        last = timezone.localtime(ends_at)
        day, until = begins.date(), last.time() if last.date() == begins.date() else time.max
        return any(
            one.weekday == day.isoweekday()
            and one.started_on <= day
            and (one.ended_on is None or one.ended_on >= day)
            and one.starts_at <= begins.time()
            and one.ends_at >= until
            for one in self._windows[person_id]
        )
