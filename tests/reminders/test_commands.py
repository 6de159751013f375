"""`manage.py sweep`."""

from __future__ import annotations

import io
import signal

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from reminders.models import State
from tests.factories.reminders import make_bell, make_reminder
from tests.reminders import harness


def run() -> str:
    out = io.StringIO()
    call_command("sweep", stdout=out)
    return out.getvalue().strip()


def test_a_single_sweep_says_what_it_did(school, counsellor):
    make_bell(school, counsellor, due_at=timezone.now())
    assert run() == "rung 1"
    assert run() == "nothing due"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_loop_outlives_a_lost_database_session_and_ends_when_asked(school, counsellor, tmp_path):
    with harness.Ledger() as ledger:
        env = harness.environment(tmp_path, ledger.port)
        with harness.process("manage.py", "sweep", "--loop", "--interval", "0.1", env=env) as child:
            for _ in range(2):
                row = make_reminder(school, counsellor, due_at=timezone.now())
                harness.wait_until(harness.is_settled)
                row.refresh_from_db()
                assert row.state == State.SENT
                harness.end_other_sessions()
                connection.close()  # ours was among them
            child.send_signal(signal.SIGTERM)
            assert child.wait(10) == 0
