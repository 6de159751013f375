"""To whom a concern goes, and that it goes round whom it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404

from accounts.roles import Role
from counselling import access_concerns as access
from counselling import tasks
from counselling.services import concern_handling, concerns
from reminders.models import Reminder
from tests import factories
from tests.counselling.concern_help import NOW, TODAY, member, reads, report


@pytest.fixture
def second_lead(school):
    return member("second_lead", Role.SAFEGUARDING_LEAD, school=school)


# --- the ladder -----------------------------------------------------------------------------------


def test_without_a_lead_it_goes_to_the_head_by_name(student, warden, head_teacher, counsellor):
    concern = report(student, warden)

    assert reads(head_teacher, concern)
    assert not reads(counsellor, concern)
    assert set(Reminder.objects.values_list("recipient", flat=True)) == {head_teacher.pk}


def test_without_lead_and_head_it_goes_to_the_counsellors(student, warden, counsellor):
    concern = report(student, warden)

    assert reads(counsellor, concern)


def test_where_nobody_can_read_it_it_is_kept_and_found_later(student, warden, homeroom_teacher, school):
    concern = report(student, warden)
    assert access.readers(concern, on=TODAY) == []
    head = member("new_head", Role.HEAD_TEACHER, school=school)

    found = concern_handling.reroute_orphans(now=NOW)

    assert found == 1
    assert reads(head, concern)
    assert Reminder.objects.filter(recipient=head).exists()


def test_a_lead_who_comes_later_reads_what_was_reported_before(student, warden, head_teacher, school):
    concern = report(student, warden)

    assert reads(member("new_lead", Role.SAFEGUARDING_LEAD, school=school), concern)


def test_a_lead_who_has_left_reads_nothing(student, warden, school):
    gone = member("gone", Role.SAFEGUARDING_LEAD, school=school, ended_on=TODAY - timedelta(days=1))

    concern = report(student, warden)

    assert not reads(gone, concern)


# --- round the colleague it is about --------------------------------------------------------------


def knows_nothing(user, concern):
    """Nothing by any question that pages ask."""
    on = TODAY
    with pytest.raises(Http404):
        access.get_concern_or_404(user, concern.public_id, on=on)
    return not any(
        [
            reads(user, concern),
            access.knowing_reason(user, concern, on=on),
            access.visible_concerns(user, on=on).exists(),
            access.handled_concerns(user, on=on).exists(),
            Reminder.objects.filter(recipient=user).exists(),
            user in access.readers(concern, on=on),
            user in access.handlers(concern, on=on),
            access.to_share_with(concern, on=on).filter(pk=user.pk).exists(),
        ]
    )


def test_about_a_teacher_it_goes_to_the_lead(student, warden, homeroom_teacher, lead):
    concern = report(student, warden, about=homeroom_teacher)

    assert reads(lead, concern)
    assert knows_nothing(homeroom_teacher, concern)


def test_about_a_lead_it_goes_to_the_other_lead(student, warden, lead, second_lead, head_teacher):
    concern = report(student, warden, about=lead)

    assert reads(second_lead, concern)
    assert not reads(head_teacher, concern)
    assert knows_nothing(lead, concern)


def test_about_the_only_lead_it_goes_to_the_head(student, warden, lead, head_teacher, counsellor):
    concern = report(student, warden, about=lead)

    assert reads(head_teacher, concern)
    assert not reads(counsellor, concern)
    assert knows_nothing(lead, concern)


def test_about_the_head_it_goes_to_the_lead(student, warden, lead, head_teacher):
    concern = report(student, warden, about=head_teacher)

    assert reads(lead, concern)
    assert knows_nothing(head_teacher, concern)


def test_about_the_head_of_a_school_without_a_lead_it_goes_to_the_counsellor(
    student, warden, head_teacher, counsellor
):
    concern = report(student, warden, about=head_teacher)

    assert reads(counsellor, concern)
    assert knows_nothing(head_teacher, concern)


def test_about_somebody_who_is_lead_and_head_it_goes_to_the_counsellor(
    student, warden, lead, counsellor, school
):
    factories.make_membership(lead, Role.HEAD_TEACHER, school=school)

    concern = report(student, warden, about=lead)

    assert reads(counsellor, concern)
    assert knows_nothing(lead, concern)


def test_about_the_only_one_who_could_read_it_nobody_does(student, warden, lead, official):
    concern = report(student, warden, about=lead)

    assert access.readers(concern, on=TODAY) == []
    assert knows_nothing(lead, concern)
    assert not reads(official, concern)


def test_a_teacher_it_is_about_who_becomes_lead_still_sees_nothing(
    student, warden, homeroom_teacher, lead, school
):
    concern = report(student, warden, about=homeroom_teacher)

    factories.make_membership(homeroom_teacher, Role.SAFEGUARDING_LEAD, school=school)

    assert knows_nothing(homeroom_teacher, concern)


def test_standing_in_for_the_pupils_teacher_shows_nothing_to_whom_it_is_about(
    student, school_class, lead, homeroom_teacher, paired_teacher
):
    concern = report(student, homeroom_teacher, about=paired_teacher)

    factories.make_membership(
        paired_teacher,
        Role.HOMEROOM_TEACHER,
        school_class=school_class,
        stands_in_for=homeroom_teacher,
        ended_on=TODAY + timedelta(days=3),
    )

    assert knows_nothing(paired_teacher, concern)


def test_a_lead_who_comes_later_does_not_see_what_is_about_a_colleague(
    student, warden, homeroom_teacher, lead, school
):
    concern = report(student, warden, about=homeroom_teacher)

    assert not reads(member("new_lead", Role.SAFEGUARDING_LEAD, school=school), concern)


def test_when_the_last_reader_leaves_it_finds_another_and_never_the_accused(
    student, warden, lead, head_teacher, school
):
    concern = report(student, warden, about=head_teacher)
    lead.memberships.update(ended_on=TODAY - timedelta(days=1))
    new_lead = member("new_lead", Role.SAFEGUARDING_LEAD, school=school)

    assert concern_handling.reroute_orphans(now=NOW) == 1
    assert concern_handling.reroute_orphans(now=NOW) == 0
    assert reads(new_lead, concern)
    assert knows_nothing(head_teacher, concern)


@pytest.mark.parametrize("about", [None, "homeroom_teacher"])
def test_break_glass_opens_no_concern(request, student, warden, counsellor, lead, homeroom_teacher, about):
    concern = report(student, warden, about=request.getfixturevalue(about) if about else None)

    for person in (counsellor, homeroom_teacher):
        factories.make_emergency(student, person, opened_at=NOW)
        person.seen_at = NOW + timedelta(minutes=1)
        assert not reads(person, concern)
        assert not access.visible_concerns(person, on=TODAY).exists()


def test_the_hourly_task_finds_a_reader(student, warden, school):
    concern = report(student, warden)
    head = member("new_head", Role.HEAD_TEACHER, school=school)

    assert tasks.reroute_concerns() == 1
    assert reads(head, concern)


def test_it_is_never_shared_with_whom_it_is_about(student, warden, lead, homeroom_teacher, stranger):
    concern = report(student, warden, about=homeroom_teacher)

    answers = set()
    for colleague in (homeroom_teacher, stranger):
        with pytest.raises(concern_handling.CannotShare) as refused:
            concern_handling.share(concern=concern, colleague=colleague, by=lead, now=NOW)
        answers.add(str(refused.value))

    assert len(answers) == 1  # trying it tells nothing
    assert knows_nothing(homeroom_teacher, concern)


def test_nobody_reports_about_themselves(student, warden, lead):
    with pytest.raises(concerns.CannotReport) as refused:
        report(student, warden, about=warden)
    assert refused.value.field == "about_staff"


def test_somebody_of_another_school_is_not_named(student, warden, lead, stranger):
    with pytest.raises(concerns.CannotReport, match="don't work"):
        report(student, warden, about=stranger)


def test_those_who_watch_over_delivery_are_not_told_of_it(student, warden, lead, head_teacher):
    from reminders import access as reminder_access

    report(student, warden, about=head_teacher)

    assert Reminder.objects.filter(recipient=lead, channel="email").exists()
    assert not reminder_access.overseen(head_teacher, on=TODAY).exists()
