"""How long it is since each parent was really talked with, on Today and on the child's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls import panels_board
from calls.models import ContactAttempt
from calls.selectors import contacts
from calls.services import clocks
from tests import factories
from tests.calls.cast import NOW, ON, family, number_of, talked


@pytest.fixture
def child(school_class):
    student = family(school_class)
    father = factories.make_adult(student, "王父", "father", priority=2)
    factories.make_number(father, "13800000002")
    return student


def levels(student, on=ON):
    return [(one.link.relation, one.days, one.level) for one in contacts.clocks_of(student, on=on)]


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, ""), (6, ""), (7, "due"), (13, "due"), (14, "amber"), (29, "amber"), (30, "red"), (400, "red")],
)
def test_a_parent_is_due_after_seven_days_amber_after_fourteen_red_after_thirty(child, warden, days, level):
    talked(child, days_ago=days, by=warden)
    assert levels(child)[0] == ("mother", days, level)


def test_a_parent_never_talked_with_is_red_and_so_for_each_parent_apart(child, warden):
    talked(child, days_ago=1, by=warden)
    assert levels(child) == [("mother", 1, ""), ("father", None, "red")]


def test_no_answer_and_a_wrong_number_are_no_contact(child, warden):
    for outcome in ("no_answer", "wrong_number"):
        made = talked(child, days_ago=1, by=warden)
        ContactAttempt.objects.filter(pk=made.pk).update(outcome=outcome, minutes=None)
    assert levels(child)[0] == ("mother", None, "red")


def test_who_is_barred_or_dead_has_no_clock(child):
    child.guardian_links.filter(relation="mother").update(contact_barred=True)
    father = child.guardian_links.get(relation="father").person
    father.is_dead = True
    father.save()
    assert levels(child) == []


def test_a_school_sets_its_own_days(child, school, school_admin, warden):
    talked(child, days_ago=4, by=warden)
    clocks.set_clock(school=school, due_days=3, amber_days=5, red_days=9, by=school_admin)
    assert levels(child)[0] == ("mother", 4, "due")


def test_the_page_of_the_days_refuses_a_wrong_order_and_keeps_what_was_typed(client, school, school_admin):
    client.force_login(school_admin)
    url = reverse("calls:clock", args=[school.public_id])
    answer = client.post(url, {"due_days": 9, "amber_days": 8, "red_days": 30})
    assert answer.status_code == 422
    assert "Each step takes longer" in answer.content.decode()
    assert client.post(url, {"due_days": 5, "amber_days": 8, "red_days": 30}).status_code == 302
    assert contacts.limits_of(school.pk) == contacts.Limits(5, 8, 30)


def test_the_longest_wait_comes_first_and_who_is_not_due_is_not_there(
    school_class, school, homeroom_teacher, warden
):
    long_ago = family(school_class, "甲一", phone="13800000011")
    never = family(school_class, "乙二", phone="13800000012")
    fresh = family(school_class, "丙三", phone="13800000013")
    talked(long_ago, days_ago=20, by=warden)
    talked(fresh, days_ago=2, by=warden)
    found, _page = contacts.waiting_page(homeroom_teacher, on=ON)
    assert [one.link.student for one in found] == [never, long_ago]


def test_only_ones_own_pupils_are_there(child, other_class, homeroom_teacher, stranger):
    family(other_class, "李明", phone="13900000001")
    found, _page = contacts.waiting_page(homeroom_teacher, on=ON)
    assert {one.link.student for one in found} == {child}
    assert contacts.waiting_page(stranger, on=ON)[0] == []


def test_the_child_page_says_it_in_words(client, child, warden, homeroom_teacher):
    number = number_of(child)
    now = timezone.now()
    for person_id, days in (
        (number.person_id, 3),
        (child.guardian_links.get(relation="father").person_id, 8),
    ):
        ContactAttempt.objects.create(
            school=child.school,
            student=child,
            person_id=person_id,
            outcome="talked",
            at=now - timedelta(days=days),
            by=warden,
            noted_at=now,
        )
    client.force_login(homeroom_teacher)
    page = client.get(reverse("students:detail", args=[child.public_id])).content.decode()
    assert "Mother: 3 days ago · Father: 8 days ago, due" in page
    assert page.count("Contact with home") == 2  # in the chronology


def test_whoever_may_not_know_of_calls_is_told_nothing(child, official, stranger):
    assert panels_board.parents_fact(stranger, child, NOW) is None
    assert panels_board.waiting_panel(official, NOW) is None


@pytest.mark.parametrize(("days", "level"), [(8, "due"), (15, "too long"), (31, "far too long")])
def test_the_level_is_said_in_words_on_the_child_page(child, warden, homeroom_teacher, days, level):
    talked(child, days_ago=days, by=warden)

    said = panels_board.parents_fact(homeroom_teacher, child, NOW)

    assert said.split(" · ")[0] == f"Mother: {days} days ago, {level}"


def test_the_page_of_the_days_is_found_from_the_telephones(client, school, school_admin):
    client.force_login(school_admin)
    page = client.get(reverse("calls:phones", args=[school.public_id])).content.decode()
    assert f'href="{reverse("calls:clock", args=[school.public_id])}"' in page
