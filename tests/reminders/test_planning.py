"""Planning and withdrawing: what stands in the outbox after each change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.models import AuditEvent
from reminders import services
from reminders.models import Channel, Reminder, State
from tests.factories.reminders import NOON, make_reminder

ABOUT = "counselling.followup:019ab2c4-0000-7000-8000-000000000001"


def plan(recipient, school, **changes):
    arguments = {
        "recipient": recipient,
        "school_id": school.pk,
        "category": "follow_up",
        "about": ABOUT,
        "url_path": "/students/019ab2c4/",
        "due_at": NOON,
        "from_name": "Lin Fang",
        "by": recipient,
    }
    return services.plan(**arguments | changes)


def standing():
    return sorted(Reminder.objects.standing().values_list("channel", "due_at", "state"))


def test_a_person_with_an_address_gets_bell_and_mail(counsellor, school):
    plan(counsellor, school)
    assert standing() == [("bell", NOON, "planned"), ("email", NOON, "planned")]
    assert list(AuditEvent.objects.values_list("event", "school_id", "details")) == [
        ("reminder.planned", school.pk, {"about": ABOUT, "channels": ["bell", "email"]})
    ]


def test_a_person_without_an_address_gets_the_bell_alone(counsellor, school):
    counsellor.email = ""
    assert [row.channel for row in plan(counsellor, school)] == [Channel.BELL]


def test_planning_the_same_again_changes_nothing(counsellor, school):
    first = plan(counsellor, school)
    again = plan(counsellor, school)
    assert [row.pk for row in again] == [row.pk for row in first]
    assert Reminder.objects.count() == 2
    assert AuditEvent.objects.count() == 1


def test_planning_the_same_again_after_it_was_sent_sends_nothing_more(counsellor, school):
    plan(counsellor, school)
    Reminder.objects.update(state=State.SENT, sent_at=NOON)
    plan(counsellor, school)
    assert Reminder.objects.filter(state=State.PLANNED).count() == 0


def test_another_date_supersedes_and_back_again_makes_a_new_one(counsellor, school):
    later = NOON + timedelta(days=3)
    plan(counsellor, school)
    plan(counsellor, school, due_at=later)
    assert standing() == [("bell", later, "planned"), ("email", later, "planned")]
    plan(counsellor, school, due_at=NOON)
    assert standing() == [("bell", NOON, "planned"), ("email", NOON, "planned")]
    assert Reminder.objects.filter(state=State.CANCELLED).count() == 4


def test_due_in_the_quiet_hours_is_tried_at_their_end(counsellor, school):
    at_23 = NOON + timedelta(hours=11)
    row = plan(counsellor, school, due_at=at_23)[0]
    assert (row.due_at, row.next_try_at) == (at_23, NOON + timedelta(hours=18, minutes=30))


@pytest.mark.parametrize("state", [State.PLANNED, State.LEASED])
def test_cancelling_withdraws_what_no_socket_has_seen(counsellor, school, state):
    row = make_reminder(school, counsellor, about=ABOUT, state=state)
    assert services.cancel(about=ABOUT, by=counsellor, now=NOON) == 1
    row.refresh_from_db()
    assert (row.state, row.cancelled_at, row.lease_until) == (State.CANCELLED, NOON, None)
    assert AuditEvent.objects.get().event == "reminder.cancelled"


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNCERTAIN])
def test_cancelling_keeps_what_became_of_a_sending_that_had_begun(counsellor, school, state):
    row = make_reminder(school, counsellor, about=ABOUT, state=state)
    services.cancel(about=ABOUT, by=counsellor, now=NOON)
    row.refresh_from_db()
    assert (row.state, row.cancelled_at) == (state, NOON)


def test_cancelling_lets_a_message_under_way_go_on(counsellor, school):
    row = make_reminder(school, counsellor, about=ABOUT, state=State.LEASED, send_begun_at=NOON)
    services.cancel(about=ABOUT, by=counsellor, now=NOON)
    row.refresh_from_db()
    assert (row.state, row.cancelled_at, row.leased_by) == (State.LEASED, NOON, "test")


def test_cancelling_what_is_not_planned_does_and_records_nothing(counsellor):
    assert services.cancel(about=ABOUT, by=counsellor, now=NOON) == 0
    assert not AuditEvent.objects.exists()


def test_a_rolled_back_change_leaves_no_reminder(counsellor, school):
    with transaction.atomic():
        plan(counsellor, school)
        transaction.set_rollback(True)
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "gossip"},
        {"about": "王小雨"},
        {"url_path": "https://elsewhere.test/"},
        {"url_path": "//elsewhere.test/"},
        {"url_path": "students/1/"},
        {"due_at": NOON.replace(tzinfo=None)},
        {"expires_at": NOON},
    ],
)
def test_a_malformed_plan_is_refused(counsellor, school, changes):
    with pytest.raises(ValueError, match="reminder"):
        plan(counsellor, school, **changes)


@pytest.mark.parametrize(
    "fields",
    [
        {"url_path": "//elsewhere.test/"},
        {"url_path": "/a\\b"},
        {"state": State.LEASED, "lease_until": None},
        {"state": State.SENT, "sent_at": None},
        {"state": State.UNCERTAIN, "send_begun_at": None},
        {"state": State.PLANNED, "cancelled_at": NOON},
        {"channel": Channel.BELL, "state": State.UNCERTAIN},
        {"read_at": NOON},
        {"channel": "fax"},
        {"expires_at": NOON - timedelta(days=1)},
    ],
)
def test_the_database_refuses_rows_that_contradict_themselves(counsellor, school, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_reminder(school, counsellor, **fields)


def test_one_row_stands_for_a_thing_a_person_and_a_channel(counsellor, school):
    make_reminder(school, counsellor, about=ABOUT)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_reminder(school, counsellor, about=ABOUT)
