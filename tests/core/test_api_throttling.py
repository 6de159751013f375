"""Too many requests: by person, and by address before anybody is known."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from django.test import Client

from tests.api_client import PROBLEM, ROOT, as_person


def test_a_person_who_asks_too_much_waits_and_others_do_not(settings, counsellor, stranger):
    settings.API_RATES = {"person": "2/m", "address": "100/m"}
    client = as_person(counsellor)
    codes = [client.get(f"{ROOT}/schools/").status_code for _ in range(3)]

    refused = client.get(f"{ROOT}/schools/")

    assert codes == [200, 200, 429]
    assert (refused.status_code, refused["Content-Type"]) == (429, PROBLEM)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert as_person(stranger).get(f"{ROOT}/schools/").status_code == 200


def test_wrong_tokens_are_counted_by_address_whatever_they_say_of_it(db, settings):
    settings.API_RATES = {"person": "100/m", "address": "2/m"}

    codes = [
        Client(headers={"Authorization": "Token x", "X-Forwarded-For": f"10.0.0.{n}"})
        .get(f"{ROOT}/schools/")
        .status_code
        for n in range(3)
    ]

    assert codes == [401, 401, 429]


def test_behind_our_own_proxy_the_address_is_the_one_it_wrote(db, settings):
    settings.API_RATES = {"person": "100/m", "address": "1/m"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    codes = [
        Client(headers={"X-Forwarded-For": f"1.2.3.4, 10.0.0.{n}"}).get(f"{ROOT}/schools/").status_code
        for n in (1, 2, 1)
    ]

    assert codes == [401, 401, 429]


def test_after_its_window_a_person_begins_anew(settings, counsellor):
    settings.API_RATES = {"person": "1/m", "address": "100/m"}
    client = as_person(counsellor)
    codes = [client.get(f"{ROOT}/schools/").status_code for _ in range(2)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ratecount SET ends_at = now(), next_at = now()")

    codes += [client.get(f"{ROOT}/schools/").status_code for _ in range(2)]

    assert codes == [200, 429, 200, 429]


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_are_all_counted(settings, counsellor):
    settings.API_RATES = {"person": "5/m", "address": "1000/m"}
    ready, codes = threading.Barrier(8), []
    clients = [as_person(counsellor) for _ in range(8)]

    def ask(client):
        ready.wait()
        try:
            codes.extend(client.get(f"{ROOT}/schools/").status_code for _ in range(3))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [200] * 5 + [429] * 19
