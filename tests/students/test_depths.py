"""Rights by depth: whom to call, who is at home and the state of health are three things, and show as three."""

from __future__ import annotations

import pytest
from django.urls import reverse

from students.models import GuardianLink, Person, Student

PHONE, ADDRESS = "13912345678", "Third house above the mill, Shuijing village"


@pytest.fixture
def family(student) -> GuardianLink:
    Student.objects.filter(pk=student.pk).update(health="chronic")
    person = Person.objects.create(school=student.school, name="奶奶张", phone=PHONE, address=ADDRESS)
    return GuardianLink.objects.create(
        school=student.school, student=student, person=person, relation="grandmother", is_guardian=True
    )


# who: (whom to call, who is at home, health)
DEPTHS = {
    "homeroom_teacher": (True, True, True),
    "paired_teacher": (True, True, False),
    "counsellor": (True, True, True),
    "lead": (True, True, True),
    "warden": (True, False, True),
    "school_admin": (True, True, False),
    "head_teacher": (True, True, False),
}


@pytest.mark.parametrize("who", DEPTHS)
def test_the_page_shows_each_depth_to_those_who_have_it(client, request, student, family, who):
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("students:detail", args=[student.public_id])).content.decode()

    home = ADDRESS in page and "legal guardian" in page
    assert (PHONE in page, home, "Chronic illness" in page) == DEPTHS[who]
    assert (ADDRESS in page) == ("legal guardian" in page)


@pytest.mark.parametrize("who", ["warden", "homeroom_teacher"])
def test_programs_get_what_the_page_shows(client, request, student, family, who):
    client.force_login(request.getfixturevalue(who))

    record = client.get(reverse("api:student", args=[student.public_id])).json()

    (guardian,) = record["guardians"]
    knows_home = DEPTHS[who][1]
    assert guardian["phone"] == PHONE
    assert guardian["address"] == (ADDRESS if knows_home else None)
    assert guardian["is_guardian"] == (True if knows_home else None)


def test_paper_says_no_more_than_the_screen(client, student, family, warden):
    client.force_login(warden)

    paper = client.get(reverse("students:print", args=[student.public_id])).content.decode()

    assert PHONE in paper
    assert ADDRESS not in paper
