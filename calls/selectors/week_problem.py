"""A week of the database as a pure problem (calls/rota), and the way back from its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from calls.models import CallPupil, LeftOut, Rota
from calls.rota.problem import PREFERENCE_MOST, Contact, Problem, Pupil, Slot
from calls.rota.units import make_units
from calls.selectors import openings, waits
from calls.selectors.openings import Opening, Reachable, Span
from students import whereabouts
from students.models import GuardianLink, Student
from students.selectors import phones

YOUNG = 3  # up to this grade, the earlier in the evening the better
STEP = 15  # each such part of an hour, or a piece of one, off the usual time costs one more


@dataclass(frozen=True)
class WeekProblem:
    """The problem, the openings its slots stand for, and who is out of it for which reason."""

    problem: Problem
    openings: list[Opening]
    left_out: dict[int, str]
    waited: dict[int, int]


@dataclass(frozen=True)
class _Facts:
    """What was read for all pupils at once."""

    openings: list[Opening]
    callables: dict[int, list[phones.Callable]]
    reachable: Reachable
    person_booked: dict[int, list[Span]]
    pupil_days: dict[int, set[date]]
    busy: dict[int, list[whereabouts.Busy]]
    waited: dict[int, int]
    usual: dict[int, datetime]
    grades: dict[int, int]
    barred: set[int]


def build(rota: Rota, *, on: date, now: datetime) -> WeekProblem:
    """Who should talk with home in the rota's week, with whom they can, and when.

    Whoever has a call of their own in that week is left to it. A fixed number of queries.
    """
    grades = _audience(rota, max(rota.monday, on))
    facts = _facts(rota, grades, on=on, now=now)
    booked = _called(rota) & set(grades)
    every = frozenset(range(len(facts.openings)))
    contacts = _Contacts(facts, every)
    pupils = [_pupil(one, facts, contacts.of(one), every) for one in sorted(grades) if one not in booked]
    slots = tuple(_slot(rota, one) for one in facts.openings)
    units, reasons = make_units(pupils, slots, wants=rota.per_week)
    left_out = {one: reason.value for one, reason in reasons.items()}
    left_out |= dict.fromkeys(booked, LeftOut.Reason.BOOKED.value)
    return WeekProblem(Problem(slots, units), facts.openings, left_out, facts.waited)


def _audience(rota: Rota, day: date) -> dict[int, int]:
    """The pupils the rota is for, with their grade."""
    found = Student.objects.filter(school_id=rota.school_id).enrolled(day)
    if rota.audience == Rota.Audience.BOARDERS:
        found = found.boarding()
    inside = Q(enrolments__started_on__lte=day) & (
        Q(enrolments__ended_on=None) | Q(enrolments__ended_on__gte=day)
    )
    return dict(found.filter(inside).values_list("pk", "enrolments__school_class__grade"))


def _facts(rota: Rota, grades: dict[int, int], *, on: date, now: datetime) -> _Facts:
    ids = sorted(grades)
    last = rota.monday + timedelta(days=6)
    begins, ends = openings.midnight(rota.monday), openings.midnight(rota.monday + timedelta(days=7))
    callables = phones.callable_numbers_of(ids, on=on)
    people = {one.person_id for found in callables.values() for one in found}
    standing = CallPupil.objects.filter(
        school_id=rota.school_id, stands=True, starts_at__lt=ends, ends_at__gt=begins
    )
    person_booked: dict[int, list[Span]] = defaultdict(list)
    pupil_days: dict[int, set[date]] = defaultdict(set)
    for student_id, person_id, starts_at, ends_at in standing.values_list(
        "student_id", "call__person_id", "starts_at", "ends_at"
    ):
        person_booked[person_id].append((starts_at, ends_at))
        pupil_days[student_id].add(timezone.localdate(starts_at))
    return _Facts(
        openings=openings.free_openings(rota.school, first=rota.monday, last=last, after=now),
        callables=callables,
        reachable=Reachable(people),
        person_booked=person_booked,
        pupil_days=pupil_days,
        busy=whereabouts.busy(ids, begins, ends),
        waited=waits.days_waited(ids, on=on),
        usual=waits.last_talks(ids),
        grades=grades,
        barred=_barred([one for one in ids if one not in callables], on=on),
    )


def _called(rota: Rota) -> set[int]:
    """Who has a call in the week that is planned or was held; one that nobody answered counts for nothing."""
    begins, ends = openings.midnight(rota.monday), openings.midnight(rota.monday + timedelta(days=7))
    held = CallPupil.objects.filter(
        school_id=rota.school_id,
        starts_at__gte=begins,
        starts_at__lt=ends,
        call__state__in=["planned", "talked"],
    )
    return set(held.values_list("student_id", flat=True))


def _barred(student_ids: list[int], *, on: date) -> set[int]:
    """Of pupils without a number to call, those whose only confirmed ones are of people barred from them."""
    lasting = Q(person__numbers__ended_on=None) | Q(person__numbers__ended_on__gt=on)
    links = GuardianLink.objects.filter(
        lasting, student_id__in=student_ids, contact_barred=True, person__numbers__confirmed_on__lte=on
    )
    return set(links.values_list("student_id", flat=True))


def _slot(rota: Rota, opening: Opening) -> Slot:
    begins = timezone.localtime(opening.starts_at)
    return Slot((begins.date() - rota.monday).days, begins.hour * 60 + begins.minute, len(opening.phones))


class _Contacts:
    """The slots of each person are worked out once, however many children they have."""

    def __init__(self, facts: _Facts, every: frozenset[int]) -> None:
        self._facts = facts
        self._every = every
        self._slots: dict[int, frozenset[int]] = {}

    def of(self, student_id: int) -> tuple[Contact, ...]:
        """In the order in which they are called, one number a person."""
        found: dict[int, Contact] = {}
        for one in self._facts.callables.get(student_id, ()):
            if one.person_id not in found:
                found[one.person_id] = Contact(one.person_id, one.phone_id, self._of_person(one.person_id))
        return tuple(found.values())

    def _of_person(self, person_id: int) -> frozenset[int]:
        if person_id not in self._slots:
            booked = self._facts.person_booked.get(person_id, [])
            if booked or self._facts.reachable.knows(person_id):
                self._slots[person_id] = frozenset(
                    number
                    for number, one in enumerate(self._facts.openings)
                    if self._facts.reachable.at(person_id, one.starts_at, one.ends_at)
                    and not openings.overlaps(booked, one.starts_at, one.ends_at)
                )
            else:
                self._slots[person_id] = self._every
        return self._slots[person_id]


def _pupil(student_id: int, facts: _Facts, contacts: tuple[Contact, ...], every: frozenset[int]) -> Pupil:
    held = [(one.start, one.end) for one in facts.busy.get(student_id, ())]
    days = facts.pupil_days.get(student_id, set())
    free = every
    if held or days:
        free = frozenset(
            number
            for number, one in enumerate(facts.openings)
            if one.day not in days and not openings.overlaps(held, one.starts_at, one.ends_at)
        )
    return Pupil(
        id=student_id,
        waited=facts.waited[student_id],
        contacts=contacts,
        slots=free,
        best=_best(student_id, facts, free),
        barred=student_id in facts.barred,
    )


def _best(student_id: int, facts: _Facts, free: Iterable[int]) -> dict[int, int]:
    """The usual hour, since families count on it; without one, the youngest early in the evening."""
    usual = facts.usual.get(student_id)
    if usual is not None:
        wanted = _minute(usual)
    elif facts.grades[student_id] <= YOUNG and facts.openings:
        wanted = min(_minute(one.starts_at) for one in facts.openings)
    else:
        return {}
    return {
        number: min(PREFERENCE_MOST, -(-abs(_minute(facts.openings[number].starts_at) - wanted) // STEP))
        for number in free
    }


def _minute(moment: datetime) -> int:
    local = timezone.localtime(moment)
    return local.hour * 60 + local.minute
