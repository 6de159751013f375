"""Links of parents: random, kept as a hash, and used once however many use them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from core import tenancy
from reminders import links
from reminders.models import Channel, Link
from tests.factories.reminders import NOON, make_outsider, make_reminder

AT_ONCE, IN_ALL = 40, 200


@pytest.fixture
def reminder(school):
    return make_reminder(
        school,
        None,
        outsider=make_outsider(school),
        channel=Channel.SMS,
        category="call_day",
        url_path="/",
        expires_at=NOON + timedelta(hours=2),
    )


@pytest.fixture
def link(reminder):
    return links.find(links.fingerprint(links.make_link(reminder, now=NOON)))


def test_a_token_finds_its_row_and_another_finds_none(reminder):
    token = links.make_link(reminder, now=NOON)
    assert links.find(links.fingerprint(token)).reminder == reminder
    assert links.find(links.fingerprint(token[:-1])) is None


def test_a_link_is_used_once_and_says_how(link):
    links.use(link, answer="yes", now=NOON)
    with pytest.raises(links.GoneError):
        links.use(link, answer="no", now=NOON)
    link.refresh_from_db()
    assert (link.answer, link.used_at) == ("yes", NOON)


def test_a_link_ends_with_what_it_is_about(link):
    with pytest.raises(links.GoneError):
        links.use(link, answer="yes", now=link.expires_at)
    link.refresh_from_db()
    assert link.used_at is None


def test_two_messages_about_the_same_have_links_of_their_own(reminder, link):
    second = links.find(links.fingerprint(links.make_link(reminder, now=NOON)))
    links.use(link, answer="yes", now=NOON)
    links.use(second, answer="no", now=NOON)
    assert Link.objects.filter(used_at=NOON).count() == 2


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_two_hundred_uses_at_once_exactly_one_gets_through(link):
    barrier = Barrier(AT_ONCE)
    token = tenancy.current_token()

    def use(number: int) -> bool:
        with tenancy.use(token):
            connection.ensure_connection()
            barrier.wait(30)
            try:
                links.use(link, answer=str(number), now=NOON)
            except links.GoneError:
                return False
            return True

    def use_and_close(number: int) -> bool:
        try:
            return use(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        won = [number for number, through in enumerate(pool.map(use_and_close, range(IN_ALL))) if through]
    link.refresh_from_db()
    assert [link.answer] == [str(number) for number in won]
