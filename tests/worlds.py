"""Worlds for property tests: fixed places, people and pupils, and everything that gives or ends a right at random.

The places are made once for a test; each example adds its rows and is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import ROLES, Role
from schools.models import Area, Duty, Membership, School, SchoolClass
from students.models import EmergencyAccess, Enrolment, Pairing, Student
from tests import factories

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=timezone.get_default_timezone())
REASON = "The child ran out of the gate crying and can't be found."


@dataclass
class Places:
    """One county, two schools with two classes and two pupils each (one of them boards), six people."""

    areas: list[Area] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)
    students: list[Student] = field(default_factory=list)
    users: list[User] = field(default_factory=list)

    def people(self, *, moment: datetime | None) -> list[User]:
        """As a request at that moment has them: nothing remembered from before."""
        found = list(User.objects.order_by("pk"))
        for user in found:
            user.seen_at = moment
        return found


def make_places() -> Places:
    places = Places(
        areas=[
            factories.make_area("529901", level="province"),
            factories.make_area("529902", level="province"),
        ]
    )
    for number in range(2):
        school = factories.make_school(name=f"School {number}", area=places.areas[number])
        places.schools.append(school)
        for grade in (3, 5):
            places.classes.append(factories.make_class(school, grade, 1))
        for boarding in (Student.Boarding.BOARDER, Student.Boarding.DAY):
            places.students.append(
                Student.objects.create(
                    school=school, name="孩子", sex="female", born_on=date(2017, 5, 4), boarding=boarding
                )
            )
    places.users = [factories.make_user(f"user{number}", is_active=number > 0) for number in range(6)]
    return places


_days = st.sampled_from([-2, -1, 0, 1, 2])
_ends = st.sampled_from([None, -1, 0, 1])
_person = st.integers(0, 5)
_which = st.integers(0, 3)

# Each row is drawn as numbers, and laid over the places by `build`; what contradicts itself is left out.
memberships = st.lists(st.tuples(_person, st.sampled_from(list(Role)), _which, _days, _ends), max_size=9)
stand_ins = st.lists(st.tuples(_person, _person, st.booleans(), _which, _days, st.integers(0, 2)), max_size=3)
duties = st.lists(st.tuples(_person, st.integers(0, 1), st.integers(-11, 2), st.integers(1, 12)), max_size=3)
pairings = st.lists(st.tuples(_person, _which, _days, _ends), max_size=4)
enrolments = st.tuples(*[st.one_of(st.none(), st.tuples(st.integers(0, 1), _days, _ends)) for _ in range(4)])
emergencies = st.lists(
    st.tuples(_person, _which, st.integers(-70, 3), st.booleans(), st.booleans()), max_size=4
)

rights = st.fixed_dictionaries(
    {
        "memberships": memberships,
        "stand_ins": stand_ins,
        "duties": duties,
        "pairings": pairings,
        "enrolments": enrolments,
        "emergencies": emergencies,
    }
)


@contextmanager
def built(places: Places, drawn: dict[str, Any]) -> Iterator[None]:
    """The rows of one example, gone again at the end."""
    with transaction.atomic():
        build(places, drawn)
        yield
        transaction.set_rollback(True)


def build(places: Places, drawn: dict[str, Any]) -> None:
    Membership.objects.bulk_create(_memberships(places, drawn))
    Duty.objects.bulk_create(_duties(places, drawn["duties"]))
    Pairing.objects.bulk_create(_pairings(places, drawn["pairings"]))
    Enrolment.objects.bulk_create(_enrolments(places, drawn["enrolments"]))
    EmergencyAccess.objects.bulk_create(_emergencies(places, drawn["emergencies"]))


def _span(first: int, length: int | None) -> dict[str, date | None]:
    begins = TODAY + timedelta(days=first)
    return {
        "started_on": begins,
        "ended_on": None if length is None else max(TODAY + timedelta(days=length), begins),
    }


def _place(places: Places, role: Role, which: int) -> dict[str, Any]:
    scope = ROLES[role].scope
    if scope == "area":
        return {"area": places.areas[which % 2]}
    return (
        {"school": places.schools[which % 2]}
        if scope == "school"
        else {"school_class": places.classes[which]}
    )


def _memberships(places: Places, drawn: dict[str, Any]) -> list[Membership]:
    rows: dict[tuple[Any, ...], Membership] = {}
    for person, role, which, first, length in drawn["memberships"]:
        place = _place(places, role, which)
        key = (person, role, *(one.pk for one in place.values()))
        rows[key] = Membership(user=places.users[person], role=role, **place, **_span(first, length))
    for person, absent, paired, which, first, length in drawn["stand_ins"]:
        role = Role.PAIRED_TEACHER if paired else Role.HOMEROOM_TEACHER
        if person != absent:
            rows[person, absent, role, which] = Membership(
                user=places.users[person],
                stands_in_for=places.users[absent],
                role=role,
                **_place(places, role, which),
                **_span(first, length),
            )
    return list(rows.values())


def _duties(places: Places, drawn: list[tuple[int, int, int, int]]) -> list[Duty]:
    rows = {}
    for person, school, begins, hours in drawn:
        starts_at = NOW + timedelta(hours=begins)
        rows[person, school] = Duty(
            school=places.schools[school],
            user=places.users[person],
            planned_by=places.users[(person + 1) % 6],
            kind="night",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
        )
    return list(rows.values())


def _pairings(places: Places, drawn: list[tuple[int, int, int, int | None]]) -> list[Pairing]:
    rows = {}
    for person, which, first, length in drawn:
        student = places.students[which]
        rows[person, which] = Pairing(
            school=student.school, student=student, teacher=places.users[person], **_span(first, length)
        )
    return list(rows.values())


def _enrolments(places: Places, drawn: tuple[tuple[int, int, int | None] | None, ...]) -> list[Enrolment]:
    rows = []
    for student, place in zip(places.students, drawn, strict=True):
        if place is not None:
            number, first, length = place
            own = [one for one in places.classes if one.school_id == student.school_id]
            rows.append(
                Enrolment(
                    school=student.school, student=student, school_class=own[number], **_span(first, length)
                )
            )
    return rows


def _emergencies(places: Places, drawn: list[tuple[int, int, int, bool, bool]]) -> list[EmergencyAccess]:
    rows = []
    for person, which, minutes, ended, approved in drawn:
        student, opened_at = places.students[which], NOW + timedelta(minutes=minutes)
        second = {"approved_by": places.users[(person + 1) % 6], "approved_at": opened_at} if approved else {}
        rows.append(
            EmergencyAccess(
                school=student.school,
                student=student,
                user=places.users[person],
                reason=REASON,
                second_factor_at=opened_at,
                opened_at=opened_at,
                expires_at=opened_at + timedelta(minutes=60),
                ended_at=opened_at + timedelta(minutes=2) if ended else None,
                **second,
            )
        )
    return rows
