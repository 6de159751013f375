"""Who is named, told and offered around a concern, rule by rule; and who finds whom to report about."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from counselling import access_concerns as access
from schools.models import Membership
from tests import factories


@pytest.fixture
def concern(student, warden):
    return factories.make_concern(student, warden)


@pytest.fixture
def accusation(student, warden, homeroom_teacher, counsellor):
    """About the homeroom teacher; it came to the counsellor by name."""
    made = factories.make_concern(student, warden, about_staff=homeroom_teacher)
    factories.make_concern_reader(made, counsellor)
    return made


def close(user):
    user.is_active = False
    user.save()


def leave(user, today):
    Membership.objects.filter(user=user).update(ended_on=today - timedelta(days=1))
    user.__dict__.pop("_grants", None)


def test_who_answers_and_who_only_reads(accusation, counsellor, head_teacher, warden, lead, today):
    factories.make_concern_reader(accusation, head_teacher, kind="shared")

    assert access.handlers(accusation, on=today) == [counsellor]
    assert set(access.readers(accusation, on=today)) == {counsellor, head_teacher}
    assert access.handling_reason(head_teacher, accusation, on=today) is None
    assert accusation not in access.handled_concerns(head_teacher, on=today)
    assert accusation in access.readable_concerns(head_teacher, on=today)
    assert access.reading_reason(warden, accusation, on=today) is None
    assert access.knowing_reason(warden, accusation, on=today) is access.REPORTER
    assert access.knowing_reason(lead, accusation, on=today) is None


@pytest.mark.parametrize("kind", ["routed", "shared"])
def test_what_was_taken_back_counts_no_more(student, warden, homeroom_teacher, counsellor, lead, kind, today):
    made = factories.make_concern(student, warden, about_staff=homeroom_teacher)
    back = {"revoked_at": timezone.now(), "revoked_by": lead}
    factories.make_concern_reader(made, counsellor, kind=kind, **back)

    assert access.readers(made, on=today) == access.handlers(made, on=today) == []
    assert access.reading_reason(counsellor, made, on=today) is None
    assert made not in access.readable_concerns(counsellor, on=today)


def test_a_name_on_one_concern_opens_no_other(
    accusation, student, warden, homeroom_teacher, counsellor, today
):
    other = factories.make_concern(student, warden, about_staff=homeroom_teacher)

    assert access.reading_reason(counsellor, other, on=today) is None
    assert set(access.readable_concerns(counsellor, on=today)) == {accusation}


def test_a_concern_is_read_by_the_leads_of_its_school_alone(concern, lead, head_teacher, other_school, today):
    next_door = factories.make_user("next_door")
    factories.make_membership(next_door, Role.SAFEGUARDING_LEAD, school=other_school)

    assert access.readers(concern, on=today) == access.handlers(concern, on=today) == [lead]
    assert access.reading_reason(next_door, concern, on=today) is None
    assert concern not in access.visible_concerns(next_door, on=today)
    assert head_teacher in access.to_share_with(concern, on=today)
    assert lead not in access.to_share_with(concern, on=today)


def test_who_leads_next_door_and_works_here_in_another_role_is_no_reader(
    concern, lead, head_teacher, other_school, today
):
    factories.make_membership(head_teacher, Role.SAFEGUARDING_LEAD, school=other_school)

    assert access.readers(concern, on=today) == [lead]


def test_nobody_shares_it_with_whom_it_is_about(accusation, homeroom_teacher, counsellor, today):
    offered = set(access.to_share_with(accusation, on=today))

    assert not offered & {homeroom_teacher, counsellor}
    assert homeroom_teacher not in access.staff_but_accused(accusation, on=today)


def test_who_left_the_school_knows_of_nothing_they_reported_or_read(
    concern, accusation, warden, counsellor, lead, today
):
    for user in (warden, counsellor, lead):
        leave(user, today)

    assert access.knowing_reason(warden, concern, on=today) is None
    assert not access.visible_concerns(warden, on=today).exists()
    assert not access.reported_concerns(warden, on=today).exists()
    assert access.reading_reason(counsellor, accusation, on=today) is None
    assert not access.readable_concerns(counsellor, on=today).exists()
    assert access.readers(concern, on=today) == []


def test_a_list_of_reports_is_one_s_own(concern, student, warden, paired_teacher, today):
    factories.make_concern(student, paired_teacher)

    assert set(access.reported_concerns(warden, on=today)) == {concern}
    assert set(access.visible_concerns(warden, on=today)) == {concern}


def test_an_orphan_of_the_school_is_handled_by_whoever_leads(concern, lead, counsellor, today):
    assert concern in access.handled_concerns(lead, on=today)
    assert concern not in access.handled_concerns(counsellor, on=today)


def test_colleagues_are_people_of_one_s_school_with_an_open_account(
    school, school_admin, homeroom_teacher, counsellor, stranger, today
):
    before = set(access.colleagues(school_admin, on=today))
    assert {homeroom_teacher, counsellor} <= before
    assert not before & {school_admin, stranger}
    close(counsellor)

    assert counsellor not in access.colleagues(school_admin, on=today)


def test_nobody_with_a_closed_account_and_no_accused_receives(school, lead, head_teacher, counsellor, today):
    assert access.receivers(school, about_staff=None, on=today) == (Role.SAFEGUARDING_LEAD, [lead])
    assert access.receivers(school, about_staff=lead, on=today) == (Role.HEAD_TEACHER, [head_teacher])
    close(lead)

    assert access.receivers(school, about_staff=None, on=today) == (Role.HEAD_TEACHER, [head_teacher])


def test_a_lead_next_door_receives_nothing_from_here(school, other_school, head_teacher, today):
    factories.make_membership(factories.make_user("next_door"), Role.SAFEGUARDING_LEAD, school=other_school)

    assert access.receivers(school, about_staff=None, on=today) == (Role.HEAD_TEACHER, [head_teacher])


def test_a_routed_reader_is_no_share_to_take_back(accusation, counsellor):
    routed = accusation.readers.get()

    with pytest.raises(Http404):
        access.get_share_or_404(accusation, routed.pk)


def test_a_pupil_is_found_by_what_one_knows_of_them(
    school, student, other_student, foreign_student, paired_teacher, warden, today
):
    other_class = other_student.enrolments.get().school_class_id
    own_class = student.enrolments.get().school_class_id

    def find(user, text, school_class_id=None):
        return access.find_pupils(user, text, school_class_id, on=today)

    assert find(paired_teacher, student.name) == [student]  # seen anyway
    assert find(paired_teacher, other_student.name) == []  # a name alone is no register to leaf through
    assert find(paired_teacher, other_student.name, other_class) == [other_student]
    assert find(paired_teacher, other_student.name, own_class) == []
    assert find(paired_teacher, foreign_student.name, foreign_student.enrolments.get().school_class_id) == []


def test_an_empty_text_finds_nobody_without_a_number(student, counsellor, today):
    student.school_number = ""
    student.save()

    assert access.find_pupils(counsellor, " ", None, on=today) == []


def test_who_has_left_is_found_no_more(student, counsellor, today):
    assert access.find_pupils(counsellor, student.name, None, on=today) == [student]
    student.enrolments.update(ended_on=today - timedelta(days=1))

    assert access.find_pupils(counsellor, student.name, None, on=today) == []


def test_a_page_leads_to_a_report_about_a_pupil_one_may_know_of(student, foreign_student, counsellor, today):
    assert access.get_named_pupil(counsellor, student.public_id, on=today) == student
    assert access.get_named_pupil(counsellor, foreign_student.public_id, on=today) is None
    assert access.get_named_pupil(counsellor, uuid.uuid4(), on=today) is None


def test_officials_report_nothing(official, today):
    with pytest.raises(PermissionDenied):
        access.require_reporting(official, on=today)
