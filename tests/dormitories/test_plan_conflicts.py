"""A plan that can't be: each kind of conflict is said in a sentence, and never why a rule is there."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from dormitories.models import AllocationPlan, Bed
from dormitories.selectors import plans as selectors
from dormitories.services import plans
from tests import factories

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=timezone.get_default_timezone())
State = AllocationPlan.State


@pytest.fixture
def house(school):
    """Two rooms of two beds; the first on the ground floor and near the warden."""
    building = factories.make_building(school, name="Lotus")
    factories.make_room(building, "101", beds=2, near_warden=True)
    factories.make_room(building, "201", beds=2, floor=2)
    return building


@pytest.fixture
def pupils(school_class):
    return [
        factories.make_student(school_class, name, boarding="boarder") for name in ("赵一", "钱二", "孙三")
    ]


@pytest.fixture
def beds(house):
    return list(Bed.objects.filter(room__building=house).order_by("room__number", "label"))


def solved(house, by):
    plan = plans.start_plan(school=house.school, sex=house.sex, houses=[house], ease="some", by=by, now=NOW)
    plans.solve_plan(plan_id=plan.pk, on=NOW.date(), now=NOW)
    plan.refresh_from_db()
    return plan


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["ground_floor"], "3 children need the ground floor, which has 2 beds"),
        (["near_warden"], "3 children need a room near the warden; those rooms have 2 beds"),
        (["lower_bunk"], "3 children need a lower bunk; there are 2"),
        (["pinned", "keep_apart"], "are kept apart, and rules name beds in room 101 for both"),
        (["keep_apart"], "are kept apart."),
    ],
)
def test_each_kind_of_conflict_is_said_in_a_sentence_of_its_own(
    house, pupils, beds, school_admin, kinds, said
):
    if "pinned" in kinds:
        for pupil, bed in zip(pupils[:2], beds[:2], strict=True):
            factories.make_rule(house.school, "pinned", owner=school_admin, pupils=[pupil], bed=bed)
    for kind in set(kinds) - {"pinned"}:
        factories.make_rule(house.school, kind, owner=school_admin, pupils=pupils, reason="A quarrel.")

    plan = solved(house, school_admin)

    sentences = [sentence for conflict in selectors.conflicts_of(plan) for sentence in conflict]
    assert plan.state == State.IMPOSSIBLE
    assert any(said in sentence for sentence in sentences), sentences
    assert "quarrel" not in "".join(sentences)
