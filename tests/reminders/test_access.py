"""Who may see which reminder."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.roles import Role
from core.fields import uuid7
from reminders import access
from tests.factories import make_membership
from tests.factories.reminders import NOON, make_reminder

ON = NOON.date()


@pytest.fixture
def reminder(school, counsellor):
    return make_reminder(school, counsellor)


def test_a_reader_sees_their_own(reminder, counsellor):
    assert access.get_own_or_404(counsellor, reminder.public_id) == reminder
    assert list(access.own(counsellor)) == [reminder]


@pytest.mark.parametrize("who", ["stranger", "lead", "head_teacher", "school_admin", "official"])
def test_nobody_else_opens_it(reminder, who, request):
    with pytest.raises(Http404):
        access.get_own_or_404(request.getfixturevalue(who), reminder.public_id)


@pytest.mark.parametrize("who", ["lead", "head_teacher", "school_admin"])
def test_overseers_see_the_reminders_of_their_school_alone(reminder, other_school, stranger, who, request):
    make_reminder(other_school, stranger)
    user = request.getfixturevalue(who)
    assert list(access.overseen(user, on=ON)) == [reminder]
    assert access.get_overseen_or_404(user, reminder.public_id, on=ON) == reminder


def test_oversight_in_one_school_gives_none_in_another(reminder, other_school, stranger, lead):
    make_reminder(other_school, stranger)
    make_membership(lead, Role.COUNSELLOR, school=other_school)

    assert list(access.overseen(lead, on=ON)) == [reminder]


@pytest.mark.parametrize("who", ["lead", "head_teacher", "school_admin"])
def test_overseers_hear_nothing_of_private_reminders(school, counsellor, who, request):
    private = make_reminder(school, counsellor, category="concern_private")
    user = request.getfixturevalue(who)

    assert list(access.overseen(user, on=ON)) == []
    with pytest.raises(Http404):
        access.get_overseen_or_404(user, private.public_id, on=ON)


@pytest.mark.parametrize(
    "who", ["counsellor", "homeroom_teacher", "paired_teacher", "warden", "official", "stranger"]
)
def test_others_have_no_oversight(reminder, who, request):
    with pytest.raises(PermissionDenied):
        access.overseen(request.getfixturevalue(who), on=ON)


@pytest.mark.parametrize("who", ["counsellor", "homeroom_teacher", "warden"])
def test_inside_the_school_without_the_right_is_403(reminder, who, request):
    with pytest.raises(PermissionDenied):
        access.get_overseen_or_404(request.getfixturevalue(who), reminder.public_id, on=ON)


def test_outside_the_school_is_404(reminder, stranger, official, lead):
    for outsider in (stranger, official):
        with pytest.raises(Http404):
            access.get_overseen_or_404(outsider, reminder.public_id, on=ON)
    with pytest.raises(Http404):
        access.get_overseen_or_404(lead, uuid7(), on=ON)
