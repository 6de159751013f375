"""The way of one reminder through real processes: beat, the folder broker, a Celery worker, a mail server."""

from __future__ import annotations

import pytest
from django.utils import timezone

from reminders import tasks
from reminders.models import Channel, State
from tests.factories.reminders import make_bell, make_reminder
from tests.reminders import harness


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_beat_pokes_the_worker_sends_the_server_has_it(tmp_path, school, counsellor):
    row = make_reminder(school, counsellor, due_at=timezone.now())
    with harness.Ledger() as ledger:
        env = harness.environment(tmp_path, ledger.port, SWEEP_SECONDS="1")
        celery = ["-m", "celery", "--app", "config", "--quiet"]
        worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "warning"]
        beat = [*celery, "beat", "--loglevel", "warning", "--pidfile="]
        with harness.process(*worker, env=env), harness.process(*beat, env=env):
            harness.wait_until(harness.is_settled, seconds=40)
    row.refresh_from_db()
    assert (row.state, ledger.copies(row)) == (State.SENT, 1)
    assert b"To: counsellor@school.test" in ledger.messages[0]


def test_the_task_rings_bells_that_are_due(school, counsellor):
    row = make_bell(school, counsellor, due_at=timezone.now())
    tasks.sweep.delay()
    row.refresh_from_db()
    assert (row.channel, row.state) == (Channel.BELL, State.SENT)
