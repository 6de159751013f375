"""Wrong tries from many places at the same moment: the limit holds exactly, and the staff room gets in."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.urls import reverse

from accounts import guard
from accounts.models import User
from tests import factories
from tests.accounts.test_lockout import ELSEWHERE, browser, is_signed_in_after, known_browser, sign_in
from tests.factories.places import PASSWORD


@pytest.fixture
def looked_at(monkeypatch) -> list[str]:
    """The wrong passwords that were worked out. (A response's context mixes up what threads rendered.)"""
    seen: list[str] = []
    original = User.check_password

    def check(self: User, raw: str) -> bool:
        if raw != PASSWORD:
            seen.append(raw)
        return original(self, raw)

    monkeypatch.setattr(User, "check_password", check)
    return seen


def in_threads(number: int, work) -> list[threading.Thread]:
    def run(one: int) -> None:
        try:
            work(one)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[one]) for one in range(number)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_the_same_moment_no_more_than_the_limit_are_looked_at(looked_at):
    factories.make_user("wang.fang")
    ready = threading.Barrier(8)

    def attack(_number: int) -> None:
        client = browser(address=ELSEWHERE)
        ready.wait()
        for guessed in range(6):
            sign_in(client, "wang.fang", f"wrong {guessed}")

    for thread in in_threads(8, attack):
        thread.join()

    assert len(looked_at) == guard.NARROW.free


@pytest.mark.django_db(transaction=True)
def test_while_others_attack_from_many_addresses_the_staff_room_signs_in_every_time(looked_at):
    factories.make_user("wang.fang")
    staff_room = known_browser()
    stop = threading.Event()

    def attack(number: int) -> None:
        guessed = 0
        while guessed < 8 or not stop.is_set():
            guessed += 1
            sign_in(browser(address=f"10.9.{number}.{guessed % 250}"), "wang.fang", f"wrong {guessed}")

    threads = in_threads(4, attack)
    came_in = []
    for _time in range(5):
        came_in.append(is_signed_in_after(staff_room))
        staff_room.post(reverse("account_logout"))
    stop.set()
    for thread in threads:
        thread.join()

    assert came_in == [True] * 5
    assert len(looked_at) == guard.WIDE.free
