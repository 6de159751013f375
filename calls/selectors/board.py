"""The evening's calls, telephones by slots, and how calls went in the child's chronology."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Perm
from calls import access_board
from calls.models import Call, CallReply, ContactAttempt, HomeTask, Phone
from calls.selectors import contacts, openings
from core import pagination
from schools.models import School
from students import access as student_access
from students.models import Student
from students.registry import Entry, Position, Source
from students.selectors.phones import Callable

CALLED_OFF = [Call.State.MOVED, Call.State.CANCELLED, Call.State.PROPOSED]


@dataclass(frozen=True)
class Card:
    """One call on the board, as far as this person may know it."""

    call: Call
    pupils: list[Student]
    contacts: list[Callable]
    attempts: list[ContactAttempt]
    reply: str
    is_open: bool

    @property
    def contact(self) -> Callable | None:
        """Whom to call now."""
        return self.contacts[0] if self.contacts and self.is_open else None


@dataclass(frozen=True)
class Cell:
    """A telephone in a slot: a call of one's own pupils, somebody else's, or free."""

    phone: Phone
    card: Card | None = None
    is_taken: bool = False


@dataclass(frozen=True)
class Row:
    """A slot of the evening, with a cell for each telephone."""

    starts_at: datetime
    ends_at: datetime
    cells: list[Cell]
    is_now: bool = False


@dataclass(frozen=True)
class Board:
    """One evening of one school."""

    school: School
    day: date
    phones: list[Phone]
    rows: list[Row]
    counts: dict[str, int] = field(default_factory=dict)


def board(user: User, school: School, *, day: date, now: datetime) -> Board:
    """Telephones × slots, but slots that are over and were free. A fixed number of queries.

    Of calls whose pupils this person doesn't see only the place is shown as taken.
    """
    calls = list(_calls_of(school, day))
    cards = cards_of(user, calls, on=timezone.localdate(now))
    slots = openings.openings(school, first=day, last=day)
    opened = {(one.starts_at, one.ends_at) for one in slots if one.ends_at > now}
    times = sorted(opened | {(one.starts_at, one.ends_at) for one in calls})
    phones = {phone.pk: phone for one in slots for phone in one.phones} | {c.phone_id: c.phone for c in calls}
    columns = sorted(phones.values(), key=lambda one: (one.position, one.pk))
    placed = {(call.starts_at, call.phone_id): call for call in calls}
    rows = [
        Row(
            starts_at,
            ends_at,
            [_cell(phone, placed.get((starts_at, phone.pk)), cards) for phone in columns],
            is_now=starts_at <= now < ends_at,
        )
        for starts_at, ends_at in times
    ]
    return Board(school, day, columns, rows, _counts(cards))


def _calls_of(school: School, day: date) -> QuerySet[Call]:
    first = openings.midnight(day)
    calls = Call.objects.filter(
        school=school, starts_at__gte=first, starts_at__lt=first + timedelta(days=1)
    ).exclude(state__in=CALLED_OFF)
    return calls.select_related("phone", "person", "number", "school").order_by("starts_at", "pk")


def _cell(phone: Phone, call: Call | None, cards: dict[int, Card]) -> Cell:
    if call is None:
        return Cell(phone)
    return Cell(phone, cards.get(call.pk), is_taken=True)


def cards_of(user: User, calls: list[Call], *, on: date) -> dict[int, Card]:
    """The calls of this person's pupils; six queries however many."""
    pupils = contacts.pupils_of(calls)
    mine = student_access.visible_students(user, Perm.CALL_BOARD, on=on)
    ids = {one.pk for found in pupils.values() for one in found}
    visible = set(mine.filter(pk__in=ids).values_list("pk", flat=True))
    own = [call for call in calls if any(one.pk in visible for one in pupils[call.pk])]
    waiting = contacts.contacts_of(own, on=on)
    attempts = _attempts(own)
    replies = dict(CallReply.objects.filter(call__in=own).values_list("call_id", "answer"))
    return {
        call.pk: Card(
            call,
            [one for one in pupils[call.pk] if one.pk in visible],
            waiting[call.pk],
            attempts.get(call.pk, []),
            replies.get(call.pk, ""),
            call.state == Call.State.PLANNED,
        )
        for call in own
    }


def _attempts(calls: list[Call]) -> dict[int, list[ContactAttempt]]:
    """One line an attempt, though siblings have a row each."""
    found: dict[int, list[ContactAttempt]] = {}
    rows = ContactAttempt.objects.filter(call__in=calls).select_related("person", "by")
    for one in rows.order_by("call_id", "at", "number_id", "pk").distinct("call_id", "at", "number_id"):
        if one.call_id is not None:
            found.setdefault(one.call_id, []).append(one)
    return found


def _counts(cards: dict[int, Card]) -> dict[str, int]:
    states = [card.call.state for card in cards.values()]
    return {
        "all": len(states),
        "talked": states.count(Call.State.TALKED),
        "missed": states.count(Call.State.MISSED),
        "open": states.count(Call.State.PLANNED),
    }


def soon(user: User, *, on: date, now: datetime, hours: int = 2) -> list[Card]:
    """The calls of this person's pupils that begin in the next hours, or should have begun.

    And those to which a parent has said no, as soon as they have: there is time to find another.
    """
    begins_soon = Q(starts_at__gte=now - timedelta(hours=1), starts_at__lt=now + timedelta(hours=hours))
    refused = Q(reply__answer=CallReply.Answer.CANNOT, starts_at__gt=now)
    calls = access_board.visible_calls(user, Perm.CALL_BOARD, on=on).filter(
        begins_soon | refused, state=Call.State.PLANNED
    )
    rows = calls.select_related("phone", "person", "number", "school").order_by("starts_at", "pk")
    found = list(rows[:8])
    cards = cards_of(user, found, on=on)
    return [cards[call.pk] for call in found if call.pk in cards]


def tasks_page(tasks: QuerySet[HomeTask], *, cursor: str | None) -> pagination.Page[HomeTask]:
    """Open tasks, the oldest first."""
    rows = tasks.select_related("student", "call__person")
    return pagination.keyset(rows, order=["made_at", "pk"], cursor=cursor)


def contacts_page(student: Student, *, cursor: str | None, size: int) -> pagination.Page[ContactAttempt]:
    """Attempts to reach a pupil's home, the latest first. Raises BadCursor."""
    rows = ContactAttempt.objects.filter(student=student).select_related("person")
    return pagination.public_keyset(rows, order=["-at", "-pk"], cursor=cursor, size=size)


# --- the chronology ----------------------------------------------------------------------------------


def entries(user: User, student: Student, now: datetime, before: Position | None, limit: int) -> list[Entry]:
    """Attempts to reach home, newest first; one query. For those who may know of calls."""
    if not is_for(user, student, now):
        return []
    rows = ContactAttempt.objects.filter(student=student)
    if before is not None:
        rows = rows.filter(before.older("call", "at"))
    return [
        Entry(
            Position(one.at, "call", one.pk),
            "call",
            "calls/_entry_call.html",
            "calls/_print_call.html",
            {"attempt": one},
        )
        for one in rows.select_related("person", "by").order_by("-at", "-pk")[:limit]
    ]


def is_for(user: User, student: Student, now: datetime) -> bool:
    on = timezone.localdate(now)
    return student_access.reason_for(user, student, Perm.CALL_VIEW, on=on) is not None


CALL_SOURCE = Source("call", _("Calls home"), entries, is_for)
