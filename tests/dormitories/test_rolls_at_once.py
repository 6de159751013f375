"""Two wardens with one roll: closing while another takes a mark back. Real connections, real commits."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from dormitories.models import RollCall, RollMark
from dormitories.services import roll_marks, rolls
from dormitories.services.refusals import RefusedError
from tests import factories
from tests.at_once import at_once

EVENING = datetime(2026, 11, 22, 21, 30, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def wardens(transactional_db):
    return [factories.make_user(), factories.make_user()]


@pytest.fixture
def house(wardens):
    """One room, one girl."""
    building = factories.make_building(factories.make_school())
    student = factories.make_student(factories.make_class(building.school), boarding="boarder")
    factories.make_stay(student, factories.make_bed(factories.make_room(building, "101")))
    return building


@pytest.mark.parametrize("attempt", range(5))
def test_no_roll_is_closed_with_a_child_unaccounted_for(house, wardens, attempt):
    """Whoever comes first: the other is told, and a closed roll has no gap."""
    roll = rolls.open_roll(building=house, by=wardens[0], now=EVENING)
    roll_marks.mark(roll=roll, number=1, status="present", by=wardens[0], now=EVENING)
    works = [
        lambda: rolls.close_roll(roll=roll, by=wardens[0], now=EVENING),
        lambda: roll_marks.mark(roll=roll, number=1, status="", by=wardens[1], now=EVENING),
    ]

    answers = at_once(works, RefusedError)

    closed = RollCall.objects.get(pk=roll.pk).closed_at is not None
    marked = RollMark.objects.get(roll=roll).status == "present"
    assert closed == marked
    assert sum(isinstance(answer, str) for answer in answers) == 1


def test_two_who_open_the_roll_of_a_house_have_one_roll(house, wardens):
    works = [lambda by=by: rolls.open_roll(building=house, by=by, now=EVENING) for by in wardens]

    answers = at_once(works, RefusedError)

    assert answers[0] == answers[1]
    assert RollCall.objects.count() == 1


def test_two_marks_of_one_roll_get_versions_in_their_order(house, wardens):
    """Whoever asks what is newer than version 1 misses neither mark."""
    student = factories.make_student(factories.make_class(house.school), "赵一", boarding="boarder")
    factories.make_stay(student, factories.make_bed(house.rooms.get(), "2"))
    roll = rolls.open_roll(building=house, by=wardens[0], now=EVENING)
    works = [
        lambda number=number, by=by: roll_marks.mark(
            roll=roll, number=number, status="present", by=by, now=EVENING
        )
        for number, by in enumerate(wardens, start=1)
    ]

    at_once(works, RefusedError)

    assert sorted(RollMark.objects.values_list("version", flat=True)) == [1, 2]
    assert RollCall.objects.get(pk=roll.pk).version == 2
