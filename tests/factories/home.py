"""People around a pupil, their numbers and absences, who looks after the child."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from students.models import (
    CareArrangement,
    GuardianCapacity,
    GuardianLink,
    MigrationEpisode,
    Person,
    PhoneNumber,
    ReachableWindow,
    Student,
)


def make_adult(student: Student, name: str = "李梅", relation: str = "mother", **link: Any) -> Person:
    """An adult linked to a pupil; `link` are fields of the link. Link siblings by make_link."""
    person = Person.objects.create(school=student.school, name=name)
    make_link(student, person, relation=relation, **link)
    return person


def make_link(student: Student, person: Person, *, relation: str = "mother", **link: Any) -> GuardianLink:
    return GuardianLink.objects.create(
        school=student.school, student=student, person=person, relation=relation, **link
    )


def make_number(person: Person, number: str = "13800138000", **fields: Any) -> PhoneNumber:
    """A number that was confirmed on 1 September 2026; confirmed_on=None leaves it unconfirmed."""
    fields.setdefault("confirmed_on", date(2026, 9, 1))
    return PhoneNumber.objects.create(school=person.school, person=person, number=number, **fields)


def make_episode(person: Person, *, started_on: date = date(2026, 2, 20), **fields: Any) -> MigrationEpisode:
    """Away for work in Dongguan since the spring unless told otherwise."""
    fields.setdefault("reason", MigrationEpisode.Reason.WORK)
    fields.setdefault("place", "广东东莞")
    return MigrationEpisode.objects.create(
        school=person.school, person=person, started_on=started_on, **fields
    )


def make_window(person: Person, weekday: int = 5, **fields: Any) -> ReachableWindow:
    """Fridays from 18:00 to 20:00 since 1 September 2026."""
    fields.setdefault("starts_at", time(18, 0))
    fields.setdefault("ends_at", time(20, 0))
    fields.setdefault("started_on", date(2026, 9, 1))
    return ReachableWindow.objects.create(school=person.school, person=person, weekday=weekday, **fields)


def make_capacity(
    person: Person, has_capacity: str = "no", *, assessed_on: date = date(2026, 9, 1)
) -> GuardianCapacity:
    return GuardianCapacity.objects.create(
        school=person.school, person=person, has_capacity=has_capacity, assessed_on=assessed_on
    )


def make_care(
    student: Student, carer: Person | None, *, started_on: date = date(2026, 2, 20), **fields: Any
) -> CareArrangement:
    fields.setdefault("reason", CareArrangement.Reason.BOTH_AWAY)
    return CareArrangement.objects.create(
        school=student.school, student=student, carer=carer, started_on=started_on, **fields
    )
