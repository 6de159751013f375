"""Houses for programs."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from dormitories.models import Stay
from tests import factories
from tests.api_client import ROOT, as_person, as_program, post, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(school):
    return factories.make_building(school, name="1号楼")


@pytest.fixture
def beds(house):
    room = factories.make_room(house, "302", beds=3, floor=3)
    return list(room.beds.order_by("pk"))


def rows(response):
    assert response.status_code == 200
    return response.json()["results"]


def test_houses_rooms_and_beds_are_listed_and_whose_a_bed_is_isn_t(warden, house, beds, student):
    factories.make_stay(student, beds[0])
    client = as_program(warden)

    (building,) = rows(client.get(f"{ROOT}/buildings/"))
    (room,) = rows(client.get(f"{ROOT}/buildings/{house.public_id}/rooms/"))
    answer = client.get(f"{ROOT}/buildings/{house.public_id}/beds/")

    assert (building["name"], building["sex"], room["number"]) == ("1号楼", "female", "302")
    assert [(bed["code"], bed["is_taken"]) for bed in rows(answer)] == [
        ("302-1", True),
        ("302-2", False),
        ("302-3", False),
    ]
    assert student.name not in answer.content.decode()


def test_stays_are_those_of_the_pupils_one_may_know(
    warden, homeroom_teacher, stranger, student, other_class, beds
):
    other = factories.make_student(other_class, "赵敏", boarding="boarder")
    factories.make_stay(student, beds[0])
    factories.make_stay(other, beds[1])

    def names(user):
        return {row["student"]["name"] for row in rows(as_person(user).get(f"{ROOT}/stays/"))}

    assert names(warden) == {"王小雨", "赵敏"}
    assert names(homeroom_teacher) == {"王小雨"}
    assert names(stranger) == set()


def test_one_pupil_s_stays_hold_past_ones(warden, stranger, student, beds):
    today = timezone.localdate()
    factories.make_stay(student, beds[0], ended_on=today)
    path = f"{ROOT}/stays/?student={student.public_id}"

    (row,) = rows(as_person(warden).get(path))

    assert (row["bed"]["code"], row["ended_on"]) == ("302-1", today.isoformat())
    assert as_person(stranger).get(path).status_code == 404
    assert as_person(warden).get(f"{ROOT}/stays/?student={uuid.uuid4()}").status_code == 404


def test_a_bed_is_given_then_moved_and_a_taken_one_is_a_conflict(school_admin, school_class, student, beds):
    client = as_program(school_admin)
    friend = factories.make_student(school_class, "张雪", boarding="boarder")
    data = {"starts_on": timezone.localdate().isoformat(), "student": str(student.public_id)}

    given = post(client, "/stays/", {**data, "bed": str(beds[0].public_id)})
    moved = post(client, "/stays/", {**data, "bed": str(beds[1].public_id)})
    taken = post(client, "/stays/", {**data, "student": str(friend.public_id), "bed": str(beds[1].public_id)})

    assert (given.status_code, moved.status_code, taken.status_code) == (201, 201, 409)
    assert "taken" in taken.json()["detail"]
    assert Stay.objects.get().bed == beds[1]


def test_only_those_who_give_beds_give_one(homeroom_teacher, warden, student, beds):
    data = {
        "student": str(student.public_id),
        "bed": str(beds[0].public_id),
        "starts_on": timezone.localdate().isoformat(),
    }

    assert post(as_person(homeroom_teacher), "/stays/", data).status_code == 403
    assert post(as_person(warden), "/stays/", data).status_code == 403
    assert not Stay.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_on": "soon"}, 422),
        ({"bed": "x"}, 422),
        ({"bed": str(uuid.uuid4())}, 404),
        ({"starts_on": "9999-12-31"}, 409),
        ({"starts_on": "0001-01-01"}, 409),
        ({"room": "302"}, 422),
    ],
)
def test_bad_input_is_refused_in_words(school_admin, student, beds, change, code):
    data = {
        "student": str(student.public_id),
        "bed": str(beds[0].public_id),
        "starts_on": timezone.localdate().isoformat(),
    }

    assert post(as_person(school_admin), "/stays/", {**data, **change}).status_code == code


@pytest.mark.parametrize(
    "path", ["/buildings/", "/buildings/{house}/rooms/", "/buildings/{house}/beds/", "/stays/"]
)
def test_a_list_costs_the_same_for_one_row_and_for_three(warden, school_class, house, path):
    path = path.replace("{house}", str(house.public_id))

    def another() -> None:
        pupil = factories.make_student(school_class, "学生", boarding="boarder")
        factories.make_stay(pupil, factories.make_bed(factories.make_room(house)))
        factories.make_building(house.school)

    another()
    one = queries(warden, path)
    another()
    another()

    assert queries(warden, path) == one
