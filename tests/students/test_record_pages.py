"""The pages that keep one pupil's record: add, correct, move, leave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core.models import AuditEvent
from students.models import Enrolment, Student
from students.services import pupils, records
from tests import factories

pytestmark = pytest.mark.django_db
JOINED = date(2026, 9, 1)


def url(name: str, student: Student | None = None) -> str:
    return reverse(f"students:{name}", args=[student.public_id] if student else [])


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "王小雨",
        "school_number": "",
        "boarding": "boarder",
        "hukou": "not_collected",
        "phone": "",
        "address": "",
        **changes,
    }


def new_pupil(in_class, **changes: object) -> dict[str, object]:
    return {
        "name": "单雨萱",
        "sex": "female",
        "born_on": "2017-05-04",
        "school_class": in_class.pk,
        "on": "2026-09-01",
        "boarding": "boarder",
        **changes,
    }


@pytest.fixture
def admin(client, school_admin):
    client.force_login(school_admin)
    return client


# --- who ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["edit", "place", "leave"])
def test_strangers_find_nothing_and_teachers_may_not(client, stranger, homeroom_teacher, student, name):
    answers = []
    for person in (stranger, homeroom_teacher):
        client.force_login(person)
        answers.append(
            (client.get(url(name, student)).status_code, client.post(url(name, student)).status_code)
        )

    assert answers == [(404, 404), (403, 403)]


def test_only_those_who_may_are_shown_the_doors(client, school_admin, homeroom_teacher, student):
    shown = []
    for person in (school_admin, homeroom_teacher):
        client.force_login(person)
        child, children = client.get(url("detail", student)), client.get(url("list"))
        shown.append(
            (url("edit", student) in child.content.decode(), url("new") in children.content.decode())
        )

    assert shown == [(True, True), (False, False)]


# --- correcting -----------------------------------------------------------------------------------
def test_what_was_typed_is_written_and_what_stayed_is_not_noted(admin, student):
    response = admin.post(
        url("edit", student), typed(name="曾小雨", keep_former="on", boarding="day", phone="137 0013 7000")
    )

    assert response["Location"] == url("detail", student)
    student.refresh_from_db()
    written = (student.name, student.former_name, student.boarding, student.phone)
    assert written == ("曾小雨", "王小雨", "day", "13700137000")
    events = AuditEvent.objects.filter(event__startswith="student.").order_by("pk")
    assert [one.event for one in events] == [
        "student.renamed",
        "student.contact_changed",
        "student.corrected",
    ]
    assert events[1].details["fields"] == ["phone"]
    assert events[2].details["fields"] == ["boarding"]


def test_saving_without_a_change_writes_nothing(admin, student):
    admin.post(url("edit", student), typed())

    assert not AuditEvent.objects.filter(event__startswith="student.").exists()


def test_an_error_stands_at_its_field_and_keeps_what_was_typed(admin, student):
    response = admin.post(url("edit", student), typed(phone="call my aunt", address="大田村6组"))

    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"phone"}
    assert "call my aunt" in page
    assert "大田村6组" in page


def test_a_field_that_is_not_corrected_by_hand_is_refused(student, school_admin, today):
    with pytest.raises(TypeError, match="identity_number"):
        records.correct_record(
            student=student, name="王小雨", keep_former=False, by=school_admin, on=today, identity_number="1"
        )


# --- moving and leaving ---------------------------------------------------------------------------
def test_a_child_moves_from_a_day(admin, student, other_class):
    response = admin.post(url("place", student), {"school_class": other_class.pk, "on": "2026-10-12"})

    assert response["Location"] == url("detail", student)
    old, new = Enrolment.objects.filter(student=student).order_by("started_on")
    assert old.ended_on == date(2026, 10, 11)
    assert (new.school_class, new.started_on) == (other_class, date(2026, 10, 12))


def test_a_day_before_the_first_is_refused_beside_the_day(admin, student, other_class):
    typed_in = {"school_class": other_class.pk, "on": "2026-08-31"}
    for name in ("place", "leave"):
        response = admin.post(url(name, student), typed_in)

        assert response.status_code == 422
        assert response.context["form"].errors.keys() == {"on"}
        assert 'value="2026-08-31"' in response.content.decode()
    assert Enrolment.objects.get(student=student).ended_on is None


def test_a_class_of_the_school_next_door_is_no_choice(admin, student, foreign_student):
    theirs = foreign_student.enrolments.get().school_class

    response = admin.post(url("place", student), {"school_class": theirs.pk, "on": "2026-10-12"})

    assert response.context["form"].errors.keys() == {"school_class"}


def test_leaving_is_explained_then_done_and_the_teacher_sees_the_child_no_more(
    admin, client, student, homeroom_teacher
):
    yesterday = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(student=student).update(started_on=yesterday - timedelta(days=9))

    page = admin.get(url("leave", student)).content.decode()
    admin.post(url("leave", student), {"on": yesterday.isoformat()})

    assert "The record stays" in page
    assert Enrolment.objects.get(student=student).ended_on == yesterday
    client.force_login(homeroom_teacher)
    assert client.get(url("detail", student)).status_code == 404


def test_whoever_left_is_put_into_a_class_again(admin, school_admin, student, other_class):
    pupils.leave(student=student, by=school_admin, on=date(2026, 10, 9))

    page = admin.get(url("edit", student)).content.decode()
    admin.post(url("place", student), {"school_class": other_class.pk, "on": "2026-10-12"})

    assert url("leave", student) not in page
    assert Enrolment.objects.filter(student=student, school_class=other_class, ended_on=None).exists()


def test_a_class_says_its_year_and_school_where_the_label_alone_fits_two(admin, school_admin, student):
    plain = [label for _key, label in admin.get(url("new")).context["form"].fields["school_class"].choices]
    second = factories.make_school(name="Baishui School", area=student.school.area)
    factories.make_membership(school_admin, Role.SCHOOL_ADMIN, school=second)
    factories.make_class(second, 3, 2)

    both = [label for _key, label in admin.get(url("new")).context["form"].fields["school_class"].choices]

    assert plain == ["—", "Grade 3 (2)"]
    assert both == ["—", "Grade 3 (2) · Baishui School", "Grade 3 (2) · Qingshi Central School"]


# --- adding ---------------------------------------------------------------------------------------
def test_a_child_is_added_and_enrolled(admin, school_class):
    response = admin.post(url("new"), new_pupil(school_class))

    student = Student.objects.get(name="单雨萱")
    assert response["Location"] == url("detail", student)
    stay = student.enrolments.get()
    assert (stay.school_class, stay.started_on) == (school_class, JOINED)
    assert AuditEvent.objects.filter(event="student.created").exists()


def test_a_namesake_is_shown_first_and_a_tick_confirms(admin, student, other_class):
    asked = admin.post(url("new"), new_pupil(other_class, name="王 小雨"))

    page = asked.content.decode()
    assert asked.status_code == 422
    assert asked.context["form"].errors.keys() == {"is_another"}
    assert url("detail", student) in page
    assert 'value="2017-05-04"' in page
    assert Student.objects.count() == 1

    answer = {"is_another": "on", "asked_about": "王 小雨"}
    admin.post(url("new"), new_pupil(other_class, name="王 小雨", **answer))

    assert Student.objects.count() == 2


def test_a_tick_about_one_name_does_not_answer_for_another(admin, student, other_student, other_class):
    answer = {"is_another": "on", "asked_about": "王小雨"}

    response = admin.post(url("new"), new_pupil(other_class, name="李明", **answer))

    assert response.context["form"].errors.keys() == {"is_another"}
    assert Student.objects.count() == 2


def test_a_namesake_next_door_stays_unknown(admin, school_class, foreign_student):
    admin.post(url("new"), new_pupil(school_class, name=foreign_student.name))

    assert Student.objects.filter(name=foreign_student.name).count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"born_on": "2026-09-01"}, "born_on"),
        ({"name": " "}, "name"),
        ({"school_class": "0"}, "school_class"),
    ],
)
def test_a_bad_entry_is_named_and_nobody_is_added(admin, school_class, changes, field):
    response = admin.post(url("new"), new_pupil(school_class, **changes))

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert not Student.objects.exists()


def test_a_name_of_signs_only_makes_no_page_fail(admin, school_class):
    response = admin.post(url("new"), new_pupil(school_class, name="\u202e👩‍👩‍👧"))

    assert response.status_code in {302, 422}


def test_a_teacher_adds_nobody(client, homeroom_teacher, school_class):
    client.force_login(homeroom_teacher)

    assert client.post(url("new"), new_pupil(school_class)).status_code == 403
