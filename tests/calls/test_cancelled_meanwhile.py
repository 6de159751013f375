"""A call that is moved or cancelled between the queueing of its message and the sending reminds nobody.

With two real connections: one worker has leased the message, somebody else calls the call off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from calls.models import Call
from calls.services import bookings, parents
from reminders.models import Reminder, State
from reminders.services import delivery
from tests.calls.cast import NOW, evening, family, number_of
from tests.factories.calls import make_call, make_call_window, make_phone
from tests.reminders import harness, sms

pytestmark = pytest.mark.django_db(transaction=True)

SIX_ON_SUNDAY = NOW + timedelta(hours=6)


@pytest.fixture
def server(settings) -> Iterator[sms.Gateway]:
    with sms.Gateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        yield server


@pytest.fixture
def call(school, school_class) -> Call:
    make_call_window(school)
    student = family(school_class, phone="13800000001")
    return make_call(student, number_of(student), phone=make_phone(school), starts_at=evening())


@pytest.fixture
def leased(call, server) -> Reminder:
    """The evening before, in a worker's hands."""
    parents.plan_messages(now=NOW)
    (row,) = delivery.claim_due(now=SIX_ON_SUNDAY, limit=20, worker="a:1")
    return row


def beside(act: Callable[[], Any]) -> Future[Any]:
    """The same over a connection of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(run)
    finally:
        pool.shutdown(wait=False)


def somebody_waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("what", ["cancelled", "moved"])
def test_what_is_called_off_after_the_lease_is_not_sent(call, leased, server, school_admin, what):
    if what == "cancelled":
        bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW)
    else:
        bookings.move_call(
            call=call, phone=call.phone, starts_at=evening(30), reason="school", by=school_admin, now=NOW
        )

    assert not delivery.begin_sending(leased, now=SIX_ON_SUNDAY)

    assert server.messages == []
    assert Reminder.objects.get(pk=leased.pk).last_error == "no_longer"


def test_a_cancelling_that_is_under_way_is_waited_for(call, leased, server, school_admin):
    with transaction.atomic():
        bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW)
        begun = beside(lambda: delivery.begin_sending(leased, now=SIX_ON_SUNDAY))
        harness.wait_until(somebody_waits_for_a_row, what="for the sender to wait for the call")

    assert begun.result(10) is False
    assert Reminder.objects.get(pk=leased.pk).state == State.CANCELLED


def test_who_cancels_while_a_sending_begins_comes_after_it(call, leased, server, school_admin):
    """The message was on its way already: then the trail says so, and the cancelling isn't lost."""
    with transaction.atomic():
        assert delivery.begin_sending(leased, now=SIX_ON_SUNDAY)
        cancelled = beside(lambda: bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW))
        harness.wait_until(somebody_waits_for_a_row, what="for the cancelling to wait for the sender")

    assert cancelled.result(10).state == Call.State.CANCELLED
    assert Reminder.objects.get(pk=leased.pk).send_begun_at == SIX_ON_SUNDAY
    assert server.messages == []  # nobody has touched the socket in this test
