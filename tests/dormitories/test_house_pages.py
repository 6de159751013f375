"""The pages of houses: list, plan, setting up, giving beds; the child's header and chronology."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dormitories.models import Bed, Building, Room, Stay
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(school):
    return factories.make_building(school, name="1号楼")


@pytest.fixture
def room(house):
    return factories.make_room(house, "302", beds=4, floor=3)


@pytest.fixture
def beds(room):
    return list(room.beds.order_by("pk"))


@pytest.fixture
def admin(client, school_admin):
    client.force_login(school_admin)
    return client


def plan_of(client, house) -> str:
    answer = client.get(reverse("dormitories:plan", args=[house.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


# --- looking ------------------------------------------------------------------------------------
def test_the_list_counts_beds(admin, student, beds):
    factories.make_stay(student, beds[0])
    Bed.objects.filter(pk=beds[1].pk).update(out_of_order_from=timezone.localdate())

    page = admin.get(reverse("dormitories:houses")).content.decode()

    assert "1 of 4 beds taken" in page
    assert "2 free" in page


def test_the_plan_names_whom_one_may_know_and_nobody_else(
    client, homeroom_teacher, student, other_class, house, beds
):
    other = factories.make_student(other_class, "赵敏敏", boarding="boarder")
    factories.make_stay(student, beds[0])
    factories.make_stay(other, beds[1])
    client.force_login(homeroom_teacher)

    page = plan_of(client, house)

    assert student.name in page
    assert other.name not in page
    assert str(other.public_id) not in page
    assert page.count('data-state="somebody"') == 1
    assert reverse("dormitories:bed_give", args=[beds[2].public_id]) not in page


def test_the_plan_shows_free_broken_and_away(admin, school_admin, student, house, beds):
    from dormitories.models import Leave

    now = timezone.now()
    factories.make_stay(student, beds[0])
    Bed.objects.filter(pk=beds[1].pk).update(out_of_order_from=timezone.localdate())
    lead, head = factories.make_user(), factories.make_user()
    Leave.objects.create(
        school=student.school,
        student=student,
        kind="nights",
        reason="home",
        leaves_at=now - timedelta(hours=2),
        due_back_at=now + timedelta(hours=20),
        collector_words="Grandmother",
        asked_by=school_admin,
        asked_at=now - timedelta(hours=5),
        class_approved_by=lead,
        class_approved_at=now - timedelta(hours=4),
        house_approved_by=head,
        house_approved_at=now - timedelta(hours=4),
        out_by=head,
        out_at=now - timedelta(hours=1),
    )

    page = plan_of(admin, house)

    rooms = page.partition('class="rooms"')[2]
    assert rooms.count("data-away") == 1
    assert rooms.count('data-state="out_of_order"') == 1
    assert rooms.count('data-state="free"') == 2


def test_the_plan_of_next_door_isn_t_there(client, stranger, house):
    client.force_login(stranger)

    assert client.get(reverse("dormitories:plan", args=[house.public_id])).status_code == 404


@pytest.mark.parametrize("name", ["houses", "plan"])
def test_a_page_costs_the_same_for_one_bed_and_for_three(client, warden, school_class, house, name):
    client.force_login(warden)
    url = reverse(f"dormitories:{name}", args=[house.public_id] if name == "plan" else [])

    def another() -> None:
        pupil = factories.make_student(school_class, "学生", boarding="boarder")
        factories.make_stay(pupil, factories.make_bed(factories.make_room(house)))
        factories.make_building(house.school)

    another()
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    another()
    another()
    with CaptureQueriesContext(connection) as three:
        client.get(url)

    assert len(one) == len(three)


# --- setting up ---------------------------------------------------------------------------------
def test_a_house_is_set_up_by_forms(admin, school):
    answer = admin.post(
        reverse("dormitories:building_new", args=[school.public_id]), {"name": "女生楼", "sex": "female"}
    )
    assert answer.status_code == 302
    house = Building.objects.get()
    block = {
        "floor_from": 1,
        "floor_to": 2,
        "first": 1,
        "last": 3,
        "beds": 4,
        "bunks": "on",
        "grade_from": "3",
    }

    admin.post(reverse("dormitories:rooms_new", args=[house.public_id]), block)

    assert sorted(house.rooms.values_list("number", flat=True)) == ["101", "102", "103", "201", "202", "203"]
    assert Bed.objects.filter(level="upper").count() == 12
    assert set(Room.objects.values_list("grade_from", "grade_to", "sex")) == {(3, 3, "female")}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"floor_to": 0}, "greater than or equal to 1"),
        ({"floor_from": 3}, "The higher floor stands second."),
        ({"beds": 99}, "less than or equal to 24"),
        ({"beds": "x"}, "whole number"),
        ({"grade_from": 5, "grade_to": 3}, "The higher grade stands second."),
        ({}, "here already: 301"),
    ],
)
def test_rooms_that_make_no_sense_are_refused_beside_the_field(admin, house, change, words):
    factories.make_room(house, "301", floor=3)
    block = {"floor_from": 1, "floor_to": 3, "first": 1, "last": 2, "beds": 4, **change}
    block["floor_to"] = change.get("floor_to", 2 if "floor_from" in change else 3)

    answer = admin.post(reverse("dormitories:rooms_new", args=[house.public_id]), block)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert house.rooms.count() == 1


def test_a_room_is_changed_with_its_beds(admin, room):
    data = {"number": "305", "floor": 3, "beds": 6, "near_warden": "on", "area": "26.5"}

    answer = admin.post(reverse("dormitories:room_edit", args=[room.public_id]), data)

    room.refresh_from_db()
    assert answer.status_code == 302
    assert (room.number, room.near_warden, room.beds.count()) == ("305", True, 6)


def test_a_bed_that_was_slept_in_doesn_t_go(admin, student, room, beds):
    factories.make_stay(student, beds[3], ended_on=timezone.localdate())
    data = {"number": "302", "floor": 3, "beds": 2}

    answer = admin.post(reverse("dormitories:room_edit", args=[room.public_id]), data)

    assert answer.status_code == 422
    assert "Bed 4 was slept in" in answer.content.decode()
    assert room.beds.count() == 4


def test_a_bed_goes_out_of_order_and_back(admin, beds):
    url = reverse("dormitories:bed_order", args=[beds[0].public_id])

    admin.post(url, {"begins": "2026-11-22", "ends": "2026-11-30"})
    beds[0].refresh_from_db()
    assert str(beds[0].out_of_order_to) == "2026-11-30"
    assert admin.post(url, {"begins": "", "ends": "2026-11-30"}).status_code == 422
    admin.post(url, {"begins": "", "ends": ""})
    beds[0].refresh_from_db()

    assert beds[0].out_of_order_from is None


def test_a_name_twice_is_refused(admin, house, school):
    answer = admin.post(
        reverse("dormitories:building_new", args=[school.public_id]), {"name": house.name, "sex": "male"}
    )

    assert answer.status_code == 422
    assert "There is a house of this name already." in answer.content.decode()


# --- giving beds --------------------------------------------------------------------------------
def test_a_bed_is_given_from_the_plan(admin, student, beds, house):
    url = reverse("dormitories:bed_give", args=[beds[0].public_id])
    assert student.name in admin.get(url).content.decode()

    answer = admin.post(url, {"student": student.pk, "starts_on": timezone.localdate().isoformat()})

    assert answer["Location"] == reverse("dormitories:plan", args=[house.public_id])
    assert Stay.objects.get().bed == beds[0]


def test_a_bed_is_given_moved_and_given_back_from_the_child(admin, student, beds, house):
    url = reverse("dormitories:pupil_bed", args=[student.public_id])
    today = timezone.localdate().isoformat()

    admin.post(url, {"bed": beds[0].pk, "starts_on": today})
    answer = admin.post(f"{url}?house={house.public_id}", {"bed": beds[1].pk, "starts_on": today})
    assert answer["Location"] == reverse("dormitories:plan", args=[house.public_id])
    assert Stay.objects.get().bed == beds[1]
    admin.post(reverse("dormitories:stay_end", args=[student.public_id]), {"last_day": today})

    assert str(Stay.objects.get().ended_on) == today


def test_a_rule_is_shown_beside_a_box_to_tick(admin, lead, school, student, beds):
    factories.make_rule(school, "lower_bunk", owner=lead, pupils=[student], reason="Fell in March.")
    url = reverse("dormitories:pupil_bed", args=[student.public_id])
    data = {"bed": beds[1].pk, "starts_on": timezone.localdate().isoformat()}

    asked = admin.post(url, data)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "This child sleeps in a lower bunk." in page
    assert "Fell in March." not in page
    assert 'type="checkbox" name="in_spite"' in page
    admin.post(url, {**data, "in_spite": "on"})

    assert Stay.objects.get().bed == beds[1]


def test_only_free_beds_of_the_right_house_are_offered(admin, school, student, beds):
    boys = factories.make_room(factories.make_building(school, sex="male"), "901", beds=1)
    url = reverse("dormitories:pupil_bed", args=[student.public_id])
    factories.make_stay(factories.make_student(student.enrolments.get().school_class, "张雪"), beds[0])

    page = admin.get(url).content.decode()
    answer = admin.post(url, {"bed": boys.beds.get().pk, "starts_on": "2026-11-22"})

    assert "302-1" not in page
    assert "302-2" in page
    assert "901-1" not in page
    assert answer.status_code == 422


# --- the child ----------------------------------------------------------------------------------
def test_the_bed_stands_in_the_header_and_the_moves_in_the_chronology(client, warden, student, beds):
    day = timezone.localdate() - timedelta(days=3)
    factories.make_stay(
        student, beds[0], started_on=day - timedelta(days=5), ended_on=day - timedelta(days=1)
    )
    factories.make_stay(student, beds[3], started_on=day)
    client.force_login(warden)

    page = client.get(reverse("students:detail", args=[student.public_id])).content.decode()
    paper = client.get(reverse("students:print", args=[student.public_id])).content.decode()

    assert "Bed 302-4" in page
    assert "Given bed 302-1 in 1号楼" in page
    assert "Moved to bed 302-4 in 1号楼" in page
    assert "Last night" not in page
    assert "Moved to bed 302-4 in 1号楼" in paper


def test_a_boarder_without_a_bed_is_seen_as_such(client, warden, school_admin, student):
    client.force_login(warden)
    assert "No bed yet" in client.get(reverse("students:detail", args=[student.public_id])).content.decode()

    client.force_login(school_admin)
    page = client.get(reverse("students:detail", args=[student.public_id])).content.decode()
    assert reverse("dormitories:pupil_bed", args=[student.public_id]) in page


def test_the_roster_doesn_t_change_the_sex_of_a_child_with_a_bed(school, school_admin, student, beds):
    from students.services import roster_plan

    factories.make_stay(student, beds[0])
    content = "姓名,性别,出生日期,班号\n王小雨,男,2017-05-04,三年级(2)班\n".encode()

    (row,) = roster_plan.plan_file(content, school, on=timezone.localdate()).rows

    assert [issue.code for issue in row.issues] == ["sex-has-bed"]
    assert not row.is_let_in
