"""Two administrators approve at once: one succeeds, the other is told. Real connections, real commits."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from dormitories.models import AllocationPlan, Bed, PlannedPlace, Stay
from dormitories.services import plan_approval, plans, stays
from tests import factories
from tests.at_once import at_once

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=timezone.get_default_timezone())
DAY = NOW.date()
State = AllocationPlan.State


@pytest.fixture
def house(transactional_db):
    """Two rooms of two beds, and two girls in one of them."""
    building = factories.make_building(factories.make_school(), name="Lotus")
    for number in ("101", "102"):
        factories.make_room(building, number, beds=2)
    school_class = factories.make_class(building.school)
    beds = Bed.objects.filter(room__building=building).order_by("room__number", "label")
    for name, bed in zip(("赵一", "钱二"), beds, strict=False):
        factories.make_stay(factories.make_student(school_class, name, boarding="boarder"), bed)
    return building


@pytest.fixture
def admins(house):
    people = [factories.make_user(), factories.make_user()]
    for person in people:
        factories.make_membership(person, "school_admin", school=house.school)
    return people


def ready(house, by, student_number: int, bed_number: int) -> AllocationPlan:
    """A plan that moves this one pupil into this bed and leaves the other where she is.

    Commits are real here, so asking has woken the worker already.
    """
    plan = plans.start_plan(school=house.school, sex=house.sex, houses=[house], ease="few", by=by, now=NOW)
    place = PlannedPlace.objects.filter(plan=plan).order_by("student_id")[student_number]
    bed = Bed.objects.filter(room__building=house).order_by("room__number", "label")[bed_number]
    plan_approval.change_place(plan=plan, student=place.student, bed_id=bed.public_id, by=by, on=DAY)
    return plan


def approvals(found, admins):
    return [
        lambda plan=plan, by=by: plan_approval.approve_plan(plan=plan, by=by, on=DAY, now=NOW)
        for plan, by in zip(found, admins, strict=True)
    ]


def test_of_two_who_approve_one_plan_one_succeeds_and_one_is_told(house, admins):
    plan = ready(house, admins[0], 0, 2)

    answers = at_once(approvals([plan, plan], admins), stays.RefusedError)

    assert sorted(map(str, answers)) == ["1", "This plan doesn't wait for approval."]
    assert Stay.objects.active(DAY).count() == 2


def test_of_two_plans_of_one_house_one_is_approved_and_the_other_is_for_a_house_that_changed(house, admins):
    """They share no pupil and no bed, and would put both into one room."""
    found = [ready(house, admins[0], 0, 2), ready(house, admins[1], 1, 3)]

    answers = at_once(approvals(found, admins), stays.RefusedError)

    assert sorted(map(str, answers)) == [
        "1",
        "The house has changed since this plan was made. Make a new plan.",
    ]
    assert sorted(AllocationPlan.objects.values_list("state", flat=True)) == ["approved", "ready"]
    assert Stay.objects.filter(started_on=DAY).count() == 1


def test_of_two_who_undo_a_plan_one_succeeds_and_one_is_told(house, admins):
    plan = ready(house, admins[0], 0, 2)
    plan_approval.approve_plan(plan=plan, by=admins[0], on=DAY, now=NOW)
    works = [lambda by=by: plan_approval.undo_plan(plan=plan, by=by, on=DAY, now=NOW) for by in admins]

    answers = at_once(works, stays.RefusedError)

    assert sorted(map(str, answers)) == ["1", "Only an approved plan can be undone."]
    assert not Stay.objects.filter(started_on=DAY).exists()


def test_whoever_gives_a_bed_while_a_plan_is_approved_is_told_or_the_plan_is(house, admins):
    """The bed that the plan gives to one is given by hand to another at the same moment."""
    plan = ready(house, admins[0], 0, 2)
    third = factories.make_student(factories.make_class(house.school), "孙三", boarding="boarder")
    AllocationPlan.objects.filter(pk=plan.pk).update(fingerprint=_as_it_is(plan))
    bed = Bed.objects.filter(room__building=house).order_by("room__number", "label")[2]
    works = [
        *approvals([plan], admins[:1]),
        lambda: stays.give_bed(student=third, bed=bed, starts_on=DAY, by=admins[1], now=NOW),
    ]

    answers = at_once(works, stays.RefusedError)

    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert Stay.objects.active(DAY).filter(bed=bed).count() == 1


def _as_it_is(plan) -> str:
    from dormitories.selectors import plan_house

    return plan_house.read_house(plan, on=DAY).fingerprint
