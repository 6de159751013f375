"""Who holds what, and when: hours of duty, stand-ins, people who left, and the twins that ask about everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.permissions import Perm
from accounts.roles import Role
from schools import access
from schools.models import Duty, Membership
from tests import factories


def on_duty(school, now):
    return {duty.user for duty in access.people_on_duty(school.pk, now=now, on=timezone.localdate(now))}


def duties_of(user, now):
    user.seen_at = now
    user.__dict__.pop("_grants", None)
    return [grant for grant in access.grants(user, on=timezone.localdate(now)) if grant.duty]


def test_people_of_the_school_and_of_its_classes_are_on_duty(
    school, counsellor, homeroom_teacher, now, head_teacher
):
    for person in (counsellor, homeroom_teacher):
        factories.make_duty(school, person, by=head_teacher)

    assert on_duty(school, now) == {counsellor, homeroom_teacher}
    assert len(duties_of(counsellor, now)) == len(duties_of(homeroom_teacher, now)) == 1


def test_whose_account_is_closed_is_on_no_duty(school, counsellor, now, head_teacher):
    factories.make_duty(school, counsellor, by=head_teacher)
    counsellor.is_active = False
    counsellor.save()

    assert on_duty(school, now) == set()
    assert duties_of(counsellor, now) == []


def test_whoever_stopped_working_here_is_on_no_duty(
    school, other_school, counsellor, stranger, now, head_teacher
):
    factories.make_duty(school, stranger, by=head_teacher)

    assert on_duty(school, now) == set()
    assert duties_of(stranger, now) == []


def test_a_duty_next_door_counts_next_door_alone(school, other_school, counsellor, now, head_teacher):
    factories.make_membership(counsellor, Role.COUNSELLOR, school=other_school)
    factories.make_duty(other_school, counsellor, by=head_teacher)

    assert on_duty(school, now) == set()
    assert on_duty(other_school, now) == {counsellor}


def test_hours_are_asked_about_on_their_own_day_only(school, counsellor, now, head_teacher):
    factories.make_duty(school, counsellor, by=head_teacher)
    another_day = timezone.localdate(now) - timedelta(days=3)

    assert access.moment_of(now, another_day) is None
    assert not access.people_on_duty(school.pk, now=now, on=another_day).exists()


def test_a_closed_account_holds_nothing(school, counsellor, today):
    counsellor.is_active = False
    counsellor.save()

    assert access.grants(counsellor, on=today) == []


def test_a_role_with_a_last_day_is_one_s_own_all_the_same(school, homeroom_teacher, today):
    Membership.objects.filter(user=homeroom_teacher).update(ended_on=today + timedelta(days=3))

    [grant] = access.grants(homeroom_teacher, on=today)

    assert grant.reason.code == "class"


def test_a_term_of_another_year_isn_t_found_under_this_one(school, school_admin, today):
    first = factories.make_year(school, starts_on=today - timedelta(days=1200))
    second = factories.make_year(school, starts_on=today - timedelta(days=800))
    factories.make_term(first)

    with pytest.raises(Http404):
        access.get_term_or_404(
            school_admin, school.public_id, second.starts_on, 1, Perm.SCHOOL_MANAGE, on=today
        )


@pytest.mark.parametrize(
    ("person", "works"),
    [("counsellor", True), ("homeroom_teacher", True), ("official", True), ("stranger", False)],
)
def test_who_works_at_the_school_of_a_row(request, school, counsellor, person, works, today, head_teacher):
    user = request.getfixturevalue(person)
    duty = factories.make_duty(school, user, by=head_teacher)

    there = access.works_there("user", "school", on=today)

    assert Duty.objects.filter(there, pk=duty.pk).exists() is works


def test_an_official_of_another_county_doesn_t_work_here(school, counsellor, today, head_teacher):
    elsewhere = factories.make_user("elsewhere")
    factories.make_membership(
        elsewhere, Role.DISTRICT_OFFICIAL, area=factories.make_area(level="province", name="Far away")
    )
    duty = factories.make_duty(school, elsewhere, by=head_teacher)

    assert not Duty.objects.filter(access.works_there("user", "school", on=today), pk=duty.pk).exists()
