"""The door to every pupil: a list and a single look must always agree, and leaving closes both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from accounts.permissions import Perm
from students import access
from students.models import Student
from students.services import pupils
from tests.cast import CAST


@pytest.fixture(params=CAST)
def somebody(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def everybody(student, other_student, foreign_student):
    return [student, other_student, foreign_student]


def _seen(user: User, perm: Perm, on) -> set[Student]:
    return set(access.visible_students(User.objects.get(pk=user.pk), perm, on=on))


def _reasons(user: User, perm: Perm, pupils_: list[Student], on) -> set[Student]:
    again = User.objects.get(pk=user.pk)
    return {one for one in pupils_ if access.reason_for(again, one, perm, on=on)}


@pytest.mark.parametrize("perm", list(Perm))
def test_the_list_and_the_reason_agree(somebody, everybody, perm, today):
    assert _seen(somebody, perm, today) == _reasons(somebody, perm, everybody, today)


@pytest.mark.parametrize("perm", [Perm.STUDENT_VIEW, Perm.TALK_READ, Perm.TALK_READ_RESTRICTED])
def test_the_number_of_readers_counts_just_those_who_have_a_reason(somebody, everybody, perm, today):
    counted = {one for one in everybody if somebody in access.people_who(perm, one, on=today)}

    assert counted == _reasons(somebody, perm, everybody, today)


@pytest.mark.parametrize("role", ["homeroom_teacher", "paired_teacher", "warden"])
def test_leaving_ends_the_access_of_whoever_had_it_for_the_pupils_stay(
    request, role, student, school_admin, today
):
    user = request.getfixturevalue(role)
    assert _seen(user, Perm.STUDENT_VIEW, today) == {student}

    pupils.leave(student=student, by=school_admin, on=today)

    tomorrow = today + timedelta(days=1)
    assert _seen(user, Perm.STUDENT_VIEW, tomorrow) == set()
    assert _reasons(user, Perm.STUDENT_VIEW, [student], tomorrow) == set()
    assert user not in access.people_who(Perm.STUDENT_VIEW, student, on=tomorrow)


def test_a_pupil_who_moves_is_seen_by_the_new_class_only(
    student, other_class, homeroom_teacher, school_admin, today
):
    pupils.move_class(student=student, school_class=other_class, by=school_admin, on=today)

    assert _seen(homeroom_teacher, Perm.STUDENT_FIND, today) == set()


def test_an_ended_role_sees_nobody_from_the_next_request_on(somebody, everybody, today):
    somebody.memberships.update(started_on=today - timedelta(days=9), ended_on=today - timedelta(days=1))

    assert _seen(somebody, Perm.STUDENT_FIND, today) == set()
    assert _reasons(somebody, Perm.STUDENT_FIND, everybody, today) == set()


def test_a_closed_account_sees_nobody(somebody, everybody, today):
    User.objects.filter(pk=somebody.pk).update(is_active=False)

    assert _seen(somebody, Perm.STUDENT_FIND, today) == set()
