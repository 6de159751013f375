"""Plans for beds for programs: from the asking to the undoing, by the same rules as the pages."""

from __future__ import annotations

import uuid

import pytest

from dormitories import tasks
from dormitories.models import AllocationPlan, Bed, PlannedPlace, Stay
from tests import factories
from tests.api_client import ROOT, as_person, as_program, pointers, post, queries

pytestmark = pytest.mark.django_db
State = AllocationPlan.State


@pytest.fixture
def house(school):
    building = factories.make_building(school, name="Lotus")
    for number in ("101", "102"):
        factories.make_room(building, number, beds=2)
    return building


@pytest.fixture
def pupils(school_class, house):
    return [
        factories.make_student(school_class, name, boarding="boarder") for name in ("赵一", "钱二", "孙三")
    ]


def asked(user) -> AllocationPlan:
    answer = post(as_program(user), "/bed-plans/", {"sex": "female"})
    assert (answer.status_code, answer.json()["state"]) == (201, "solving")
    plan = AllocationPlan.objects.get(public_id=answer.json()["id"])
    tasks.solve_plan(plan.pk)
    return plan


def rows(client, path):
    answer = client.get(f"{ROOT}{path}")
    assert answer.status_code == 200
    return answer.json()["results"]


def test_a_plan_is_asked_for_looked_at_approved_and_undone(school_admin, pupils):
    plan = asked(school_admin)
    client = as_program(school_admin)
    own = f"/bed-plans/{plan.public_id}/"

    found = client.get(ROOT + own).json()
    places = rows(client, f"{own}places/")
    rooms = rows(client, f"{own}rooms/")
    approved = post(client, f"{own}approve/")
    sleeping = Stay.objects.count()
    undone = post(client, f"{own}undo/")

    assert (found["plan"]["state"], found["may_approve"], found["moves"]) == ("ready", True, 3)
    assert {(one["student"]["name"], one["why"]) for one in places} == {
        ("赵一", "Had no bed"),
        ("钱二", "Had no bed"),
        ("孙三", "Had no bed"),
    }
    assert sum(room["planned"] for room in rooms) == found["plan"]["points_planned"]
    assert [row["id"] for row in rows(client, "/bed-plans/")] == [str(plan.public_id)]
    assert (approved.status_code, approved.json()["plan"]["state"], sleeping) == (200, "approved", 3)
    assert (undone.status_code, undone.json()["plan"]["state"], Stay.objects.count()) == (200, "undone", 0)


def test_a_change_by_hand_says_what_it_does_to_the_score(school_admin, pupils):
    plan = asked(school_admin)
    place = PlannedPlace.objects.filter(plan=plan).select_related("bed", "student").first()
    there = Bed.objects.exclude(room=place.bed.room).first()
    path = f"/bed-plans/{plan.public_id}/change/"
    client = as_program(school_admin)

    answer = post(client, path, {"student": place.student.public_id, "bed": there.public_id})

    place.refresh_from_db()
    plan.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["after"] == plan.after["total"]
    assert (place.bed, place.by_hand) == (there, True)
    wrong = {"student": place.student.public_id, "bed": str(uuid.uuid4())}
    assert pointers(post(client, path, wrong)) == {"#/bed"}
    assert pointers(post(client, path)) == {"#/student", "#/bed"}


def test_a_pupil_of_another_school_isn_t_there(school_admin, pupils, foreign_student):
    plan = asked(school_admin)
    data = {"student": foreign_student.public_id, "bed": Bed.objects.first().public_id}

    assert post(as_program(school_admin), f"/bed-plans/{plan.public_id}/change/", data).status_code == 404


def test_a_house_that_has_changed_is_a_conflict(school_admin, pupils, school_class):
    plan = asked(school_admin)
    factories.make_student(school_class, "周五", boarding="boarder")
    client = as_program(school_admin)

    answer = post(client, f"/bed-plans/{plan.public_id}/approve/")
    found = client.get(f"{ROOT}/bed-plans/{plan.public_id}/").json()

    assert answer.status_code == 409
    assert "has changed" in answer.json()["detail"]
    assert (found["house_changed"], found["may_approve"]) == (True, False)


def test_rules_that_can_t_hold_together_are_said_in_sentences_and_the_plan_is_dropped(
    school, school_admin, pupils
):
    factories.make_rule(school, "keep_apart", owner=school_admin, pupils=pupils, reason="They fight.")
    plan = asked(school_admin)
    client = as_program(school_admin)

    found = client.get(f"{ROOT}/bed-plans/{plan.public_id}/")
    dropped = post(client, f"/bed-plans/{plan.public_id}/drop/")

    assert found.json()["plan"]["state"] == "impossible"
    (sentences,) = found.json()["conflicts"]
    assert len(sentences) == 3
    assert all("are kept apart" in sentence for sentence in sentences)
    assert "fight" not in found.content.decode()
    assert dropped.json()["plan"]["state"] == "dropped"


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"#/sex"}),
        ({"sex": "both"}, {"#/sex"}),
        ({"sex": "male"}, {"#/sex"}),  # there is no house for boys
        ({"sex": "female", "ease": "all"}, {"#/ease"}),
        ({"sex": "female", "house": "1"}, {"#/house"}),
    ],
)
def test_bad_input_is_refused_beside_its_field(school_admin, pupils, data, wrong):
    assert pointers(post(as_program(school_admin), "/bed-plans/", data)) == wrong


def test_another_school_s_plan_and_school_are_not_there(school_admin, stranger, pupils, other_school):
    plan = asked(school_admin)

    assert as_person(stranger).get(f"{ROOT}/bed-plans/{plan.public_id}/").status_code == 404
    elsewhere = {"sex": "female", "school": other_school.public_id}
    assert post(as_program(school_admin), "/bed-plans/", elsewhere).status_code == 404


def test_whoever_plans_for_two_schools_names_one(school_admin, pupils, other_school, school):
    factories.make_membership(school_admin, "school_admin", school=other_school)
    client = as_program(school_admin)

    assert pointers(post(client, "/bed-plans/", {"sex": "female"})) == {"#/school"}
    named = {"sex": "female", "school": school.public_id}
    assert post(client, "/bed-plans/", named).status_code == 201


@pytest.mark.parametrize("path", ["", "{plan}/", "{plan}/places/", "{plan}/rooms/"])
def test_more_pupils_rooms_and_plans_cost_no_more_queries(school_admin, house, school_class, path):
    def cost() -> int:
        plan = asked(school_admin)
        return queries(school_admin, f"/bed-plans/{path.format(plan=plan.public_id)}")

    factories.make_student(school_class, "赵一", boarding="boarder")
    one = cost()
    factories.make_room(house, "103", beds=2)
    for name in ("钱二", "孙三"):
        factories.make_student(school_class, name, boarding="boarder")

    assert cost() == one
