"""The way of reminders through real processes: beat, the folder broker, Celery workers, a mail server."""

from __future__ import annotations

import pytest
from django.utils import timezone

from reminders import tasks
from reminders.models import Reminder, State
from tests.factories.reminders import make_bell, make_reminder
from tests.reminders import harness

CELERY = ["-m", "celery", "--app", "config", "--quiet"]
WORKER = [*CELERY, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "warning"]
BEAT = [*CELERY, "beat", "--loglevel", "warning", "--pidfile="]


@pytest.fixture
def ledger():
    with harness.Ledger() as server:
        yield server


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_beat_pokes_a_worker_killed_in_mid_send_loses_nothing_and_the_next_one_sends(
    tmp_path, school, counsellor, ledger
):
    for _ in range(3):
        make_reminder(school, counsellor, due_at=timezone.now())
    env = harness.environment(tmp_path, ledger.port, SWEEP_SECONDS="1")
    with harness.process(*BEAT, env=env):
        with harness.process(*WORKER, env=env) as worker:
            ledger.hook = lambda step, port: worker.kill() if step == "accepted" else None
            worker.wait(40)
        ledger.hook = lambda *_: None
        with harness.process(*WORKER, env=env):
            harness.wait_until(harness.is_settled, seconds=40)
    found = harness.verdict(ledger)
    assert (found["sent"], found["uncertain"], found["uncertain_arrived"]) == (2, 1, 1)
    assert (found["lost"], found["doubled"]) == (0, 0)
    assert all(b"To: counsellor@school.test" in message for message in ledger.messages)


def test_the_task_rings_bells_that_are_due(school, counsellor):
    row = make_bell(school, counsellor, due_at=timezone.now())
    tasks.sweep.delay()
    assert Reminder.objects.get(pk=row.pk).state == State.SENT
