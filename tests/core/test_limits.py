"""Counting: no two at the same moment miss each other, waits rise, and the table names nobody."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import RequestFactory

from core import limits
from core.limits import Rising, Window
from core.models import RateCount

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "amount", "seconds"), [("240/m", 240, 60), ("5/5m", 5, 300), ("1/2h", 1, 7200), ("9/s", 9, 1)]
)
def test_a_rate_is_written_as_people_say_it(text, amount, seconds):
    assert Window.parse(text) == Window(amount, seconds)


def test_a_window_lets_so_many_through_and_says_when_it_opens_again(db):
    rule = Window(3, 60)

    verdicts = [limits.hit("test", "a", rule, now=later(second)) for second in (0, 10, 20, 30)]

    assert [one.allowed for one in verdicts] == [True, True, True, False]
    assert verdicts[3].next_at == later(60)
    assert limits.hit("test", "a", rule, now=later(60)).allowed


def test_a_window_of_one_lets_one_through(db):
    allowed = [
        limits.hit("test", "a", Window(1, 60), now=later(second)).allowed for second in (0, 59, 60, 61)
    ]

    assert allowed == [True, False, True, False]


def test_subjects_and_names_are_counted_apart(db):
    rule = Window(1, 60)

    allowed = [
        limits.hit(name, subject, rule, now=NOW).allowed
        for name, subject in (("x", "a"), ("x", "b"), ("y", "a"), ("x", "a"))
    ]

    assert allowed == [True, True, True, False]


def test_waits_double_up_to_the_longest_and_are_forgotten_in_the_end(db):
    rule = Rising(free=2, first=10, longest=35, memory=3600)
    now, waits = NOW, []
    for _try in range(6):
        verdict = limits.hit("test", "a", rule, now=now)
        assert verdict.allowed
        waits.append(verdict.wait(now))
        now += timedelta(seconds=verdict.wait(now))

    assert waits == [0, 10, 20, 35, 35, 35]
    assert limits.hit("test", "a", rule, now=now + timedelta(seconds=3601)).wait(now) == 0


def test_a_try_before_its_time_is_refused_and_does_not_lengthen_the_wait(db):
    rule = Rising(free=1, first=10, longest=100, memory=3600)
    limits.hit("test", "a", rule, now=NOW)

    refused = [limits.hit("test", "a", rule, now=later(second)) for second in (1, 5, 9)]

    assert [one.allowed for one in refused] == [False] * 3
    assert {one.next_at for one in refused} == {later(10)}


def test_what_turned_out_well_is_given_back(db):
    rule = Window(1, 60)
    limits.hit("test", "a", rule, now=NOW)

    limits.refund("test", "a", rule)

    assert limits.hit("test", "a", rule, now=later(1)).allowed
    assert not limits.hit("test", "a", rule, now=later(2)).allowed


def test_a_count_can_be_forgotten_and_old_ones_are_swept(db):
    limits.hit("test", "a", Window(1, 60), now=NOW)
    limits.hit("test", "b", Window(1, 600), now=NOW)

    limits.sweep(now=later(60))
    assert RateCount.objects.count() == 1
    limits.clear("test", "b")

    assert not RateCount.objects.exists()


def test_no_name_and_no_address_stands_in_the_table_and_no_backup_holds_it(db):
    limits.hit("address", "10.20.30.40", Window(1, 60), now=NOW)
    limits.hit("name", "wang.fang", Window(1, 60), now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(core_ratecount::text, ' ') FROM core_ratecount")
        text = cursor.fetchone()[0]
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'core_ratecount'")
        persistence = cursor.fetchone()[0]

    assert "10.20" not in text
    assert "wang" not in text
    assert persistence == "u"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", [Window(7, 60), Rising(free=7, first=60, longest=60, memory=600)])
def test_of_many_at_the_same_moment_exactly_the_limit_gets_through(rule):
    ready, verdicts = threading.Barrier(10), []

    def guess():
        ready.wait()
        try:
            verdicts.extend(limits.hit("test", "a", rule, now=datetime.now(UTC)).allowed for _ in range(20))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (verdicts.count(True), len(verdicts)) == (7, 200)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_the_network_of_one_household(address, counted_as):
    assert limits.address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == counted_as
