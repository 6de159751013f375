"""Whatever somebody sends to whichever address, the answer is never a 500.

Walks the access matrix, so that a new URL is under fire from its first day.
"""

from __future__ import annotations

import copy
import os
import re
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accounts.roles import Role
from counselling.models import Draft
from tests.architecture.access_matrix import ROWS, Row, Scope
from tests.architecture.test_access_matrix import World, world  # noqa: F401  (a fixture)

FORM = "application/x-www-form-urlencoded"
TWO_MEGABYTES = ("长" * (2 * 1024 * 1024 // 3)).encode()
SENDERS = (Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN, Role.HOMEROOM_TEACHER)
# Parameters of addresses, and fields that forms make as they go.
NAMES = {
    "cursor", "q", "kind", "state", "show", "year", "next", "page", "page_size", "class", "student", "since",
    "lang", "theme", "tab", "row", "term", "school", "school_class", "person", "file", "status", "before",
    "after", "updated_since", "due_before", "person_role", "who", "date", "sort",
}  # fmt: skip


def _field_names() -> list[str]:
    """Every field of every form of ours; a request that carries them all meets whichever form reads it."""

    def below(parent: type) -> Iterator[type]:
        for child in parent.__subclasses__():
            yield child
            yield from below(child)

    ours = [one for one in below(forms.Form) if not one.__module__.startswith("django")]
    return sorted({name for one in ours for name in one.base_fields} | NAMES)


def _all(value: str) -> bytes:
    return urlencode([(name, value) for name in _field_names()]).encode()


HOSTILE = {
    "null byte": (FORM, _all("a\x00b")),
    "null byte beside a good id": (FORM, _all("a\x00b") + b"&client_id=0199a000-0000-7000-8000-000000000001"),
    "bytes that are no UTF-8": (FORM, b"&".join(name.encode() + b"=%ed%a0%80%ff" for name in _field_names())),
    "unknown UUID": (FORM, _all(str(uuid.UUID(int=7)))),
    "huge number": (FORM, _all("9" * 400)),
    "number beyond the column": (FORM, _all(str(2**63))),
    "negative number": (FORM, _all("-1")),
    "not a number": (FORM, _all("1e400")),
    "no such day": (FORM, _all("2026-02-30")),
    "last day of time": (FORM, _all("9999-12-31T23:59:59")),
    "first day of time": (FORM, _all("0001-01-01")),
    "markup": (FORM, _all("<script>alert(1)</script>'\"--;{{7*7}}{% load x %}")),
    "right to left": (FORM, _all("\u202e\ufeff\u200d👩‍👩‍👧")),
    "empty": (FORM, b""),
    "only ampersands": (FORM, b"&=&=&" * 50),
    "too many fields": (FORM, b"&".join(b"f%d=1" % number for number in range(600))),
    "a field ten times": (FORM, b"&".join(_all("x") for _time in range(4))),
    "unknown character set": (f"{FORM}; charset=utf-99", b"name=x"),
    "broken JSON": ("application/json", b'{"topics": ['),
    "JSON of another shape": ("application/json", b'[[[{"a": null}]]]'),
    "JSON without end": ("application/json", b"[" * 20_000),
    "JSON number": ("application/json", b"NaN"),
    "JSON with null byte": (
        "application/json",
        b'{"line": "a\\u0000b", "student": "\\ud800", "name": 1e999}',
    ),
    "plain text": ("text/plain", b"hello"),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "form without boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "form cut short": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../a\x00.xlsx"\r\n\r\nPK',
    ),
    "no content type": ("", b"name=x"),
}


def _client(user: Any = None, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def clients(world: World) -> dict[Role | None, Client]:  # noqa: F811
    """One signed-in client a role, and one that is nobody's (None)."""
    return {None: _client(), **{role: _client(user) for role, user in world.ours.items()}}


def _url(row: Row, world: World) -> str:  # noqa: F811
    return reverse(row.name, args=[world.objects[arg] for arg in row.args])


def _status(
    client: Client, method: str, url: str, body: bytes = b"", content_type: str = FORM, **more: Any
) -> int:
    """The answer's status. What it wrote is undone, and the client stays signed in."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        point = transaction.savepoint()
        response = client.generic(method, url, body, content_type, **more)
        transaction.savepoint_rollback(point)
    client.cookies = cookies
    cache.clear()
    return response.status_code


def _sender(row: Row) -> Role | None:
    """Somebody who gets through the door, since the others never meet the form."""
    if row.scope is Scope.PUBLIC:
        return None
    return next((role for role in SENDERS if role in row.allow), None) or next(
        iter(sorted(row.allow)), SENDERS[0]
    )


WRITING = [row for row in ROWS if row.method != "GET"]
# Each address meets a third of the kinds, each kind a third of the addresses: all of them take minutes (BAD_INPUT=all).
SHARE = 1 if os.environ.get("BAD_INPUT") == "all" else 3


READING = [row for row in ROWS if row.method == "GET"]


def _share(rows: list[Row], kind: str) -> list[Row]:
    """By a sum and not by hash(), which differs from run to run."""
    return [row for number, row in enumerate(rows, sum(kind.encode())) if number % SHARE == 0]


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_body_makes_an_address_fail(world: World, clients, kind: str):  # noqa: F811
    content_type, body = HOSTILE[kind]
    failed = [
        f"{row.method} {row.name} {status}"
        for row in _share(WRITING, kind)
        if (status := _status(clients[_sender(row)], row.method, _url(row, world), body, content_type)) >= 500
    ]

    assert failed == []


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\x00b", id="null byte"),
        pytest.param("9" * 400, id="huge number"),
        pytest.param("f" + "9" * 18, id="cursor of nothing"),
        pytest.param("b1", id="cursor of something else"),
        pytest.param("2026-02-30", id="no such day"),
        pytest.param("%'\\👩‍👧" + "x" * 5000, id="long and quoted"),
    ],
)
def test_no_parameter_of_an_address_makes_it_fail(world: World, clients, value: str):  # noqa: F811
    query = urlencode([(name, value) for name in _field_names()])
    fragment = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "finder-results"}
    failed = [
        f"{row.name} {status} {extra}"
        for row in _share(READING, value)
        for extra in ({}, fragment)
        if (status := _status(clients[_sender(row)], "GET", f"{_url(row, world)}?{query}", **extra)) >= 500
    ]

    assert failed == []


def test_two_megabytes_in_any_field_are_answered(world: World, clients):  # noqa: F811
    """One field at a time: together they would be refused as a whole before any form looked."""
    answers = {}
    for row in _share(WRITING, "two megabytes"):
        client = clients[_sender(row)]
        for name in _fields_on_page(client, row, world):
            body = f"{name}=".encode() + TWO_MEGABYTES
            answers[f"{row.name} {name}"] = _status(client, row.method, _url(row, world), body)

    assert len(answers) > 40
    assert {where: status for where, status in answers.items() if status >= 500} == {}


def _fields_on_page(client: Client, row: Row, world: World) -> list[str]:  # noqa: F811
    page = client.get(_url(row, world))
    if page.status_code != 200:
        return ["line"]
    names = re.findall(r'name="([a-z0-9_]+)"', page.content.decode(errors="replace"))
    return sorted(set(names) - {"csrfmiddlewaretoken", "viewport", "robots"})


def test_an_address_of_nothing_is_not_found(world: World, clients):  # noqa: F811
    """Each part in turn names what doesn't exist."""
    unlike = {uuid.UUID: uuid.uuid4(), int: 2**70, str: "nothing-like-it", date: date(1999, 1, 1)}
    wrong = {}
    for row in ROWS:
        values = [world.objects[arg] for arg in row.args] if row.scope is not Scope.PUBLIC else []
        for place, value in enumerate(values):
            url = reverse(row.name, args=[*values[:place], unlike[type(value)], *values[place + 1 :]])
            status = _status(clients[_sender(row)], row.method, url)
            may_not = {403} if not row.allow else set()  # before anything is looked up
            if status not in {400, 404, 422} | may_not:
                wrong[f"{row.method} {row.name} {row.args[place]}"] = status

    assert wrong == {}


def test_a_form_without_its_csrf_token_is_refused_with_a_page_that_says_why(world: World):  # noqa: F811
    strict = {
        role: _client(world.ours[role] if role else None, enforce_csrf_checks=True)
        for role in {_sender(row) for row in WRITING}
    }
    answers = {
        row.name: _status(strict[_sender(row)], row.method, _url(row, world), b"x=1", HTTP_REFERER="\x00//[")
        for row in WRITING
        # A browser reports what the content policy stopped without a form, so without a token.
        if not row.json and row.name != "csp_report"
    }
    client = _client(world.ours[Role.SCHOOL_ADMIN], enforce_csrf_checks=True)
    page = client.post(reverse("accounts:preferences"), {"theme": "dark"}).content.decode()

    assert set(answers.values()) == {403}, answers
    assert "<h1" in page
    assert "Forbidden (403)" not in page  # Django's bare page


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ACCEPT_LANGUAGE": "x" * 10_000},
        {"HTTP_ACCEPT_LANGUAGE": "zh-hans;q=nan,*;q=\x00"},
        {"HTTP_COOKIE": "django_language=%00; sessionid=../../etc; messages=x; csrftoken=\\"},
        {"HTTP_ACCEPT": "application/vnd.nothing"},
        {"HTTP_X_FORWARDED_FOR": "not an address", "HTTP_X_FORWARDED_PROTO": "gopher"},
        {"HTTP_AUTHORIZATION": "Token " + "x" * 5000},
        {"HTTP_AUTHORIZATION": "Basic \xff"},
        {"HTTP_RANGE": "bytes=-1", "HTTP_IF_MODIFIED_SINCE": "never", "HTTP_IF_NONE_MATCH": '"'},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_makes_an_address_fail(world: World, clients, headers: dict[str, str]):  # noqa: F811
    failed = [
        f"{row.name} {status}"
        for row in _share(READING, str(headers))
        if (status := _status(clients[_sender(row)], "GET", _url(row, world), **headers)) >= 500
    ]

    assert failed == []


def test_a_session_that_ends_in_mid_form_loses_no_draft(world: World):  # noqa: F811
    teacher, student = world.ours[Role.HOMEROOM_TEACHER], world.objects["student"]
    client = _client(teacher)
    typed = {"line": "He told me about the long way home.", "client_id": str(uuid.uuid4())}
    saved = client.post(reverse("counselling:draft_save", args=[student]), typed)
    assert saved.status_code < 300
    client.session.flush()
    client.cookies.clear()

    form = reverse("counselling:talk_new", args=[student])
    response = client.post(form, typed)

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={form}"
    assert Draft.objects.filter(author=teacher).exists()
    client.force_login(teacher)
    assert typed["line"] in client.get(form).content.decode()
