"""What is found by its address: a call that stands, an adult one may talk with, the telephone of the named school."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Perm
from accounts.roles import Role
from calls import access_board
from calls.models import Call, CallWindow, HomeTask, Phone
from tests import factories
from tests.calls.cast import evening, family, number_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(school_class):
    return family(school_class)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["call_move", "call_cancel", "outcome"])
def test_a_call_that_is_only_proposed_is_not_found(child, phone, school_admin, name):
    rota = factories.make_rota(child.school, by=school_admin)
    fields = {"state": Call.State.PROPOSED, "rota": rota, "starts_at": evening()}
    proposed = factories.make_call(child, number_of(child), phone=phone, **fields)
    url = reverse(f"calls:{name}", args=[proposed.public_id])

    assert signed_in(school_admin).post(url, {"outcome": "talked", "number": "1"}).status_code == 404


def test_nobody_is_called_who_is_barred_or_dead_or_somebody_elses(child, school_class):
    other = family(school_class, "李小明", phone="13800138001")
    barred, dead = factories.make_adult(child, "王爸", "father"), factories.make_adult(child, "王爷")
    child.guardian_links.filter(person=barred).update(contact_barred=True)
    type(dead).objects.filter(pk=dead.pk).update(is_dead=True)
    mother = number_of(child).person

    assert [link.person for link in access_board.contactable(child)] == [mother]
    assert access_board.contactable_person(child, mother.public_id) == mother.pk
    for person in (barred, dead, number_of(other).person):
        assert access_board.contactable_person(child, person.public_id) is None


def test_what_belongs_to_another_school_is_not_found_under_this_one(school, other_school, school_admin):
    factories.make_membership(school_admin, Role.SCHOOL_ADMIN, school=other_school)  # sets up both
    theirs = factories.make_phone(other_school, "Theirs")
    window = factories.make_call_window(other_school)
    client = signed_in(school_admin)

    for name, one in (("phone_end", theirs), ("window_end", window)):
        url = reverse(f"calls:{name}", args=[school.public_id, one.public_id])
        assert client.post(url).status_code == 404
    assert Phone.objects.get(pk=theirs.pk).ended_on is None
    assert CallWindow.objects.get(pk=window.pk).ended_on is None


def test_tasks_are_of_ones_own_class_and_still_open(
    child, other_class, phone, homeroom_teacher, school_admin, counsellor
):
    elsewhere = family(other_class, "李小明", phone="13800138001")
    for number, pupil in enumerate((child, elsewhere)):
        call = factories.make_call(
            pupil, number_of(pupil), phone=phone, starts_at=evening(10 * number), state=Call.State.MISSED
        )
        HomeTask.objects.create(school=pupil.school, student=pupil, call=call, made_at=timezone.now())
    on = timezone.localdate()

    assert {one.student for one in access_board.visible_tasks(homeroom_teacher, on=on)} == {child}
    assert {one.student for one in access_board.tasks_of_own_class(homeroom_teacher, on=on)} == {child}
    assert {one.student for one in access_board.visible_tasks(school_admin, on=on)} == {child, elsewhere}
    assert not access_board.tasks_of_own_class(school_admin, on=on)
    assert not access_board.visible_tasks(counsellor, on=on)
    access_board.visible_tasks(school_admin, on=on).update(done_at=timezone.now(), done_by=school_admin)
    assert not access_board.visible_tasks(school_admin, on=on)
    assert not access_board.tasks_of_own_class(homeroom_teacher, on=on)


def test_calls_are_those_of_ones_own_pupils(child, other_class, phone, homeroom_teacher, school_admin):
    elsewhere = family(other_class, "李小明", phone="13800138001")
    mine, other = (
        factories.make_call(pupil, number_of(pupil), phone=phone, starts_at=evening(10 * number))
        for number, pupil in enumerate((child, elsewhere))
    )
    on = timezone.localdate()

    assert list(access_board.visible_calls(homeroom_teacher, Perm.CALL_BOARD, on=on)) == [mine]
    assert set(access_board.visible_calls(school_admin, Perm.CALL_BOARD, on=on)) == {mine, other}


def test_the_evening_is_of_ones_own_schools(school, other_school, school_admin):
    on = timezone.localdate()
    factories.make_membership(school_admin, Role.HEAD_TEACHER, school=other_school)  # seen, not run

    assert access_board.board_schools(school_admin, on=on) == [school]
