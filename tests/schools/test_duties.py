"""The duty rota: what a duty opens, from when to when, and who plans it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import DUTY_RIGHTS, Role
from schools import access, selectors, services
from schools.models import Duty, Membership
from students import access as student_access
from tests import factories

ZONE = timezone.get_default_timezone()
EVENING = datetime(2026, 11, 22, 21, 0, tzinfo=ZONE)
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=ZONE)


@pytest.fixture
def teacher(school, other_class) -> User:
    """Of another class than `student`, who boards."""
    user = factories.make_user("teacher")
    factories.make_membership(user, Role.HOMEROOM_TEACHER, school_class=other_class)
    return user


def plan(school, person, by, **more):
    fields = {"kind": "night", "starts_at": EVENING, "ends_at": MORNING, "now": EVENING - timedelta(hours=9)}
    return services.plan_duty(school=school, person=person, by=by, **{**fields, **more})


def rights(user: User, student, moment: datetime) -> set[Perm]:
    again = User.objects.get(pk=user.pk)
    again.seen_at = moment
    on = timezone.localdate(moment)
    return {perm for perm in Perm if student_access.reason_for(again, student, perm, on=on)}


def test_a_duty_opens_what_a_warden_sees_from_its_beginning_to_its_end(
    school, student, teacher, school_admin
):
    plan(school, teacher, school_admin)

    assert rights(teacher, student, EVENING - timedelta(seconds=1)) == set()
    assert rights(teacher, student, EVENING) == DUTY_RIGHTS
    assert rights(teacher, student, MORNING - timedelta(seconds=1)) == DUTY_RIGHTS
    assert rights(teacher, student, MORNING) == set()


def test_the_reason_says_until_when(school, student, teacher, school_admin):
    plan(school, teacher, school_admin)
    teacher.seen_at = EVENING

    reason = student_access.reason_for(teacher, student, Perm.STUDENT_VIEW, on=EVENING.date())

    assert str(reason) == "on duty tonight until 07:00"
    assert reason.until == MORNING


def test_a_duty_opens_boarders_only_and_nothing_to_who_has_left_the_school(
    school, student, other_student, teacher, school_admin
):
    plan(school, teacher, school_admin)
    assert Perm.STUDENT_VIEW in rights(teacher, student, EVENING)
    gone = factories.make_user("gone")
    factories.make_duty(school, gone, by=school_admin, starts_at=EVENING)

    assert rights(gone, student, EVENING) == set()
    assert (
        DUTY_RIGHTS & rights(teacher, other_student, EVENING)
        == rights(teacher, other_student, EVENING - timedelta(hours=1)) & DUTY_RIGHTS
    )


def test_a_task_without_a_moment_knows_of_no_duty(school, student, teacher, school_admin):
    plan(school, teacher, school_admin)

    assert student_access.reason_for(teacher, student, Perm.STUDENT_VIEW, on=EVENING.date()) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ends_at": EVENING + timedelta(hours=25)}, "24 hours"),
        ({"now": MORNING}, "over already"),
        ({"now": EVENING - timedelta(days=300)}, "too far ahead"),
    ],
)
def test_a_duty_that_cant_be_is_refused(school, teacher, school_admin, more, why):
    with pytest.raises(services.RefusedError, match=why):
        plan(school, teacher, school_admin, **more)


def test_two_duties_of_one_person_dont_overlap_but_may_follow(school, teacher, school_admin):
    plan(school, teacher, school_admin)

    with pytest.raises(services.RefusedError, match="on duty at that time"):
        plan(
            school,
            teacher,
            school_admin,
            starts_at=MORNING - timedelta(minutes=1),
            ends_at=MORNING + timedelta(hours=3),
        )
    plan(school, teacher, school_admin, starts_at=MORNING, ends_at=MORNING + timedelta(hours=3))


def test_nobody_puts_themselves_on_duty(school, school_admin, head_teacher):
    with pytest.raises(services.RefusedError, match="themselves"):
        plan(school, school_admin, school_admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_duty(school, school_admin, by=school_admin)


def test_only_people_of_the_school_are_put_on_duty(school, stranger, school_admin):
    with pytest.raises(services.RefusedError, match="doesn't work"):
        plan(school, stranger, school_admin)


def test_a_cancelled_duty_is_gone_and_one_under_way_ends_but_stays_written(
    school, student, teacher, school_admin
):
    ahead = plan(school, teacher, school_admin)
    services.cancel_duty(duty=ahead, by=school_admin, now=EVENING - timedelta(hours=1))
    assert not Duty.objects.exists()

    begun = plan(school, teacher, school_admin)
    services.cancel_duty(duty=begun, by=school_admin, now=EVENING + timedelta(hours=1))

    assert Duty.objects.get().ends_at == EVENING + timedelta(hours=1)
    assert rights(teacher, student, EVENING + timedelta(hours=1)) == set()
    with pytest.raises(services.RefusedError, match="over already"):
        services.cancel_duty(duty=begun, by=school_admin, now=MORNING)


def test_an_end_before_the_beginning_is_of_the_next_morning():
    assert services.duty_times(date(2026, 11, 22), time(21), time(7)) == (EVENING, MORNING)
    begins, ends = services.duty_times(date(2026, 11, 22), time(9), time(17))
    assert (begins.date(), ends.date()) == (date(2026, 11, 22), date(2026, 11, 22))


def test_the_administrator_plans_on_the_page_and_the_teacher_reads_it_on_theirs(
    client, school, teacher, school_admin
):
    client.force_login(school_admin)
    day = timezone.localdate() + timedelta(days=1)
    new = reverse("schools:duty_new", args=[school.public_id])
    data = {"person": teacher.pk, "day": day.isoformat(), "kind": "night", "begins": "21:00", "ends": "07:00"}

    assert client.post(new, {**data, "begins": "25:00"}).status_code == 422
    response = client.post(new, data)

    assert "Teacher" in client.get(response["Location"]).content.decode()
    client.force_login(teacher)
    assert "Night duty" in client.get(reverse("accounts:me")).content.decode()


def test_the_lead_sees_who_is_on_duty_and_plans_nothing(client, school, teacher, school_admin, lead):
    now = timezone.now()
    plan(school, teacher, school_admin, starts_at=now, ends_at=now + timedelta(hours=8), now=now)
    page = reverse("schools:duties", args=[school.public_id])
    cancel = reverse("schools:duty_cancel", args=[school.public_id, Duty.objects.get().public_id])
    client.force_login(school_admin)
    assert cancel in client.get(page).content.decode()

    client.force_login(lead)
    seen = client.get(page).content.decode()

    assert "Night duty" in seen
    assert cancel not in seen
    assert reverse("schools:duty_new", args=[school.public_id]) not in seen
    assert page in client.get(reverse("schools:detail", args=[school.public_id])).content.decode()
    assert client.post(cancel).status_code == 403


def test_a_day_that_is_none_shows_the_present_week(client, school, school_admin):
    client.force_login(school_admin)
    page = reverse("schools:duties", args=[school.public_id])

    for typed in ("x", "2026-13-01", "0001-01-01", "9999-12-31"):
        assert client.get(page, {"week": typed}).status_code == 200


def test_the_week_costs_the_same_with_one_duty_and_with_more(
    django_assert_num_queries, school, teacher, school_admin
):
    for number in range(3):
        plan(
            school,
            teacher,
            school_admin,
            starts_at=EVENING + timedelta(days=number),
            ends_at=MORNING + timedelta(days=number),
        )

        with django_assert_num_queries(1):
            week = selectors.duty_week(school, day=EVENING.date())
            assert [duty.user.name for day in week.days for duty in day.duties]


# --- standing in ---------------------------------------------------------------------------------------
def stand_in(school, absent, person, by, today, **more):
    fields = {"first_day": today, "last_day": today + timedelta(days=13), "by": by, "on": today}
    membership = Membership.objects.get(user=absent)
    return services.stand_in(membership=membership, school=school, person=person, **{**fields, **more})


def test_a_stand_in_sees_what_the_class_teacher_sees_until_the_last_day(
    school, student, homeroom_teacher, teacher, school_admin, today
):
    stand_in(school, homeroom_teacher, teacher, school_admin, today)

    last = today + timedelta(days=13)
    reason = student_access.reason_for(teacher, student, Perm.TALK_READ, on=last)
    assert str(reason) == "standing in for Homeroom Teacher until December 5"
    assert reason.until == last
    assert student_access.reason_for(teacher, student, Perm.TALK_READ, on=last + timedelta(days=1)) is None


def test_a_stand_in_of_a_paired_teacher_sees_the_pupils_of_that_teacher(
    school, student, other_student, paired_teacher, warden, school_admin, today
):
    stand_in(school, paired_teacher, warden, school_admin, today)

    seen = student_access.visible_students(warden, Perm.TALK_READ, on=today)
    assert list(seen) == [student]
    assert warden in student_access.people_who(Perm.TALK_READ, student, on=today)


def test_who_may_not_stand_in(
    school, homeroom_teacher, counsellor, stranger, school_admin, head_teacher, today
):
    def refused(why, absent=homeroom_teacher, person=head_teacher, **more):
        with pytest.raises(services.RefusedError, match=why):
            stand_in(school, absent, person, school_admin, today, **more)

    refused("own decision", person=school_admin)
    refused("themselves", person=homeroom_teacher)
    refused("doesn't work", person=stranger)
    refused("Only a class or paired teacher", absent=counsellor)
    refused("before the first", last_day=today - timedelta(days=1))
    refused("past", first_day=today - timedelta(days=1))
    refused("200 days", last_day=today + timedelta(days=201))
    stand_in(school, homeroom_teacher, head_teacher, school_admin, today)
    refused(
        "already on some of these days",
        first_day=today + timedelta(days=13),
        last_day=today + timedelta(days=20),
    )


def test_the_database_wants_a_last_day_and_another_person(
    school, homeroom_teacher, teacher, school_class, today
):
    scope = {"role": "homeroom_teacher", "school_class": school_class, "started_on": today}
    for wrong in (
        {"user": teacher, "stands_in_for": homeroom_teacher},
        {"user": teacher, "stands_in_for": teacher, "ended_on": today},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**scope, **wrong)


def test_the_page_notes_a_stand_in(client, school, homeroom_teacher, teacher, school_admin):
    client.force_login(school_admin)
    page = reverse("schools:stand_in", args=[school.public_id])
    day = timezone.localdate()
    data = {
        "membership": Membership.objects.get(user=homeroom_teacher).pk,
        "person": teacher.pk,
        "first_day": day.isoformat(),
        "last_day": (day + timedelta(days=3)).isoformat(),
    }

    assert client.post(page, {**data, "last_day": ""}).status_code == 422
    response = client.post(page, data)

    assert "Stands in for Homeroom Teacher" in client.get(response["Location"]).content.decode()
    assert [grant.stands_in_for for grant in access.grants(teacher, on=day)] == ["", "Homeroom Teacher"]
