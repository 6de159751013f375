"""The demo district beside a school full of canaries: each role clicks through all it is shown, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import OF_AREAS, Role
from demo import services
from demo.staff import SIGN_INS
from students.models import Student
from tests.crawl.crawler import Crawler
from tests.matrix import canaries
from tests.matrix.world import Side

SHORTEST_NAME = 3  # of two signs, a name may be a word of the page
# So many kinds of addresses (names of URLs) somebody finds at least: a crawl of nothing must not pass.
FEWEST = {"official": 12, "officer": 12, "lead": 35, "admin": 38, "head": 37}
USUALLY = 25


@pytest.fixture
def next_door(db) -> Side:
    services.seed_district(pupils=60, seed=7, now=timezone.localtime())
    return Side("B")


def test_every_page_that_is_shown_opens_for_whoever_sees_it(next_door: Side):
    faults, few = [], {}
    for language, each in (("en", 2), ("zh-hans", 1)):
        for name, (user, look) in _cast(next_door).items():
            User.objects.filter(pk=user.pk).update(language=language)
            client = Client(raise_request_exception=False)
            client.force_login(User.objects.get(pk=user.pk))
            crawler = Crawler(client, look, each).crawl()
            faults += [f"{name} ({language}): {fault}" for fault in crawler.faults]
            if len(crawler.names) < FEWEST.get(name, USUALLY):
                few[name, language] = len(crawler.names)

    assert faults == []
    assert few == {}


def _cast(next_door: Side) -> dict[str, tuple[User, Callable[[Any], list[str]]]]:
    """The people of the demo's first school and its county; and the counsellor next door."""
    cast = {}
    for name, role in SIGN_INS.items():
        cast[name] = (User.objects.get(username=name), _demo_look(role))
    stranger = next_door.people[Role.COUNSELLOR]
    cast["stranger"] = (stranger.user, _stranger_look(stranger))
    return cast


def _demo_look(role: Role) -> Callable[[Any], list[str]]:
    """No canary, and no child of the demo's other schools; of no school for the county's people."""
    theirs = Student.objects.filter(school__code="2152999901")
    known = set(User.objects.values_list("name", flat=True))
    if role.value not in OF_AREAS:
        known |= set(theirs.values_list("name", flat=True))
    foreign = [name for name in _pupils_of_the_demo() if not any(name in one for one in known)]
    assert foreign

    def look(response: Any) -> list[str]:
        content = _content(response)
        met = [canaries.canary(*one) for one in canaries.found_in(content)]
        text = content.decode(errors="replace")
        return [f"shows {one}" for one in [*met, *(name for name in foreign if name in text)]]

    return look


def _stranger_look(stranger: Any) -> Callable[[Any], list[str]]:
    foreign = _pupils_of_the_demo()

    def look(response: Any) -> list[str]:
        content = _content(response)
        text = content.decode(errors="replace")
        met = [
            canaries.canary(*one)
            for one in canaries.found_in(content)
            if not canaries.may_meet(stranger.viewer, *one)
        ]
        return [f"shows {one}" for one in [*met, *(name for name in foreign if name in text)]]

    return look


def _pupils_of_the_demo() -> list[str]:
    names = Student.objects.exclude(school__name__startswith="Kn").values_list("name", flat=True)
    return [name for name in names if len(name) >= SHORTEST_NAME]


def _content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
