"""Claiming, sending, back-off, giving up: the three committed steps and who may write them."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.core import mail

from core.models import AuditEvent
from reminders import services
from reminders.models import Reminder, State
from reminders.services import delivery, outcomes
from tests.factories.reminders import NOON, make_bell, make_reminder
from tests.reminders import harness

MINUTE = timedelta(minutes=1)
AT_NIGHT = NOON + timedelta(hours=11)
MORNING = NOON + timedelta(hours=18, minutes=30)


def claim(now=NOON, limit=10, worker="a:1"):
    return delivery.claim_due(now=now, limit=limit, worker=worker)


def begun(school, recipient, **fields):
    """A message of mine whose sending has begun."""
    make_reminder(school, recipient, **fields)
    (row,) = claim()
    assert delivery.begin_sending(row, now=NOON)
    return row


def state_of(row):
    row.refresh_from_db()
    return row.state


def sweep(now=NOON):
    return services.sweep(clock_now=lambda: now, worker="a:1")


def test_a_sweep_sends_what_is_due_and_rings_the_bells(counsellor, school):
    late = make_reminder(school, counsellor, due_at=NOON - MINUTE)
    bell = make_bell(school, counsellor)
    early = make_reminder(school, counsellor, due_at=NOON + MINUTE)
    assert sweep() == {"sent": 1, "rung": 1}
    assert [state_of(row) for row in (late, bell, early)] == [State.SENT, State.SENT, State.PLANNED]
    assert late.sent_at == NOON
    assert [message.to for message in mail.outbox] == [["counsellor@school.test"]]
    assert sweep() == {}


def test_a_sweep_takes_one_batch_after_the_other(counsellor, school):
    for _ in range(5):
        make_reminder(school, counsellor)
    assert services.sweep(clock_now=lambda: NOON, worker="a:1", limit=2) == {"sent": 5}


def test_a_claim_takes_the_longest_due_first_and_marks_whose_they_are(counsellor, school):
    second = make_reminder(school, counsellor, due_at=NOON - MINUTE)
    first = make_reminder(school, counsellor, due_at=NOON - 2 * MINUTE)
    make_reminder(school, counsellor)
    rows = claim(limit=2)
    assert [row.pk for row in rows] == [first.pk, second.pk]
    assert [(row.state, row.attempt, row.leased_by) for row in rows] == [(State.LEASED, 1, "a:1")] * 2
    assert rows[0].lease_until == NOON + timedelta(seconds=180)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_claim_passes_by_what_another_session_holds(counsellor, school):
    held = make_reminder(school, counsellor)
    free = make_reminder(school, counsellor)
    with contextlib.closing(harness.other_session()) as other:
        other.cursor().execute("SELECT 1 FROM reminders_reminder WHERE id = %s FOR UPDATE", [held.pk])
        assert [row.pk for row in claim()] == [free.pk]
    assert [row.pk for row in claim()] == [held.pk]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("expires_at", NOON, "too_late"), ("is_active", False, "no_reader"), ("email", "", "no_reader")],
)
def test_what_no_longer_fits_goes_to_nobody(counsellor, school, field, value, code):
    row = make_reminder(school, counsellor, due_at=NOON - MINUTE)
    target = row if field == "expires_at" else counsellor
    type(target).objects.filter(pk=target.pk).update(**{field: value})
    assert claim() == []
    assert sweep() == {"dropped": 1}
    assert (state_of(row), row.last_error, row.cancelled_at) == (State.CANCELLED, code, NOON)
    assert AuditEvent.objects.get().event == "reminder.dropped"


def test_at_night_nothing_goes_out_and_nothing_is_overdue(counsellor, school):
    row = make_reminder(school, counsellor, due_at=AT_NIGHT - 2 * timedelta(hours=1))
    assert claim(now=AT_NIGHT) == []
    assert sweep(now=AT_NIGHT) == {}
    row.refresh_from_db()
    assert (row.state, row.next_try_at) == (State.PLANNED, MORNING)
    assert sweep(now=MORNING) == {"sent": 1}


def test_a_lost_lease_without_a_begun_sending_is_planned_again(counsellor, school):
    make_reminder(school, counsellor)
    (row,) = claim()
    assert delivery.settle_lost_leases(now=row.lease_until - MINUTE) == {"released": 0, "uncertain": 0}
    assert delivery.settle_lost_leases(now=row.lease_until) == {"released": 1, "uncertain": 0}
    assert state_of(row) == State.PLANNED


def test_a_lost_lease_with_a_begun_sending_is_uncertain(counsellor, school):
    row = begun(school, counsellor)
    row.refresh_from_db()
    assert delivery.settle_lost_leases(now=row.lease_until) == {"released": 0, "uncertain": 1}
    assert (state_of(row), row.last_error) == (State.UNCERTAIN, "worker_lost")
    assert sweep(now=NOON + timedelta(hours=1)) == {}
    event = AuditEvent.objects.get()
    assert (event.event, event.details) == ("reminder.uncertain", {"code": "worker_lost"})


@pytest.mark.parametrize(
    "changes",
    [
        {"attempt": 2},
        {"lease_until": NOON},
        {"expires_at": NOON, "due_at": NOON - MINUTE},
        {"cancelled_at": NOON},
        {"state": State.CANCELLED, "cancelled_at": NOON, "lease_until": None, "leased_by": ""},
        {"send_begun_at": NOON},
    ],
)
def test_a_sending_does_not_begin_when_the_row_has_moved_on(counsellor, school, changes):
    make_reminder(school, counsellor)
    (row,) = claim()
    Reminder.objects.filter(pk=row.pk).update(**changes)
    assert not delivery.begin_sending(row, now=NOON)


def test_cancelling_between_claim_and_sending_stops_the_message(counsellor, school):
    make_reminder(school, counsellor)
    (row,) = claim()
    services.cancel(about=row.about, by=counsellor, now=NOON)
    assert not delivery.begin_sending(row, now=NOON)
    assert state_of(row) == State.CANCELLED


def test_an_older_attempt_cannot_write_the_outcome(counsellor, school):
    row = begun(school, counsellor)
    Reminder.objects.filter(pk=row.pk).update(attempt=2)
    assert not outcomes.record_sent(row, now=NOON)
    assert state_of(row) == State.LEASED


def test_a_slow_sender_ends_the_doubt_about_its_own_message(counsellor, school):
    row = begun(school, counsellor)
    delivery.settle_lost_leases(now=NOON + timedelta(hours=1))
    assert outcomes.record_sent(row, now=NOON)
    assert state_of(row) == State.SENT


def test_refusals_wait_longer_each_time_and_then_it_fails_visibly(counsellor, school):
    row = make_reminder(school, counsellor)
    waits, now = [], NOON
    for _ in range(outcomes.REFUSALS_BEFORE_GIVING_UP):
        (mine,) = claim(now=now)
        delivery.begin_sending(mine, now=now)
        outcomes.record_refused(mine, code="smtp_451", now=now)
        row.refresh_from_db()
        waits.append(int((row.next_try_at - now) / MINUTE))
        now = row.next_try_at
    assert waits == [1, 5, 15, 60, 240, 0]
    assert (row.state, row.last_error, row.attempt) == (State.FAILED, "smtp_451", 6)
    assert AuditEvent.objects.get().event == "reminder.failed"


def test_a_refusal_late_in_the_evening_is_tried_again_in_the_morning(counsellor, school):
    row = begun(school, counsellor)
    outcomes.record_refused(row, code="smtp_451", now=AT_NIGHT - timedelta(hours=1))
    row.refresh_from_db()
    assert row.next_try_at == MORNING


def test_a_message_refused_after_it_was_withdrawn_rests(counsellor, school):
    row = begun(school, counsellor)
    services.cancel(about=row.about, by=counsellor, now=NOON)
    outcomes.record_refused(row, code="smtp_451", now=NOON)
    assert state_of(row) == State.CANCELLED


def test_a_mail_server_that_is_away_costs_three_messages_a_sweep(counsellor, school, settings):
    rows = [make_reminder(school, counsellor, due_at=NOON - number * MINUTE) for number in (5, 4, 3, 2, 1)]
    settings.EMAIL_BACKEND = "reminders.smtp.Backend"
    with harness.Ledger() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    assert sweep() == {"unreached": 3}
    assert [(state_of(row), row.refusals) for row in rows] == [(State.PLANNED, n) for n in (1, 1, 1, 0, 0)]


def test_a_sweep_that_is_to_stop_hands_back_what_it_has_not_begun(counsellor, school):
    rows = [make_reminder(school, counsellor, due_at=NOON - number * MINUTE) for number in (3, 2, 1)]
    services.sweep(clock_now=lambda: NOON, worker="a:1", stopping=lambda: bool(mail.outbox))
    assert [(state_of(row), row.attempt) for row in rows] == [
        (State.SENT, 1),
        (State.PLANNED, 1),
        (State.PLANNED, 1),
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_outcome_survives_a_lost_database_connection(counsellor, school, settings):
    """The server ends our session while the mail server is taking the message."""
    row = make_reminder(school, counsellor)
    settings.EMAIL_BACKEND = "reminders.smtp.Backend"
    with harness.Ledger() as ledger:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", ledger.port
        ledger.hook = lambda step, port: harness.end_other_sessions() if step == "accepted" else None
        sweep()
    assert (state_of(row), ledger.copies(row)) == (State.SENT, 1)
