"""kill -9 while a text message is on its way, against a real gateway: asked by reference, sent exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.models import Channel, Reminder, State
from tests import factories
from tests.calls.cast import family, number_of
from tests.factories.calls import make_call, make_phone
from tests.reminders import harness, sms

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def server():
    with sms.Gateway() as server:
        yield server


@pytest.fixture
def workers(server, tmp_path, transactional_db):
    env = harness.environment(
        tmp_path, 1, SMS_GATEWAY_URL=server.url, SMS_GATEWAY_TOKEN=sms.TOKEN, SITE_URL="http://127.0.0.1:8000"
    )
    with harness.Workers(env) as workers:
        yield workers


@pytest.fixture
def rows(school, school_class):
    """Three calls of the next hours, each with a message that is due."""
    now = timezone.now()
    return [_row(school, school_class, number, now) for number in range(3)]


def _row(school, school_class, number, now):
    child = family(school_class, f"甲{number}", phone=f"1380000020{number}")
    phone = make_phone(school)
    call = make_call(child, number_of(child), phone=phone, starts_at=now + timedelta(hours=1 + number))
    outsider = factories.reminders.make_outsider(
        school, reference=f"students.person:{call.person.public_id}", phone=call.number.number
    )
    return factories.reminders.make_reminder(
        school,
        None,
        outsider=outsider,
        channel=Channel.SMS,
        category="call_hour",
        about=f"calls.hour:{call.public_id}",
        url_path="/",
        due_at=now,
        expires_at=call.starts_at,
    )


def is_settled():
    """Everything is sent; what is to be tried again is tried at once, since a test can't wait a minute."""
    Reminder.objects.filter(state=State.PLANNED).update(next_try_at=timezone.now())
    return not Reminder.objects.exclude(state=State.SENT).exists()


@pytest.mark.parametrize("point", ["arrived", "taken", "answered"])
def test_a_worker_killed_while_sending_loses_and_doubles_nothing(point, server, workers, rows):
    def hook(step, port):
        if step == point:
            assert workers.kill(workers.sender(port))
            server.hook = lambda *_: None

    server.hook = hook
    workers.start()
    harness.wait_until(lambda: not workers.alive, what="for the worker's death")
    workers.start()
    harness.wait_until(is_settled, seconds=40, what="for the rest")
    workers.kill_all()

    assert server.delivered == {str(row.public_id): 1 for row in rows}
    assert workers.died == 0
