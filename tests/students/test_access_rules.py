"""What break-glass and a closed account change about who sees a pupil, rule by rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.permissions import Perm
from accounts.roles import Role
from schools.models import Membership
from students import access
from tests import factories


def seen_at(user, now):
    user.seen_at = now
    for kept in ("_grants", "_emergencies", "_reaches"):
        user.__dict__.pop(kept, None)
    return user


def people_who(perm, student, now):
    return set(access.people_who(perm, student, on=timezone.localdate(now), now=now))


def test_an_emergency_opens_what_is_read_and_lists_no_more_than_it_opens(student, other_teacher, now):
    factories.make_emergency(student, other_teacher)
    seen_at(other_teacher, now)
    on = timezone.localdate(now)

    assert student in access.visible_students(other_teacher, Perm.TALK_READ, on=on)
    assert student not in access.visible_students(other_teacher, Perm.TALK_LOG, on=on)
    assert access.reason_for(other_teacher, student, Perm.TALK_LOG, on=on) is None
    assert other_teacher in people_who(Perm.TALK_READ, student, now)
    assert other_teacher not in people_who(Perm.TALK_LOG, student, now)


def test_who_used_it_and_left_the_school_opens_the_use_no_more(student, other_teacher, now):
    used = factories.make_emergency(student, other_teacher)
    on = timezone.localdate(now)
    assert access.get_emergency_or_404(other_teacher, used.public_id, on=on) == used
    Membership.objects.filter(user=other_teacher).update(ended_on=on - timedelta(days=1))

    with pytest.raises(Http404):
        access.get_emergency_or_404(seen_at(other_teacher, now), used.public_id, on=on)


def test_an_emergency_ends_with_the_role_even_for_a_place_in_another_school(
    student, other_teacher, other_school, now
):
    factories.make_emergency(student, other_teacher)
    on = timezone.localdate(now)
    Membership.objects.filter(user=other_teacher).update(ended_on=on - timedelta(days=1))
    factories.make_membership(other_teacher, Role.COUNSELLOR, school=other_school)

    assert access.open_emergencies(seen_at(other_teacher, now), on=on) == {}
    assert other_teacher not in people_who(Perm.TALK_READ, student, now)


def test_who_is_in_a_class(school_class, other_class, student, other_student, today):
    assert {one.student for one in access.present_enrolments(school_class, on=today)} == {student}
    assert not access.present_enrolments(None, on=today).exists()


def test_a_lead_whose_account_is_closed_judges_nothing(student, other_teacher, lead, head_teacher, today):
    used = factories.make_emergency(student, other_teacher)
    assert access.reviewers_of(used, on=today) == [lead]
    lead.is_active = False
    lead.save()

    assert access.reviewers_of(used, on=today) == [head_teacher]


def test_a_lead_next_door_judges_nothing_here(student, other_teacher, other_school, head_teacher, today):
    used = factories.make_emergency(student, other_teacher)
    factories.make_membership(factories.make_user("next_door"), Role.SAFEGUARDING_LEAD, school=other_school)

    assert access.reviewers_of(used, on=today) == [head_teacher]


def test_approving_takes_another_person_than_whoever_used_it(student, counsellor, lead, today):
    used = factories.make_emergency(student, counsellor)

    assert access.may_approve(lead, used, on=today)
    assert not access.may_approve(counsellor, used, on=today)


def test_an_emergency_of_one_s_own_approves_no_other(student, other_teacher, paired_teacher, now):
    used = factories.make_emergency(student, paired_teacher)
    factories.make_emergency(student, other_teacher)
    on = timezone.localdate(now)

    assert access.reason_for(seen_at(other_teacher, now), student, Perm.TALK_READ_RESTRICTED, on=on)
    assert not access.may_approve(other_teacher, used, on=on)
    assert not access.may_know_emergencies(other_teacher, student, on=on)


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("homeroom_teacher", True),
        ("warden", True),
        ("counsellor", False),
        ("lead", False),
        ("school_admin", False),
        ("official", False),
        ("stranger", False),
    ],
)
def test_to_whom_the_page_offers_it(request, student, who, offered, today):
    assert access.may_break_glass(request.getfixturevalue(who), student, on=today) is offered


@pytest.mark.parametrize(
    ("who", "knows"), [("lead", True), ("counsellor", True), ("head_teacher", True), ("warden", False)]
)
def test_who_is_shown_the_uses_on_the_record(request, student, homeroom_teacher, who, knows, today):
    assert access.may_know_emergencies(request.getfixturevalue(who), student, on=today) is knows
    assert not access.may_know_emergencies(homeroom_teacher, student, on=today)


def test_a_stand_in_counts_for_the_pupils_of_whom_they_stand_in_for_and_no_others(
    school, student, other_student, paired_teacher, school_admin, now
):
    today = timezone.localdate(now)
    factories.make_pairing(other_student, school_admin)  # from a time as paired teacher, over long ago
    ends = {"started_on": today, "ended_on": today, "stands_in_for": paired_teacher}
    factories.make_membership(school_admin, Role.PAIRED_TEACHER, school=school, **ends)

    assert school_admin in people_who(Perm.TALK_LOG, student, now)
    assert school_admin not in people_who(Perm.TALK_LOG, other_student, now)
    assert access.reason_for(school_admin, other_student, Perm.TALK_LOG, on=today) is None


def test_a_pairing_of_another_pupil_isn_t_found_here(student, other_student, paired_teacher):
    pairing = factories.make_pairing(other_student, paired_teacher)

    with pytest.raises(Http404):
        access.get_pairing_or_404(student, pairing.pk)


def test_whose_account_is_closed_counts_among_nobody(student, counsellor, other_teacher, now):
    factories.make_emergency(student, other_teacher)
    assert {counsellor, other_teacher} <= people_who(Perm.TALK_READ, student, now)
    for user in (counsellor, other_teacher):
        user.is_active = False
        user.save()

    assert not {counsellor, other_teacher} & people_who(Perm.TALK_READ, student, now)
    on = timezone.localdate(now)
    assert not access.emergencies_of(student, now=now, on=on).exists()


def test_wardens_and_people_on_duty_count_for_boarders_alone(
    school, student, warden, homeroom_teacher, school_admin, head_teacher, now
):
    factories.make_duty(school, school_admin, by=head_teacher)
    assert {warden, school_admin} <= people_who(Perm.TALK_LOG, student, now)
    student.boarding = student.Boarding.DAY
    student.save()

    assert not {warden, school_admin} & people_who(Perm.TALK_LOG, student, now)
    assert homeroom_teacher in people_who(Perm.TALK_LOG, student, now)


def test_a_duty_gives_its_own_rights_and_no_others(school, student, school_admin, head_teacher, now):
    factories.make_duty(school, school_admin, by=head_teacher)

    assert school_admin not in people_who(Perm.TALK_READ, student, now)


def test_the_count_is_of_this_school_and_this_class(
    student, other_school, other_class, other_student, homeroom_teacher, now
):
    next_door, next_class = factories.make_user("next_door"), factories.make_user("next_class")
    factories.make_membership(next_door, Role.COUNSELLOR, school=other_school)
    factories.make_membership(next_class, Role.HOMEROOM_TEACHER, school_class=other_class)

    counted = people_who(Perm.TALK_READ, student, now)

    assert homeroom_teacher in counted
    assert not {next_door, next_class} & counted


def test_an_emergency_of_another_pupil_counts_for_that_pupil_alone(
    student, other_student, other_teacher, paired_teacher, now
):
    factories.make_emergency(other_student, paired_teacher)
    on = timezone.localdate(now)

    assert not access.emergencies_of(student, now=now, on=on).exists()
    assert access.emergencies_of(other_student, now=now, on=on).exists()


def test_who_may_open_no_emergency_has_none_open(student, school_admin, now):
    factories.make_emergency(student, school_admin)
    on = timezone.localdate(now)

    assert not access.emergencies_of(student, now=now, on=on).exists()
    assert access.open_emergencies(seen_at(school_admin, now), on=on) == {}


def test_lists_are_taken_away_by_who_has_that_right_alone(
    school, student, homeroom_teacher, counsellor, school_admin, now
):
    on = timezone.localdate(now)
    made = factories.make_export(school, by=school_admin)
    asked = factories.make_export(school, by=counsellor)

    assert student in access.exportable_students(homeroom_teacher, on=on)
    assert not access.exportable_students(counsellor, on=on).exists()
    assert access.get_export_or_404(school_admin, made.public_id, now=now) == made
    with pytest.raises(Http404):
        access.get_export_or_404(counsellor, asked.public_id, now=now)
