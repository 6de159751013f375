"""How many pages a person and an address may ask for, and single forms besides."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from core import limits

ME = "/me/preferences/"
RESET = "/accounts/password/reset/"


def codes(client: Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_a_person_who_asks_too_much_waits_and_others_do_not(settings, counsellor, stranger):
    settings.WEB_RATES = {"person": "3/m", "address": "100/m"}
    busy, other = Client(), Client()
    busy.force_login(counsellor)
    other.force_login(stranger)

    assert codes(busy, ME, 3) == [200] * 3
    refused = busy.get(ME)

    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert "Too many tries" in refused.content.decode()
    assert other.get(ME).status_code == 200


def test_before_sign_in_the_address_is_counted(settings, db):
    settings.WEB_RATES = {"person": "100/m", "address": "2/m"}

    assert codes(Client(REMOTE_ADDR="10.0.0.1"), "/accounts/login/", 3) == [200, 200, 429]
    assert codes(Client(REMOTE_ADDR="10.0.0.2"), "/accounts/login/", 1) == [200]


def test_who_is_signed_in_is_not_held_up_by_strangers_at_the_same_address(settings, counsellor):
    settings.WEB_RATES = {"person": "100/m", "address": "2/m"}
    client = Client()
    client.force_login(counsellor)
    codes(Client(), "/accounts/login/", 5)

    assert codes(client, ME, 5) == [200] * 5


def test_the_page_that_refuses_speaks_the_person_s_language(settings, counsellor):
    settings.WEB_RATES = {"person": "1/m", "address": "100/m"}
    counsellor.language = "zh-hans"
    counsellor.save()
    client = Client()
    client.force_login(counsellor)
    client.get(ME)

    refused = client.get(ME)

    assert refused.status_code == 429
    assert 'lang="zh-Hans"' in refused.content.decode()


def test_a_link_for_a_new_password_can_be_asked_for_so_often_for_one_address(settings, db):
    answers = [
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(RESET, {"email": email}).status_code
        for number, email in enumerate(["wang@school.test"] * 5 + [" Wang@School.Test ", "li@school.test"])
    ]

    assert answers == [302] * 5 + [429, 302]


def test_looking_at_a_form_is_not_counted_as_sending_it(settings, counsellor):
    client = Client()
    client.force_login(counsellor)

    assert codes(client, reverse("account_change_password"), 12).count(429) == 0


def test_an_unknown_page_is_counted_too(settings, counsellor):
    settings.WEB_RATES = {"person": "2/m", "address": "2/m"}
    client = Client()
    client.force_login(counsellor)

    assert codes(client, "/nowhere/", 3) == [404, 404, 429]


def test_a_request_that_breaks_is_counted(settings, counsellor, monkeypatch):
    settings.WEB_RATES = {"person": "2/m", "address": "100/m"}
    monkeypatch.setattr("accounts.registry.sections", lambda *args, **kwargs: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(counsellor)

    assert codes(client, ME, 3) == [500, 500, 429]


def test_counting_costs_a_page_no_query_of_its_own_list(settings, counsellor, django_assert_max_num_queries):
    client = Client()
    client.force_login(counsellor)
    client.get(ME)

    with django_assert_max_num_queries(30) as caught:
        client.get(ME)

    assert "core_ratecount" not in str([query["sql"] for query in caught.captured_queries])


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_all_counted(settings, counsellor):
    settings.WEB_RATES = {"person": "5/m", "address": "1000/m"}
    ready, answers = threading.Barrier(6), []
    clients = []
    for _number in range(6):
        clients.append(Client())
        clients[-1].force_login(counsellor)

    def ask(client):
        ready.wait()
        try:
            answers.extend(client.get(ME).status_code for _ in range(3))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] * 5 + [429] * 13


@pytest.mark.django_db(transaction=True)
def test_the_count_is_written_outside_the_transaction_of_the_request(counsellor, monkeypatch):
    """Where it is said the request's transaction hasn't begun: nothing waits for it, or takes it back."""
    seen = []
    original = limits.hit

    def watched(*args, **kwargs):
        seen.append(connection.in_atomic_block)
        return original(*args, **kwargs)

    monkeypatch.setattr(limits, "hit", watched)
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": counsellor.username, "password": "wrong"})

    assert len(seen) == 5  # the address twice; then narrow, address and account
    assert set(seen) == {False}
