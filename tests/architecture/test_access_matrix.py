"""Every URL × every method × every role × every situation, with both locks; each lock alone: tests/matrix."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import ROLES, Role
from tests import factories
from tests.architecture.access_matrix import ROWS, Row, Scope
from tests.matrix import canaries, cases, expect
from tests.matrix import world as matrix_world
from tests.matrix.expect import Lock, State
from tests.matrix.walk import Walk

CANARY = "CanaryOfTheSchoolNextDoor"


def names_in(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The full name of every URL of the program; an unnamed one is named by its pattern."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names_in(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}"


def test_every_url_has_a_row_and_every_row_a_url():
    urls = set(names_in(get_resolver()))

    assert urls == {row.name for row in ROWS}


def test_no_row_stands_twice():
    keys = [(row.name, row.method) for row in ROWS]

    assert len(keys) == len(set(keys))


def test_no_row_contradicts_itself():
    assert [row for row in ROWS if row.allow & row.refuse] == []


@dataclass
class World:
    """Our school with one of each role, the same next door, and one of each object in ours."""

    ours: dict[Role, User]
    theirs: dict[Role, User]
    objects: dict[str, Any]


def _staff(prefix: str, school: Any, school_class: Any, student: Any) -> dict[Role, User]:
    scopes = {"area": school.area, "school": school, "school_class": school_class}
    people = {}
    for role, spec in ROLES.items():
        user = factories.make_user(f"{prefix}_{role.value}", email=f"{prefix}.{role.value}@school.test")
        factories.make_membership(user, role, **{spec.scope: scopes[spec.scope]})
        if role is Role.PAIRED_TEACHER:
            factories.make_pairing(student, user)
        people[role] = user
    return people


@pytest.fixture
def world(db) -> World:
    from tests.architecture import world_objects

    county, next_county = factories.make_area(level="province"), factories.make_area(level="province")
    school = factories.make_school(name="Ours", area=county)
    foreign = factories.make_school(name=CANARY, area=next_county)
    school_class, foreign_class = factories.make_class(school), factories.make_class(foreign)
    student = factories.make_student(school_class, "王小雨", boarding="boarder")
    foreign_student = factories.make_student(foreign_class, CANARY, boarding="boarder")
    ours = _staff("ours", school, school_class, student)
    theirs = _staff("theirs", foreign, foreign_class, foreign_student)
    factories.make_session(foreign_student, theirs[Role.COUNSELLOR], line=CANARY)
    objects = world_objects.make(school=school, school_class=school_class, student=student, staff=ours)
    return World(ours, theirs, objects)


def _ask(client: Client, row: Row, world: World) -> Any:
    """One request; whatever it wrote is undone, so that rows don't depend on each other."""
    url = reverse(row.name, args=[world.objects[arg] for arg in row.args])
    kwargs: dict[str, Any] = {"data": row.data}
    if row.json:
        kwargs["content_type"] = "application/json"
    with transaction.atomic():
        point = transaction.savepoint()
        response = getattr(client, row.method.lower())(url, **kwargs)
        transaction.savepoint_rollback(point)
    cache.clear()
    return response


# --- the walk: tests/matrix ------------------------------------------------------------------------


@pytest.fixture
def made(db) -> Iterator[Any]:
    """Two schools full of canaries. Thousands of refusals are what is asked for: they would fill the log."""
    logging.disable(logging.CRITICAL)
    yield matrix_world.make()
    logging.disable(logging.NOTSET)


def test_each_role_gets_what_the_table_says(made):
    """Ours and next door, about every kind of object; and everything that may be met is met by somebody."""
    tally = Walk(made, Lock.BOTH).over(cases.of_cast(made))

    assert not tally.surprises, tally.said
    assert canaries.to_meet() - {kind for _role, kind in tally.met} == set()


def test_a_colleague_without_a_tie_to_the_pupil_finds_nothing(made):
    tally = Walk(made, Lock.BOTH).over(cases.of_colleagues(made))

    assert not tally.surprises, tally.said


@pytest.mark.parametrize(
    "state", [state for state in State if state is not State.NORMAL], ids=lambda one: one.name
)
def test_each_row_asked_for_in_another_state(made, state: State):
    """Signed out, closed, ended, ending, without a factor or with an old one: the roles take turns over the rows."""
    asked = cases.in_state(made, state)

    tally = Walk(made, Lock.BOTH).over(asked)

    assert not tally.surprises, tally.said
    assert tally.checks == len(asked) > 0


def test_a_wrong_cell_is_a_surprise(made):
    """The head teacher gets through where this row says that they don't."""
    row = Row("students:detail", "GET", Scope.OBJECT, args=("student",))
    case = expect.Case(row, made.a.people[Role.HEAD_TEACHER], State.NORMAL, "own class", made.a)

    tally = Walk(made, Lock.BOTH).over([case])

    assert [surprise.partition(": ")[2] for surprise in tally.surprises] == [
        "200 (through), the table says 404"
    ]


def test_methods_that_are_not_named_are_not_allowed(world: World):
    client = Client()
    client.force_login(world.ours[Role.SAFEGUARDING_LEAD])
    cookies = client.cookies.copy()
    answers = {}
    for name in sorted({row.name for row in ROWS}):
        rows = [row for row in ROWS if row.name == name]
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {row.method for row in rows}:
            client.cookies = cookies.copy()
            probe = Row(name, method, Scope.PUBLIC, args=rows[0].args)
            answers[f"{method} {name}"] = _ask(client, probe, world).status_code

    # somebody without the right may hear 403 or 404 before the method is looked at
    assert {where: code for where, code in answers.items() if code not in {403, 404, 405}} == {}
