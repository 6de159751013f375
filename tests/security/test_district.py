"""Who works in the county's office reaches no child: not by an address, not by a link, not by a name on any page.

Each personal and sensitive text of a school is a canary (tests/matrix): those two roles may meet the names of their
area and its schools, and their own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from dashboards.services import building
from tests.architecture.access_matrix import ROWS
from tests.architecture.access_rows import PUPIL, Row
from tests.crawl.crawler import Crawler
from tests.matrix import canaries
from tests.matrix.walk import bytes_of
from tests.matrix.world import Asker, Side

OF_THE_COUNTY = [Role.DISTRICT_OFFICIAL, Role.STATISTICS_OFFICER]
LEADS_NOWHERE = {"account_logout"}
# A pupil, what hangs on one, and what a school plans and lists them in.
OF_CHILDREN = PUPIL | {"roster", "export", "roll", "bed_rule", "bed_plan", "house_file", "rota"}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Hundreds of refusals are what is asked for: they would fill the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def side(db) -> Side:
    made = Side("A")
    building.rebuild(weeks=2, now=timezone.now())
    return made


@pytest.fixture(params=OF_THE_COUNTY, ids=lambda role: role.value)
def person(request, side) -> Asker:
    return side.people[request.param]


@pytest.fixture
def client(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    return client


def met_by(person: Asker, response: Any) -> list[str]:
    """The canaries in an answer that this person may not meet."""
    found = canaries.found_in(bytes_of(response))
    return [canaries.canary(*one) for one in sorted(found) if not canaries.may_meet(person.viewer, *one)]


def address(row: Row, side: Side) -> str:
    things = side.asked("own class", Role.COUNSELLOR)
    return reverse(row.name, args=[things[arg] for arg in row.args])


def test_the_address_of_a_child_finds_nothing(side, person, client):
    rows = [row for row in ROWS if OF_CHILDREN & set(row.args)]
    answers = {}
    for row in rows:
        kwargs = {"content_type": "application/json"} if row.json else {}
        response = getattr(client, row.method.lower())(address(row, side), row.data, **kwargs)
        assert met_by(person, response) == [], row
        answers[f"{row.method} {row.name}"] = response.status_code

    of_a_child = {f"{row.method} {row.name}" for row in rows if PUPIL & set(row.args)}
    assert len(of_a_child) > 60
    assert {name for name in of_a_child if answers[name] != 404} == set()
    assert {name: code for name, code in answers.items() if code not in (403, 404)} == {}


def test_every_page_and_every_answer_they_can_reach_names_nobody(side, person, client):
    crawler = Crawler(
        client, lambda response: [f"shows {one}" for one in met_by(person, response)], 3
    ).crawl()
    looked = set()
    for row in ROWS:
        if row.method == "GET" and row.name not in LEADS_NOWHERE:
            response = client.get(address(row, side))
            assert met_by(person, response) == [], row
            if response.status_code == 200:
                looked.add(row.name)

    assert crawler.faults == []
    assert {"dashboards:district", "dashboards:published", "dashboards:release"} <= crawler.names
    assert {"api:district_schools", "api:district_release", "dashboards:print"} <= looked
    assert not any(
        name.startswith(("students:", "calls:", "dormitories:"))
        for name in crawler.names - {"students:today"}
    )


def test_the_same_names_stand_before_whoever_may_know_them(side):
    """Or the two tests above would find nothing because there is nothing."""
    lead = side.people[Role.SAFEGUARDING_LEAD]
    client = Client()
    client.force_login(lead.user)

    page = client.get(reverse("students:detail", args=[side.pupils[canaries.ASKED].public_id]))

    assert {("A", "pname"), ("A", "pcontact")} <= canaries.found_in(bytes_of(page))
