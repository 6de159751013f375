"""What people decide about messages that the program can't judge."""

from __future__ import annotations

import pytest

from core.models import AuditEvent
from reminders import services
from reminders.models import State
from reminders.services import Outcome
from tests.factories.reminders import NOON, make_reminder


def resolve(row, outcome, by):
    services.resolve(row, outcome=outcome, by=by, now=NOON)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("state", "outcome", "becomes"),
    [
        (State.UNCERTAIN, Outcome.ARRIVED, State.SENT),
        (State.UNCERTAIN, Outcome.SEND_AGAIN, State.PLANNED),
        (State.FAILED, Outcome.SEND_AGAIN, State.PLANNED),
        (State.FAILED, Outcome.TOLD, State.CANCELLED),
    ],
)
def test_a_decision_settles_the_row_and_is_recorded(school, counsellor, lead, state, outcome, becomes):
    row = resolve(make_reminder(school, counsellor, state=state), outcome, lead)
    assert row.state == becomes
    event = AuditEvent.objects.get()
    assert (event.event, event.actor_id, event.details) == (
        "reminder.resolved",
        lead.pk,
        {"was": state.value, "outcome": outcome.value},
    )


def test_sending_again_starts_the_back_off_anew(school, counsellor, lead):
    row = resolve(make_reminder(school, counsellor, state=State.FAILED), Outcome.SEND_AGAIN, lead)
    assert (row.refusals, row.next_try_at, row.send_begun_at) == (0, NOON, None)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"state": State.UNCERTAIN}, Outcome.TOLD),
        ({"state": State.FAILED}, Outcome.ARRIVED),
        ({"state": State.SENT}, Outcome.SEND_AGAIN),
        ({"state": State.LEASED}, Outcome.SEND_AGAIN),
        ({"state": State.UNCERTAIN, "cancelled_at": NOON}, Outcome.SEND_AGAIN),
    ],
)
def test_what_waits_for_no_such_decision_stays_as_it_is(school, counsellor, lead, fields, outcome):
    row = make_reminder(school, counsellor, **fields)
    with pytest.raises(services.NothingToResolveError):
        resolve(row, outcome, lead)
    assert not AuditEvent.objects.exists()
