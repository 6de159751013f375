"""Promises of people who left: the lead sees them and gives them to a colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import services as account_services
from accounts.roles import Role
from core.models import AuditEvent
from counselling import access
from counselling.selectors import follow_ups as selectors
from counselling.services import follow_ups
from reminders.models import Reminder
from schools.models import Membership
from tests import factories

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def promise(student, paired_teacher):
    """Made by the paired teacher, for next week."""
    session = factories.make_session(student, paired_teacher)
    return follow_ups.promise(
        session=session, owner=paired_teacher, due_on=TODAY + timedelta(days=7), by=paired_teacher, now=NOW
    )


def leave(user):
    Membership.objects.filter(user=user).update(ended_on=YESTERDAY)


def url(promise):
    return reverse("counselling:follow_up_hand_over", args=[promise.public_id])


def test_the_lead_sees_the_promise_once_its_owner_has_left(client, lead, promise, paired_teacher):
    client.force_login(lead)
    before = client.get("/").content.decode()
    leave(paired_teacher)

    after = client.get("/").content.decode()

    assert "Promises of people who left" not in before
    assert "Promises of people who left" in after
    assert url(promise) in after


def test_a_closed_account_counts_as_having_left(lead, promise, paired_teacher):
    account_services.disable(user=paired_teacher, by=None)

    assert list(selectors.left_behind(lead, now=NOW)) == [promise]


@pytest.mark.parametrize(
    "who", ["homeroom_teacher", "counsellor", "school_admin", "head_teacher", "stranger"]
)
def test_nobody_else_is_shown_them(request, client, who, promise, paired_teacher):
    leave(paired_teacher)
    user = request.getfixturevalue(who)
    client.force_login(user)

    assert list(selectors.left_behind(user, now=NOW)) == []
    assert client.get(url(promise)).status_code in (403, 404)


def test_the_lead_hands_it_over_and_the_reminder_moves(client, lead, promise, paired_teacher, counsellor):
    leave(paired_teacher)
    client.force_login(lead)
    assert counsellor.name in client.get(url(promise)).content.decode()

    response = client.post(url(promise), {"to": str(counsellor.public_id)})

    promise.refresh_from_db()
    assert response["Location"] == reverse("counselling:follow_up", args=[promise.public_id])
    assert promise.owner == counsellor
    standing = Reminder.objects.standing().filter(category="follow_up")
    assert {row.recipient for row in standing} == {counsellor}
    event = AuditEvent.objects.get(event="follow_up.handed_over")
    assert event.details == {"was": paired_teacher.pk, "to": counsellor.pk, "sensitivity": "school"}
    assert list(selectors.left_behind(lead, now=NOW)) == []


def test_a_promise_of_somebody_who_works_here_is_not_to_be_handed_over(client, lead, promise):
    client.force_login(lead)

    assert client.get(url(promise)).status_code == 404


@pytest.mark.parametrize("to", ["", "nobody", "left", "school_admin", "stranger"])
def test_it_goes_to_a_colleague_who_may_keep_it_and_to_nobody_else(
    request, client, lead, promise, paired_teacher, to
):
    leave(paired_teacher)
    user = {"left": "paired_teacher"}.get(to, to)
    value = str(request.getfixturevalue(user).public_id) if user not in ("", "nobody") else to
    client.force_login(lead)

    response = client.post(url(promise), {"to": value})

    promise.refresh_from_db()
    assert response.status_code == 422
    assert promise.owner == paired_teacher


def test_after_a_restricted_entry_only_who_may_read_it_can_take_over(
    student, lead, counsellor, homeroom_teacher, paired_teacher
):
    session = factories.make_session(student, paired_teacher, sensitivity="restricted")
    promise = factories.make_follow_up(session)
    leave(paired_teacher)

    able = set(access.may_take_over(promise, on=TODAY))

    assert able >= {lead, counsellor}
    assert not able & {homeroom_teacher, paired_teacher}


def test_an_ended_promise_can_not_be_handed_over(promise, lead, counsellor):
    follow_ups.cancel(follow_up=promise, by=lead, now=NOW)

    with pytest.raises(follow_ups.CannotChange):
        follow_ups.hand_over(follow_up=promise, to=counsellor, by=lead, now=NOW)


def test_handing_over_to_who_has_it_changes_nothing(promise, paired_teacher, lead):
    follow_ups.hand_over(follow_up=promise, to=paired_teacher, by=lead, now=NOW)

    assert not AuditEvent.objects.filter(event="follow_up.handed_over").exists()


def test_somebody_who_went_next_door_has_left(lead, promise, paired_teacher, other_school):
    leave(paired_teacher)
    factories.make_membership(paired_teacher, Role.COUNSELLOR, school=other_school)

    assert list(selectors.left_behind(lead, now=NOW)) == [promise]


def test_the_panel_costs_the_same_for_one_and_for_three(lead, promise, paired_teacher, student):
    leave(paired_teacher)

    def cost():
        fresh = type(lead).objects.get(pk=lead.pk)
        with CaptureQueriesContext(connection) as caught:
            rows = [(row.student.name, row.owner.name) for row in selectors.left_behind(fresh, now=NOW)]
        return len(caught), len(rows)

    first, one = cost()
    for _number in range(2):
        factories.make_follow_up(factories.make_session(student, paired_teacher))
    second, three = cost()

    assert (one, three) == (1, 3)
    assert first == second
