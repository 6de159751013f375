"""The school's page, its classes, and the commands that open a system."""

from __future__ import annotations

import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from counselling.models import Topic
from schools import access, selectors, services
from schools.models import Area, School, SchoolClass
from tests import factories


def detail(school) -> str:
    return reverse("schools:detail", args=[school.public_id])


def count_queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_page_counts_classes_and_pupils_and_names_homeroom_teachers(
    client, school, student, other_student, homeroom_teacher
):
    factories.make_student(student.enrolments.get().school_class, "赵小雪")
    client.force_login(homeroom_teacher)

    page = client.get(detail(school)).context["page"]

    rows = {str(row.school_class): (row.teachers, row.pupils) for row in page.classes}
    assert rows == {"Grade 3 (2)": (["Homeroom Teacher"], 2), "Grade 5 (1)": ([], 1)}
    assert page.pupils == 3


def test_the_page_costs_the_same_with_one_class_and_with_more(client, school, student, school_admin):
    client.force_login(school_admin)
    before = count_queries(client, detail(school))
    for number in range(3, 6):
        more = factories.make_class(school, 4, number)
        factories.make_student(more, "赵小雪")
        factories.make_membership(factories.make_user(), Role.HOMEROOM_TEACHER, school_class=more)

    assert count_queries(client, detail(school)) == before


def test_an_official_sees_classes_but_no_count_of_pupils_and_no_names(
    client, school, student, homeroom_teacher, official
):
    client.force_login(official)

    response = client.get(detail(school))

    assert response.context["page"].pupils is None
    assert [row.pupils for row in response.context["page"].classes] == [None]
    assert "Pupils" not in response.content.decode()
    assert homeroom_teacher.name not in response.content.decode()
    # said by the page itself, not only by the rows that the database keeps back
    assert [
        row.teachers for row in selectors.school_page(official, school, on=timezone.localdate()).classes
    ] == [None]


def test_the_school_next_door_isnt_found(client, school, stranger):
    client.force_login(stranger)

    assert client.get(detail(school)).status_code == 404


def test_with_one_school_the_menu_leads_straight_there(client, school, other_school, school_admin, official):
    client.force_login(school_admin)
    assert client.get(reverse("schools:overview"))["Location"] == detail(school)
    client.force_login(official)

    content = client.get(reverse("schools:overview")).content.decode()

    assert school.name in content
    assert other_school.name in content


def test_the_list_of_schools_costs_the_same_with_two_and_with_more(
    client, school, other_school, county, official
):
    client.force_login(official)
    before = count_queries(client, reverse("schools:overview"))
    for _number in range(3):
        factories.make_school(area=county)

    assert count_queries(client, reverse("schools:overview")) == before


def test_somebody_without_a_role_sees_no_school(client, school):
    client.force_login(factories.make_user())

    assert "No school yet" in client.get(reverse("schools:overview")).content.decode()


# --- classes -------------------------------------------------------------------------------------
def test_a_class_is_added_to_a_year(client, school, school_admin):
    year = factories.make_year(school)
    client.force_login(school_admin)

    response = client.post(
        reverse("schools:class_new", args=[school.public_id]), {"year": year.pk, "grade": 7, "number": 3}
    )

    assert response.status_code == 302
    assert SchoolClass.objects.get().label == "Grade 7 (3)"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"grade": 3, "number": 2}, "number"),
        ({"grade": 10}, "grade"),
        ({"grade": 0}, "grade"),
        ({"number": 100}, "number"),
        ({"number": "9" * 400}, "number"),
        ({"year": "1; DROP TABLE"}, "year"),
    ],
)
def test_a_class_that_cant_be_is_refused_beside_its_field(
    client, school, school_class, school_admin, data, field
):
    client.force_login(school_admin)
    sound = {"year": school_class.year.pk, "grade": 4, "number": 1}

    response = client.post(reverse("schools:class_new", args=[school.public_id]), {**sound, **data})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert SchoolClass.objects.count() == 1


