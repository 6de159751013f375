"""What hangs on a school is found under that school alone: Python's lock, in the program's own scope."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from accounts.permissions import Perm
from accounts.roles import Role
from schools import access
from tests import factories


def test_a_duty_next_door_isn_t_found_under_this_school(school, other_school, stranger, counsellor):
    duty = factories.make_duty(other_school, stranger, by=counsellor)

    with pytest.raises(Http404):
        access.get_duty_or_404(school, duty.public_id)


def test_an_invitation_next_door_isn_t_found_under_this_school(
    school, other_school, school_admin, stranger, today
):
    invitation = factories.make_invitation(other_school, by=stranger)

    with pytest.raises(Http404):
        access.get_invitation_or_404(school_admin, school.public_id, invitation.public_id, on=today)


def test_who_doesn_t_invite_opens_no_invitation(school, school_admin, counsellor, today):
    invitation = factories.make_invitation(school, by=school_admin)

    with pytest.raises(access.PermissionDenied):
        access.get_invitation_or_404(counsellor, school.public_id, invitation.public_id, on=today)


def test_dates_next_door_aren_t_found_under_this_school(school, other_school, school_admin, today):
    year = factories.make_year(other_school, starts_on=date(2027, 9, 1))
    factories.make_term(year)
    day = factories.make_school_day(other_school)
    own = (school_admin, school.public_id)

    with pytest.raises(Http404):
        access.get_year_or_404(*own, year.starts_on, Perm.SCHOOL_VIEW, on=today)
    with pytest.raises(Http404):
        access.get_day_or_404(*own, day.on, Perm.SCHOOL_VIEW, on=today)


@pytest.mark.parametrize("change", [{"is_active": False}, {}])
def test_a_lead_who_left_or_is_closed_counts_no_more(school, other_school, counsellor, lead, change, today):
    factories.make_membership(factories.make_user("next_door"), Role.SAFEGUARDING_LEAD, school=other_school)
    assert access.has_lead(school, on=today)
    if change:
        lead.is_active = False
        lead.save()
    else:
        lead.memberships.update(ended_on=today - timedelta(days=1))

    assert not access.has_lead(school, on=today)
