"""Somebody who stands on a child's page by mistake, and the written notice of care that is missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from students.models import Person, Student
from students.selectors import notices, phones
from tests import factories

pytestmark = pytest.mark.django_db


def url(name: str, student: Student, *args: object) -> str:
    return reverse(f"students:{name}", args=[student.public_id, *args])


@pytest.fixture
def mother(student) -> Person:
    return factories.make_adult(student, "李梅", "mother")


@pytest.fixture
def teacher(client, homeroom_teacher):
    client.force_login(homeroom_teacher)
    return client


def test_somebody_written_down_by_mistake_is_taken_off_and_forgotten(teacher, student, mother, today):
    factories.make_number(mother, "13800138000")
    factories.make_episode(mother)
    address = url("adult_remove", student, mother.public_id)

    unsure = teacher.post(address, {})
    assert (unsure.status_code, "sure" in unsure.context["form"].errors) == (422, True)
    assert teacher.post(address, {"sure": "on"})["Location"] == url("home", student)

    assert not Person.objects.filter(pk=mother.pk).exists()
    assert phones.callable_numbers(student, on=today) == []
    event = AuditEvent.objects.get(event="guardian.removed")
    assert event.subject_id == str(student.public_id)


def test_whoever_a_sister_has_too_stays_with_her(teacher, student, other_student, mother):
    factories.make_link(other_student, mother)
    factories.make_number(mother, "13800138000")

    teacher.post(url("adult_remove", student, mother.public_id), {"sure": "on"})

    assert list(mother.guardian_links.values_list("student_id", flat=True)) == [other_student.pk]
    assert mother.numbers.count() == 1


def test_a_bar_a_carer_and_a_collector_don_t_vanish(
    teacher, student, mother, school_admin, homeroom_teacher, warden
):
    link = student.guardian_links.get()
    people = [school_admin, homeroom_teacher, warden]
    address = url("adult_remove", student, mother.public_id)

    def refused() -> str:
        answer = teacher.post(address, {"sure": "on"})
        assert answer.status_code == 422
        return answer.context["form"].errors["sure"][0]

    link.contact_barred = True
    link.save()
    assert "barred" in refused()
    link.contact_barred, link.may_collect = False, "yes"
    link.save()
    care = factories.make_care(student, mother)
    assert "looking after" in refused()
    care.delete()
    factories.make_approved_leave(student, people, collector=link, collector_words="")
    assert "collects" in refused()
    assert student.guardian_links.count() == 1


@pytest.mark.parametrize(
    ("care", "asked"),
    [
        ({"started_on": date(2026, 3, 1)}, True),
        ({"started_on": date(2026, 3, 1), "notice_received_on": date(2026, 3, 9)}, False),
        ({"started_on": date(2026, 3, 1), "ended_on": date(2026, 6, 30)}, False),
        ({"days": 13}, False),
        ({"days": 14}, True),
    ],
)
def test_a_written_notice_that_is_missing_for_two_weeks_is_asked_for(teacher, student, mother, care, asked):
    care = dict(care)
    if days := care.pop("days", 0):
        care["started_on"] = timezone.localdate() - timedelta(days=days)
    factories.make_care(student, mother, **care)

    home = teacher.get(url("home", student)).content.decode()
    today = teacher.get("/").content.decode()

    assert ("ask for it" in home) is asked
    assert ("Written notices to ask for" in today) is asked


def test_only_whoever_leads_the_class_asks_for_notices_and_many_cost_no_more(
    client, school_class, school_admin, homeroom_teacher, student, mother
):
    factories.make_care(student, mother, started_on=date(2026, 3, 1))
    client.force_login(school_admin)
    assert "Written notices to ask for" not in client.get("/").content.decode()

    on = timezone.localdate()
    homeroom_teacher.__dict__.pop("_grants", None)
    with CaptureQueriesContext(connection) as one:
        assert notices.missing(homeroom_teacher, on=on).count == 1
    for number in range(notices.SHOWN):
        pupil = factories.make_student(school_class, f"学生{number}")
        factories.make_care(pupil, factories.make_adult(pupil), started_on=date(2026, 4, 1))
    homeroom_teacher.__dict__.pop("_grants", None)
    with CaptureQueriesContext(connection) as many:
        found = notices.missing(homeroom_teacher, on=on)

    assert (found.count, len(found.rows), found.rows[0].student) == (11, 10, student)
    assert len(many) == len(one) + 1  # how many there are beside those shown
