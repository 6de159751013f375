"""The worker that plans beds: woken, lost, failed; and plans that nobody approves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from dormitories import tasks
from dormitories.models import AllocationPlan
from dormitories.services import plans
from tests import factories

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=timezone.get_default_timezone())
State = AllocationPlan.State


@pytest.fixture
def house(school, school_class):
    """One room of two beds for one girl."""
    building = factories.make_building(school, name="Lotus")
    factories.make_room(building, "101", beds=2)
    factories.make_student(school_class, "赵一", boarding="boarder")
    return building


def start(house, by):
    return plans.start_plan(school=house.school, sex=house.sex, houses=[house], ease="some", by=by, now=NOW)


def test_asking_wakes_the_worker_and_the_worker_stores_the_plan(
    house, school_admin, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        plan = start(house, school_admin)

    plan.refresh_from_db()
    assert plan.state == State.READY


def test_a_fault_in_the_worker_is_said_on_the_page(house, school_admin):
    plan = start(house, school_admin)
    AllocationPlan.objects.filter(pk=plan.pk).update(weights={"unknown": 1})

    tasks.solve_plan(plan.pk)

    plan.refresh_from_db()
    assert plan.state == State.FAILED


def test_lost_work_is_woken_and_fresh_work_is_left_alone(
    house, school_admin, django_capture_on_commit_callbacks
):
    plan = start(house, school_admin)
    with django_capture_on_commit_callbacks() as waiting:
        plans.sweep_plans(now=NOW + timedelta(minutes=5))
    assert waiting == []

    with django_capture_on_commit_callbacks(execute=True):
        plans.sweep_plans(now=NOW + timedelta(minutes=11))

    plan.refresh_from_db()
    assert plan.state == State.READY


def test_a_plan_nobody_approved_is_dropped_with_its_places(house, school_admin):
    plan = start(house, school_admin)
    plans.solve_plan(plan_id=plan.pk, on=NOW.date(), now=NOW)

    plans.sweep_plans(now=NOW + timedelta(days=15))

    plan.refresh_from_db()
    assert plan.state == State.DROPPED
    assert plan.places.count() == 0
