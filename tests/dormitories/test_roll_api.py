"""Rolls and leaves for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dormitories.models import Leave, RollCall, RollMark
from tests import factories
from tests.api_client import ROOT, as_person, as_program, pointers, post, queries


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def roll(school, school_class, student, warden):
    house = factories.make_building(school, name="Lotus")
    room = factories.make_room(house, "302")
    factories.make_stay(student, factories.make_bed(room, "1"))
    other = factories.make_student(school_class, "赵一", boarding="boarder")
    factories.make_stay(other, factories.make_bed(room, "2"))
    return factories.make_roll(house, warden)


def shape(student, now, **more):
    values = {
        "student": str(student.public_id),
        "kind": "hours",
        "reason": "doctor",
        "leaves_at": (now + timedelta(hours=1)).isoformat(),
        "due_back_at": (now + timedelta(hours=5)).isoformat(),
        "collector_words": "The school bus",
    }
    return values | more


def test_a_leave_is_asked_for_answered_and_noted_at_the_gate(
    student, school_admin, homeroom_teacher, warden, now
):
    admin, teacher, house = (as_program(one) for one in (school_admin, homeroom_teacher, warden))
    asked = post(admin, "/leaves/", shape(student, now, leaves_at=now.isoformat()))
    path = f"/leaves/{asked.json()['id']}"

    early = post(house, f"{path}/out/")
    states = [post(one, f"{path}/approve/").json()["state"] for one in (teacher, house)]
    states += [post(house, f"{path}/{step}/").json()["state"] for step in ("out", "back")]

    assert (asked.status_code, asked.json()["state"], early.status_code) == (201, "asked", 409)
    assert states == ["asked", "approved", "out", "back"]


def test_an_adult_who_may_collect_is_named_by_id(student, homeroom_teacher, now):
    adult = factories.make_adult(student, "李梅", may_collect="yes")
    barred = factories.make_adult(student, "王强", may_collect="yes", contact_barred=True)
    client = as_person(homeroom_teacher)

    refused = post(
        client, "/leaves/", shape(student, now, collector=str(barred.public_id), collector_words="")
    )
    taken = post(client, "/leaves/", shape(student, now, collector=str(adult.public_id), collector_words=""))

    assert (refused.status_code, pointers(refused)) == (422, {"#/collector"})
    assert (taken.status_code, taken.json()["collector"]) == (201, "李梅")


def test_a_leave_that_overlaps_is_refused_beside_its_field(student, homeroom_teacher, now):
    client = as_person(homeroom_teacher)
    post(client, "/leaves/", shape(student, now))

    again = post(client, "/leaves/", shape(student, now))

    assert (again.status_code, pointers(again)) == (422, {"#/leaves_at"})
    assert Leave.objects.count() == 1


def test_leaves_are_listed_to_those_who_answer_for_the_pupil(
    student, school_admin, homeroom_teacher, stranger
):
    leave = factories.make_leave(student, school_admin)

    listed = as_person(homeroom_teacher).get(f"{ROOT}/leaves/").json()["results"]

    assert [one["id"] for one in listed] == [str(leave.public_id)]
    assert as_person(stranger).get(f"{ROOT}/leaves/").status_code == 403
    assert as_person(stranger).get(f"{ROOT}/leaves/{leave.public_id}/").status_code == 404


def test_a_roll_is_marked_and_closed_only_when_whole(roll, warden):
    client = as_program(warden)
    path = f"/rolls/{roll.public_id}"
    post(client, f"{path}/marks/", {"number": 1, "status": "present"})

    refused = post(client, f"{path}/close/")
    marked = post(client, f"{path}/marks/", {"number": 2, "status": "other", "note": "With the nurse"})
    closed = post(client, f"{path}/close/")

    assert refused.status_code == 409
    assert (marked.json()["known"], marked.json()["marks"][1]["note"]) == (2, "With the nurse")
    assert closed.json()["roll"]["closed_at"] is not None
    assert not RollCall.objects.get().is_open


def test_a_mark_that_makes_no_sense_is_refused_beside_its_field(roll, warden):
    path = f"/rolls/{roll.public_id}/marks/"
    client = as_person(warden)

    assert pointers(post(client, path, {"number": 1, "status": "moon"})) == {"#/status"}
    assert pointers(post(client, path, {"number": 1, "status": "other"})) == {"#/note"}
    assert post(client, path, {"number": 9, "status": "present"}).status_code == 404
    assert not RollMark.objects.exclude(status="").exists()


def test_whoever_only_looks_doesnt_mark(roll, head_teacher, homeroom_teacher, stranger):
    path = f"/rolls/{roll.public_id}/"

    assert as_person(head_teacher).get(ROOT + path).json()["expected"] == 2
    assert (
        post(as_person(head_teacher), f"{path}marks/", {"number": 1, "status": "present"}).status_code == 403
    )
    assert as_person(homeroom_teacher).get(ROOT + path).status_code == 403
    assert as_person(stranger).get(ROOT + path).status_code == 404


def test_lists_cost_the_same_for_one_row_and_three(roll, school, school_class, warden, school_admin, student):
    factories.make_leave(student, school_admin)
    few = [queries(warden, path) for path in ("/leaves/", "/rolls/")]
    for name in ("张一", "张二"):
        pupil = factories.make_student(school_class, name, boarding="boarder")
        link = factories.make_adult(pupil).guardian_links.get()
        factories.make_leave(pupil, school_admin, collector=link)
        factories.make_roll(factories.make_building(school), warden)

    assert [queries(warden, path) for path in ("/leaves/", "/rolls/")] == few
