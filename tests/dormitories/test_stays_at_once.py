"""Two administrators give the same bed at once: one succeeds, the other is told. Real connections, real commits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dormitories.models import Bed, Stay
from dormitories.services import stays
from students.models import Student
from tests import factories
from tests.at_once import at_once

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def bed(transactional_db) -> Bed:
    school = factories.make_school()
    return factories.make_bed(factories.make_room(factories.make_building(school), "302"))


def _pupils(bed: Bed, number: int) -> list[Student]:
    school_class = factories.make_class(bed.school)
    return [factories.make_student(school_class, f"学生{n}", boarding="boarder") for n in range(number)]


def test_of_two_who_give_a_bed_at_once_one_succeeds_and_one_is_told(bed):
    admins = [factories.make_user(), factories.make_user()]
    works = [
        lambda student=student, by=by: stays.give_bed(student=student, bed=bed, starts_on=DAY, by=by, now=NOW)
        for student, by in zip(_pupils(bed, 2), admins, strict=True)
    ]

    answers = at_once(works, stays.RefusedError)

    assert sorted(type(answer).__name__ for answer in answers) == ["Stay", "str"]
    assert "This bed is taken on these days." in answers
    assert Stay.objects.count() == 1


def test_a_pupil_who_is_given_two_beds_at_once_has_one(bed):
    (student,) = _pupils(bed, 1)
    other = factories.make_bed(bed.room, "2")
    works = [
        lambda place=place: stays.give_bed(student=student, bed=place, starts_on=DAY, by=None, now=NOW)
        for place in (bed, other)
    ]

    answers = at_once(works, stays.RefusedError)

    assert sorted(type(answer).__name__ for answer in answers) == ["Stay", "str"]
    assert Stay.objects.count() == 1


def test_two_who_swap_don_t_wait_for_each_other_for_ever(bed):
    """Each moves into the other's bed: both beds are taken, so both are told, and nobody hangs."""
    first, second = _pupils(bed, 2)
    other = factories.make_bed(bed.room, "2")
    factories.make_stay(first, bed)
    factories.make_stay(second, other)
    works = [
        lambda student=student, place=place: stays.move_pupil(
            student=student, bed=place, starts_on=DAY, by=None, now=NOW
        )
        for student, place in ((first, other), (second, bed))
    ]

    answers = at_once(works, stays.RefusedError)

    assert answers == ["This bed is taken on these days."] * 2
