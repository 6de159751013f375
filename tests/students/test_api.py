"""Pupils for programs."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from students.models import GuardianLink, Person
from tests import factories
from tests.api_client import ROOT, as_person, as_program, queries


def names(response):
    assert response.status_code == 200
    return {row["name"] for row in response.json()["results"]}


@pytest.fixture
def grandmother(student):
    person = Person.objects.create(
        school=student.school, name="张桂芳", phone="13800000000", address="石门村"
    )
    return GuardianLink.objects.create(
        school=student.school, student=student, person=person, relation="grandmother"
    )


def test_each_role_lists_the_pupils_it_reaches(
    student, other_student, foreign_student, homeroom_teacher, warden, counsellor, stranger
):
    assert names(as_person(homeroom_teacher).get(f"{ROOT}/students/")) == {"王小雨"}
    assert names(as_person(warden).get(f"{ROOT}/students/")) == {"王小雨"}
    assert names(as_person(counsellor).get(f"{ROOT}/students/")) == {"王小雨", "李明"}
    assert names(as_person(stranger).get(f"{ROOT}/students/")) == {"陈思远"}


def test_an_official_lists_no_child(official, student):
    assert as_person(official).get(f"{ROOT}/students/").status_code == 403


def test_a_list_is_narrowed_by_class_and_boarding(counsellor, student, other_student, other_class):
    client = as_person(counsellor)

    assert names(client.get(f"{ROOT}/students/?class_id={other_class.public_id}")) == {"李明"}
    assert names(client.get(f"{ROOT}/students/?boarding=boarder")) == {"王小雨"}
    assert names(client.get(f"{ROOT}/students/?class_id={uuid.uuid4()}")) == set()
    assert client.get(f"{ROOT}/students/?boarding=night").status_code == 400


def test_a_filter_by_a_foreign_class_reaches_nobody(stranger, counsellor, student, school_class):
    found = names(as_person(stranger).get(f"{ROOT}/students/?class_id={school_class.public_id}"))

    assert found == set()


def test_pages_follow_each_other_forth_and_back_and_name_nobody(counsellor, school_class):
    for number in range(5):
        factories.make_student(school_class, f"王{number}")
    client = as_program(counsellor)
    seen, url, links = [], f"{ROOT}/students/?page_size=2&boarding=not_collected", []
    while url:
        page = client.get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
        links += [url, page["previous"]]

    assert seen == [f"王{number}" for number in range(5)]
    assert [row["name"] for row in client.get(links[-1]).json()["results"]] == ["王2", "王3"]
    assert not any("%E7" in (link or "") for link in links)
    assert all("boarding=not_collected" in link for link in links if link)


def test_a_cursor_from_another_school_marks_no_place(counsellor, student, stranger, foreign_student):
    cursor = f"f{foreign_student.public_id.hex}"

    response = as_person(counsellor).get(f"{ROOT}/students/?cursor={cursor}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "cursor"


def test_a_list_has_no_number_of_a_row_and_nothing_sensitive(counsellor, student):
    row = as_person(counsellor).get(f"{ROOT}/students/").json()["results"][0]

    assert set(row) == {"id", "name", "school", "school_class", "boarding"}
    assert row["id"] == str(student.public_id)
    assert row["school_class"]["label"] == "Grade 3 (2)"


def test_a_list_costs_the_same_with_one_row_and_three(counsellor, student, school_class):
    one = queries(counsellor, "/students/")
    factories.make_student(school_class, "赵一")
    factories.make_student(school_class, "钱二")

    assert queries(counsellor, "/students/") == one


def test_a_record_shows_what_the_page_shows_and_says_why(homeroom_teacher, student, grandmother):
    student.identity_number = "11010519491231002X"
    student.save()

    record = as_person(homeroom_teacher).get(f"{ROOT}/students/{student.public_id}/").json()

    assert record["why"] == "your class"
    assert record["identity_number"] is None
    assert record["guardians"][0]["phone"] == "13800000000"
    assert "health" not in record
    assert "ethnicity" not in record


def test_a_teachers_page_holds_no_sign_of_an_identity_number(client, homeroom_teacher, student):
    """With the county and the birth date, the last four signs would be the whole number."""
    student.identity_number, student.national_number = "11010519491231002X", "G11010519491231002X"
    student.save()
    client.force_login(homeroom_teacher)

    page = client.get(reverse("students:detail", args=[student.public_id])).content.decode()

    assert "002X" not in page


def test_whoever_keeps_the_roster_sees_numbers_in_full(school_admin, student):
    student.identity_number = "11010519491231002X"
    student.save()

    record = as_person(school_admin).get(f"{ROOT}/students/{student.public_id}/").json()

    assert record["identity_number"] == "11010519491231002X"


def test_a_record_costs_the_same_with_one_adult_and_three(counsellor, student, grandmother):
    path = f"/students/{student.public_id}/"
    one = queries(counsellor, path)
    for name in ("甲", "乙"):
        person = Person.objects.create(school=student.school, name=name)
        GuardianLink.objects.create(
            school=student.school, student=student, person=person, relation="relative"
        )

    assert queries(counsellor, path) == one


def test_a_pupil_out_of_reach_does_not_exist(
    homeroom_teacher, warden, official, stranger, student, other_student
):
    for person, pupil in [
        (homeroom_teacher, other_student),
        (warden, other_student),
        (official, student),
        (stranger, student),
    ]:
        assert as_person(person).get(f"{ROOT}/students/{pupil.public_id}/").status_code == 404
