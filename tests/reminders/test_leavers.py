"""Reminders go to nobody who no longer works in the school, though the account stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from core.models import AuditEvent
from reminders.models import Reminder, State
from reminders.services import delivery
from schools.models import Membership
from tests import factories
from tests.factories.reminders import NOON, make_bell, make_reminder

DAY = timezone.localdate(NOON)


def sweep():
    return delivery.sweep(clock_now=lambda: NOON, worker="a:1")


def leave(user, last_day):
    Membership.objects.filter(user=user).update(ended_on=last_day)


@pytest.mark.parametrize("make", [make_reminder, make_bell])
def test_what_is_due_after_somebody_left_goes_to_nobody(counsellor, school, mailoutbox, make):
    row = make(school, counsellor)
    leave(counsellor, DAY - timedelta(days=1))

    done = sweep()

    row.refresh_from_db()
    assert done == {"dropped": 1}
    assert (row.state, row.last_error) == (State.CANCELLED, "no_reader")
    assert mailoutbox == []
    assert AuditEvent.objects.get(event="reminder.dropped").target_id == str(row.public_id)


def test_a_claim_by_itself_passes_by_who_has_left(counsellor, school):
    make_reminder(school, counsellor)
    leave(counsellor, DAY - timedelta(days=1))

    assert delivery.claim_due(now=NOON, limit=10, worker="a:1") == []


def test_on_the_last_day_it_still_arrives(counsellor, school, mailoutbox):
    make_reminder(school, counsellor)
    leave(counsellor, DAY)

    assert sweep() == {"sent": 1}


def test_somebody_who_went_to_the_next_school_gets_nothing_of_the_old_one(
    counsellor, school, other_school, mailoutbox
):
    leave(counsellor, DAY - timedelta(days=1))
    factories.make_membership(counsellor, Role.COUNSELLOR, school=other_school)
    make_reminder(school, counsellor)
    make_reminder(other_school, counsellor)

    assert sweep() == {"dropped": 1, "sent": 1}
    assert Reminder.objects.get(state=State.SENT).school == other_school


@pytest.mark.parametrize("who", ["homeroom_teacher", "official"])
def test_a_role_of_a_class_or_of_the_area_counts_in_the_school(request, who, school, mailoutbox):
    make_reminder(school, request.getfixturevalue(who))

    assert sweep() == {"sent": 1}
