"""A day's calls as a table: telephones across, slots down; what somebody may not know is only "taken"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import User
from accounts.permissions import Perm
from calls import access
from calls.models import Call, CallPupil, CallReply, Phone, Rota
from calls.selectors import openings
from schools.models import School
from students.models import Student


@dataclass(frozen=True, slots=True)
class Cell:
    """One telephone in one slot. Without `call` it is free, closed, or taken by somebody one doesn't see."""

    phone: Phone
    is_open: bool
    is_taken: bool
    call: Call | None = None
    pupils: tuple[Student, ...] = ()
    waited_days: int | None = None
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    starts_at: datetime
    ends_at: datetime
    cells: list[Cell]


@dataclass(frozen=True)
class Day:
    """One day of a week. `counts` are the calls of each of its days."""

    day: date
    monday: date
    phones: list[Phone]
    rows: list[Row]
    counts: dict[date, int]

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def day_of(school: School, *, day: date, user: User, on: date, rota: Rota | None = None) -> Day:
    """The day's calls that stand, or those of a preview; a fixed number of queries."""
    monday = openings.week_of(day)
    calls = _calls(school, rota)
    of_day = list(
        calls.filter(starts_at__gte=openings.midnight(day), starts_at__lt=_next_midnight(day))
        .select_related("phone", "person")
        .order_by("starts_at", "phone__position", "pk")
    )
    slots = openings.openings(school, first=day, last=day)
    phones = {phone.pk: phone for one in slots for phone in one.phones} | {
        call.phone_id: call.phone for call in of_day
    }
    ordered = sorted(phones.values(), key=lambda phone: (phone.position, phone.pk))
    return Day(
        day=day,
        monday=monday,
        phones=ordered,
        rows=_rows(slots, of_day, ordered, _pupils_of(of_day, user, on)),
        counts=_counts(calls, monday),
    )


def _calls(school: School, rota: Rota | None) -> QuerySet[Call]:
    if rota is not None and rota.state == Rota.State.PREVIEWED:
        return Call.objects.filter(rota=rota, state=Call.State.PROPOSED)
    return Call.objects.filter(school=school, stands=True)


def _next_midnight(day: date) -> datetime:
    return openings.midnight(day + timedelta(days=1))


def _counts(calls: QuerySet[Call], monday: date) -> dict[date, int]:
    week = calls.filter(
        starts_at__gte=openings.midnight(monday), starts_at__lt=openings.midnight(monday + timedelta(days=7))
    )
    return dict(
        week.annotate(day=TruncDate("starts_at")).values_list("day").annotate(Count("pk")).order_by("day")
    )


@dataclass(frozen=True, slots=True)
class _Known:
    pupils: tuple[Student, ...]
    waited_days: int | None
    reply: str


def _pupils_of(calls: Sequence[Call], user: User, on: date) -> dict[int, _Known]:
    """For each call the pupils whom this person may know; a call with none of them isn't in it."""
    places = list(CallPupil.objects.filter(call__in=calls).order_by("pk"))
    known = access.known_pupils(user, [one.student_id for one in places], Perm.CALL_VIEW, on=on)
    replies = dict(CallReply.objects.filter(call__in=calls).values_list("call_id", "answer"))
    found: dict[int, list[CallPupil]] = defaultdict(list)
    for one in places:
        if one.student_id in known:
            found[one.call_id].append(one)
    return {
        call_id: _Known(
            tuple(known[one.student_id] for one in same),
            max((one.waited_days for one in same if one.waited_days is not None), default=None),
            replies.get(call_id, ""),
        )
        for call_id, same in found.items()
    }


def _rows(
    slots: list[openings.Opening], calls: list[Call], phones: list[Phone], known: dict[int, _Known]
) -> list[Row]:
    """A call that lies in no slot any more, since the windows changed, has a row of its own."""
    times = {one.starts_at: one.ends_at for one in slots} | {call.starts_at: call.ends_at for call in calls}
    open_at = {(one.starts_at, phone.pk) for one in slots for phone in one.phones}
    by_place = {(call.starts_at, call.phone_id): call for call in calls}
    return [
        Row(
            starts_at,
            times[starts_at],
            [
                _cell(
                    phone,
                    by_place.get((starts_at, phone.pk)),
                    known,
                    is_open=(starts_at, phone.pk) in open_at,
                )
                for phone in phones
            ],
        )
        for starts_at in sorted(times)
    ]


def _cell(phone: Phone, call: Call | None, known: dict[int, _Known], *, is_open: bool) -> Cell:
    if call is None:
        return Cell(phone, is_open, is_taken=False)
    if call.pk not in known:
        return Cell(phone, is_open, is_taken=True)
    one = known[call.pk]
    return Cell(phone, is_open, True, call, one.pupils, one.waited_days, one.reply)


def week_calls(school: School, *, monday: date, user: User, on: date) -> list[tuple[date, list[Row]]]:
    """The whole week for paper: by day, only rows that hold a call."""
    pages = []
    for number in range(7):
        day = day_of(school, day=monday + timedelta(days=number), user=user, on=on)
        rows = [
            Row(row.starts_at, row.ends_at, [cell for cell in row.cells if cell.call])
            for row in day.rows
            if any(cell.call for cell in row.cells)
        ]
        if rows:
            pages.append((day.day, rows))
    return pages
