"""Pairing a child with a teacher on the screen."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from students.models import Pairing
from tests import factories

pytestmark = pytest.mark.django_db


def url(student) -> str:
    return reverse("students:pairings", args=[student.public_id])


def end(client, student, pairing, last_day="2026-10-30"):
    address = reverse("students:pairing_end", args=[student.public_id])
    return client.post(address, {"pairing": pairing.pk, "last_day": last_day})


@pytest.mark.parametrize("who", ["school_admin", "head_teacher"])
def test_whoever_gives_roles_pairs(client, request, who, other_student, paired_teacher):
    client.force_login(request.getfixturevalue(who))

    response = client.post(url(other_student), {"person": paired_teacher.pk, "on": "2026-11-01"})

    assert response["Location"] == url(other_student)
    pairing = Pairing.objects.get(student=other_student)
    assert (pairing.teacher, str(pairing.started_on)) == (paired_teacher, "2026-11-01")
    assert paired_teacher.name in client.get(url(other_student)).content.decode()


def test_strangers_find_nothing_and_teachers_may_not(
    client, stranger, homeroom_teacher, paired_teacher, student
):
    pairing = Pairing.objects.get(student=student)
    answers = []
    for person in (stranger, homeroom_teacher, paired_teacher):
        client.force_login(person)
        answers.append((client.get(url(student)).status_code, end(client, student, pairing).status_code))

    assert answers == [(404, 404), (403, 403), (403, 403)]


def test_only_paired_teachers_of_the_school_are_offered(
    client, school_admin, counsellor, student, paired_teacher
):
    client.force_login(school_admin)

    response = client.post(url(student), {"person": counsellor.pk, "on": "2026-11-01"})

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"person"}
    assert 'value="2026-11-01"' in response.content.decode()
    assert [key for key, _name in response.context["form"].fields["person"].choices] == [
        "",
        str(paired_teacher.pk),
    ]


def test_nobody_pairs_themselves_and_reads_why(client, school, school_admin, student):
    factories.make_membership(school_admin, Role.PAIRED_TEACHER, school=school)
    client.force_login(school_admin)

    response = client.post(url(student), {"person": school_admin.pk, "on": "2026-11-01"})

    assert "Nobody pairs themselves" in response.context["form"].errors["person"][0]
    assert not Pairing.objects.exists()


def test_a_pairing_ends_on_its_last_day(client, school_admin, student, paired_teacher):
    client.force_login(school_admin)

    response = end(client, student, Pairing.objects.get())

    assert response["Location"] == url(student)
    assert str(Pairing.objects.get().ended_on) == "2026-10-30"


def test_a_day_that_is_none_is_refused_and_kept(client, school_admin, student, paired_teacher):
    client.force_login(school_admin)

    response = end(client, student, Pairing.objects.get(), last_day="2026-02-30")

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="2026-02-30"' in page
    assert "field-error" in page
    assert Pairing.objects.get().ended_on is None


def test_the_pairing_of_another_child_is_not_ended_here(
    client, school_admin, student, other_student, paired_teacher
):
    client.force_login(school_admin)

    assert end(client, other_student, Pairing.objects.get()).status_code == 404
    assert Pairing.objects.get().ended_on is None


def test_without_a_paired_teacher_the_page_says_what_to_do(client, school, school_admin, student):
    client.force_login(school_admin)

    page = client.get(url(student)).content.decode()

    assert reverse("schools:role_grant", args=[school.public_id]) in page


def test_the_list_costs_the_same_with_one_pairing_and_with_more(
    client, school, school_admin, student, paired_teacher
):
    client.force_login(school_admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(student)).status_code == 200
        return len(captured)

    queries()
    one = queries()
    for number in range(3):
        teacher = factories.make_user(f"teacher_{number}")
        factories.make_membership(teacher, Role.PAIRED_TEACHER, school=school)
        factories.make_pairing(student, teacher)

    assert queries() == one
