"""kill -9 at every step of a sending, against a real mail server: nothing lost or doubled, doubt shown.

The full size (2,000 kills) is `make bench-faults`.
"""

from __future__ import annotations

import random
import time

import pytest
from django.utils import timezone

from reminders import services
from reminders.models import Reminder, State
from tests.factories.reminders import make_reminder
from tests.reminders import harness

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(scope="module")
def engine(django_db_setup, tmp_path_factory):
    """Made once: Django takes a second to load."""
    with harness.Ledger() as ledger:
        env = harness.environment(tmp_path_factory.mktemp("var"), ledger.port)
        with harness.Workers(env) as workers:
            yield ledger, workers


@pytest.fixture
def ledger(engine):
    engine[0].hook = lambda *_: None
    return engine[0]


@pytest.fixture
def workers(engine, transactional_db):
    yield engine[1]
    engine[1].kill_all()


def plan_mails(school, recipient, count):
    return [make_reminder(school, recipient, due_at=timezone.now()) for _ in range(count)]


def run_until_settled(workers):
    workers.start()
    harness.wait_until(harness.is_settled)


def kill_at(ledger, workers, point, *, before=lambda: None):
    """Run a worker that is killed when the server reaches `point` for the first time; wait for its death."""

    def hook(step, port):
        if step == point:
            before()
            assert workers.kill(workers.sender(port))
            ledger.hook = lambda *_: None

    ledger.hook = hook
    workers.start()
    harness.wait_until(lambda: not workers.alive)


@pytest.mark.parametrize("point", ["connected", "mail", "recipient", "data", "text", "accepted"])
def test_a_worker_killed_while_sending_leaves_one_row_uncertain_and_the_rest_sent(
    point, ledger, workers, school, counsellor
):
    plan_mails(school, counsellor, 3)
    kill_at(ledger, workers, point)
    run_until_settled(workers)
    found = harness.verdict(ledger)
    assert (found["lost"], found["doubled"], found["silent"], found["open"]) == (0, 0, 0, 0)
    assert (found["sent"], found["uncertain"]) == (2, 1)
    assert found["uncertain_arrived"] == (point in {"text", "accepted"})


def test_a_worker_killed_between_the_answer_and_the_mark_leaves_its_row_uncertain(
    ledger, workers, school, counsellor
):
    """Another session holds the row, so that the mark can't be written when the answer arrives."""
    row = plan_mails(school, counsellor, 1)[0]
    with harness.other_session() as holder, holder.cursor() as cursor:

        def hook(step, port):
            if step == "accepted":
                cursor.execute("SELECT 1 FROM reminders_reminder WHERE id = %s FOR UPDATE", [row.pk])
            if step == "answered":
                assert workers.kill(workers.sender(port))

        ledger.hook = hook
        workers.start()
        harness.wait_until(lambda: not workers.alive)
    holder.close()
    run_until_settled(workers)
    row.refresh_from_db()
    assert (row.state, row.last_error, ledger.copies(row)) == (State.UNCERTAIN, "worker_lost", 1)


def test_a_worker_killed_after_the_claim_leaves_rows_that_are_simply_sent(
    ledger, workers, school, counsellor
):
    """Of a batch, only the message on its way is in doubt; the others were leased, but not begun."""
    plan_mails(school, counsellor, 5)
    leased = []
    with harness.other_session() as other, other.cursor() as cursor:

        def count():
            cursor.execute("SELECT count(*) FROM reminders_reminder WHERE state = 'leased'")
            leased.append(cursor.fetchone()[0])

        kill_at(ledger, workers, "connected", before=count)
    other.close()
    run_until_settled(workers)
    found = harness.verdict(ledger)
    assert leased == [5]
    assert (found["sent"], found["uncertain"], found["doubled"]) == (4, 1, 0)


def test_a_connection_that_breaks_after_the_text_is_uncertain_and_never_repeated(
    ledger, workers, school, counsellor
):
    row = plan_mails(school, counsellor, 1)[0]
    ledger.hook = lambda step, port: harness.BREAK if step == "accepted" else None
    run_until_settled(workers)
    row.refresh_from_db()
    assert (row.state, row.last_error, ledger.copies(row)) == (State.UNCERTAIN, "connection_lost", 1)


def test_an_uncertain_message_goes_out_again_only_when_somebody_asks(
    ledger, workers, school, counsellor, lead
):
    row = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=timezone.now())
    make_reminder(school, counsellor, due_at=timezone.now())
    run_until_settled(workers)
    assert ledger.copies(row) == 0
    services.resolve(row, outcome=services.Outcome.SEND_AGAIN, by=lead, now=timezone.now())
    Reminder.objects.filter(state=State.PLANNED).update(next_try_at=timezone.now())  # even at night
    harness.wait_until(harness.is_settled)
    row.refresh_from_db()
    assert (row.state, ledger.copies(row)) == (State.SENT, 1)


def test_kills_at_random_lose_nothing_and_double_nothing(ledger, workers, school, counsellor):
    dice = random.Random(20261122)
    plan_mails(school, counsellor, 120)
    kills = 0
    end = time.monotonic() + 8
    while time.monotonic() < end and kills < 60 and not harness.is_settled():
        while len(workers.alive) < 2:
            workers.start()
        time.sleep(dice.uniform(0.01, 0.15))
        kills += workers.kill(dice.choice(workers.alive))
    run_until_settled(workers)
    found = harness.verdict(ledger)
    assert kills >= 20
    assert (found["lost"], found["doubled"], found["silent"], found["open"]) == (0, 0, 0, 0)
    assert found["sent"] + found["uncertain"] == 120
