"""Schools, classes and topics for programs."""

from __future__ import annotations

import pytest

from counselling.models import Topic
from tests import factories
from tests.api_client import ROOT, as_person, queries


def test_somebody_sees_the_schools_they_work_in(warden, school, other_school):
    response = as_person(warden).get(f"{ROOT}/schools/")

    assert [row["id"] for row in response.json()["results"]] == [str(school.public_id)]


def test_an_official_sees_every_school_of_the_area_by_name(official, school, other_school):
    response = as_person(official).get(f"{ROOT}/schools/")

    assert [row["name"] for row in response.json()["results"]] == [other_school.name, school.name]


def test_a_school_has_its_national_code_and_area(counsellor, school):
    response = as_person(counsellor).get(f"{ROOT}/schools/{school.public_id}/")

    assert response.json() == {
        "id": str(school.public_id),
        "name": school.name,
        "code": school.code,
        "area": {"code": school.area.code, "name": school.area.name},
        "is_open": True,
    }


@pytest.mark.parametrize("tail", ["", "classes/", "topics/"])
def test_the_stranger_finds_no_school_of_ours(stranger, school, tail):
    assert as_person(stranger).get(f"{ROOT}/schools/{school.public_id}/{tail}").status_code == 404


def test_classes_come_in_order_with_their_year_and_in_one_s_language(
    counsellor, school, school_class, other_class
):
    counsellor.language = "zh-hans"
    counsellor.save()

    response = as_person(counsellor).get(f"{ROOT}/schools/{school.public_id}/classes/")

    rows = response.json()["results"]
    assert [(row["grade"], row["number"]) for row in rows] == [(3, 2), (5, 1)]
    assert rows[0]["id"] == str(school_class.public_id)
    assert rows[0]["year_starts_on"] == "2026-09-01"


def test_topics_in_use_come_with_their_guidance(counsellor, school, other_school):
    topic = factories.make_topic(school)
    Topic.objects.create(school=school, code="study", is_active=False)
    factories.make_topic(other_school, "joy")

    rows = as_person(counsellor).get(f"{ROOT}/schools/{school.public_id}/topics/").json()["results"]

    assert [row["id"] for row in rows] == [str(topic.public_id)]
    assert rows[0]["guidance"].startswith("Who is at home")


@pytest.mark.parametrize("tail", ["", "{school}/classes/", "{school}/topics/"])
def test_a_list_costs_the_same_with_one_row_and_three(official, school, county, school_class, tail):
    path = f"/schools/{tail.format(school=school.public_id)}"
    factories.make_topic(school)
    one = queries(official, path)
    for number in (3, 4):
        factories.make_school(area=county)
        factories.make_class(school, 4, number)
        Topic.objects.create(school=school, code=["study", "joy"][number - 3])

    assert queries(official, path) == one