def test_a_year_of_another_school_is_no_choice(client, school, other_school, school_admin):
    factories.make_year(school)
    foreign = factories.make_year(other_school)
    client.force_login(school_admin)

    response = client.post(
        reverse("schools:class_new", args=[school.public_id]), {"year": foreign.pk, "grade": 4, "number": 1}
    )

    assert "year" in response.context["form"].errors


def test_in_the_summer_the_old_year_still_counts(school):
    year = factories.make_year(school, starts_on=date(2025, 9, 1))

    assert selectors.current_year(school, on=date(2026, 8, 31)) == year
    assert selectors.current_year(school, on=date(2025, 8, 31)) is None


# --- commands ------------------------------------------------------------------------------------
AREAS = "代码,名称\n520000,贵州省\n522300,黔西南布依族苗族自治州\n522301,兴义市\n522301100,桔山街道\n"


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_areas_are_loaded_and_nested_by_their_codes(db, tmp_path, encoding):
    file = tmp_path / "areas.csv"
    file.write_bytes(AREAS.encode(encoding))

    first, second = run("load_areas", str(file)), run("load_areas", str(file))

    assert first == "4 areas added, 0 renamed.\n"
    assert second == "0 areas added, 0 renamed.\n"
    town = Area.objects.get(code="522301100")
    assert town.path == "520000/522300/522301/522301100"
    assert (town.level, town.parent.name) == ("township", "兴义市")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("52,贵州省\n", "GB/T 2260"),
        ("520000,贵州省\n522301100,桔山街道\n", "above it is missing"),
        ("520000\n", "a code and a name"),
        ("", "a code and a name"),
        ("520000,贵州省\n530000," + "云" * 61 + "\n", "60"),
    ],
)
def test_a_list_of_areas_that_cant_be_loads_nothing(db, tmp_path, content, why):
    file = tmp_path / "areas.csv"
    file.write_text(content)

    with pytest.raises(CommandError, match=re.escape(why)):
        run("load_areas", str(file))

    assert not Area.objects.exists()


def test_a_county_of_a_municipality_hangs_on_the_province(db):
    services.load_areas(rows=[("110000", "北京市"), ("110101", "东城区")], by=None)

    assert Area.objects.get(code="110101").parent.code == "110000"


def test_an_empty_system_is_opened_by_three_commands(client, db, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text(AREAS)
    run("load_areas", str(file))
    run("add_school", "2152230101", "兴义第一小学", "--area=522301")

    link = run("invite", "--school=2152230101", "--name=Wang Fang").strip()

    path = "/school/join/" + link.split("/school/join/")[1]
    client.get(path)
    data = {"username": "wang", "password": "three calm herons", "repeat": "three calm herons"}
    assert client.post(reverse("schools:join"), data).status_code == 302
    school = School.objects.get()
    user = User.objects.get(username="wang")
    assert access.can(user, access.Perm.MEMBER_INVITE, school=school, on=date(2100, 1, 1))
    assert Topic.objects.filter(school=school).count() == 9


def test_an_official_is_invited_to_an_area(client, county):
    link = run("invite", "--role=district_official", f"--area={county.code}", "--name=Zhao Lei").strip()
    client.get("/school/join/" + link.split("/school/join/")[1])

    page = client.get(reverse("schools:join")).content.decode()

    assert county.name in page
    assert "District official" in page


@pytest.mark.parametrize(
    "args",
    [
        ("invite", "--school=0000000000", "--name=X"),
        ("invite", "--role=district_official", "--school=2152999901", "--name=X"),
        ("invite", "--role=school_admin", "--area=529901", "--name=X"),
        ("invite", "--school=2152999901", "--name=X", "--email=nope"),
        ("invite", "--school=2152999901", "--name=X", "--phone=nope"),
        ("add_school", "2152999901", "Twice", "--area=529901"),
        ("add_school", "12", "Short", "--area=529901"),
        ("add_school", "2152999999", "Nowhere", "--area=000000"),
        ("load_areas", "/nowhere/areas.csv"),
    ],
)
def test_a_command_with_something_wrong_says_what_in_one_line(school, args):
    with pytest.raises(CommandError) as caught:
        run(*args)

    assert 0 < len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)
