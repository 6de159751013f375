"""Every URL × every method × every role × our school, the school next door, signed out."""

from __future__ import annotations

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
from schools.models import School
from tests import factories
from tests.architecture.access_matrix import ROWS, Row, Scope

THROUGH = {200, 201, 202, 204, 302, 303, 400, 409, 410, 422}
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


def _expected(row: Row, role: Role, *, foreign: bool) -> set[int]:
    if row.scope in (Scope.PUBLIC, Scope.SIGNED_IN):
        return THROUGH
    if row.scope is Scope.MINE:
        return THROUGH if role in row.allow else {403}
    if foreign:
        return {404}
    if role in row.allow:
        return THROUGH
    return {403} if role in row.refuse else {404}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_each_role_gets_what_the_table_says(world: World, row: Row):
    surprises = []
    for people, foreign in ((world.ours, False), (world.theirs, True)):
        for role, user in people.items():
            client = Client()
            client.force_login(user, backend="accounts.backends.NamePhoneOrEmailBackend")
            response = _ask(client, row, world)
            where = f"{role.value} {'next door' if foreign else 'of ours'}"
            if response.status_code not in _expected(row, role, foreign=foreign):
                surprises.append(f"{where}: {response.status_code}")
            if not foreign and CANARY in response.content.decode(errors="replace"):
                surprises.append(f"{where}: saw something of the school next door")

    assert surprises == []


@pytest.fixture
def colleagues(world: World) -> list[User]:
    """Of our school and without a tie to the pupil: another class, no pairing, a role that has ended."""
    school = School.objects.get(name="Ours")
    teacher, unpaired, gone = (factories.make_user(name) for name in ("class_5", "unpaired", "gone"))
    factories.make_membership(
        teacher, Role.HOMEROOM_TEACHER, school_class=factories.make_class(school, grade=5, number=9)
    )
    factories.make_membership(unpaired, Role.PAIRED_TEACHER, school=school)
    ended = factories.make_membership(gone, Role.COUNSELLOR, school=school)
    ended.ended_on = ended.started_on
    ended.save()
    return [teacher, unpaired, gone]


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        # Break-glass is for just these colleagues: it is tested in tests/students/test_emergencies.py.
        if {"student", "session", "follow_up", "concern"} & set(row.args) and row.name != "students:emergency_open"
    ],
    ids=lambda row: f"{row.method} {row.name}",
)
def test_a_colleague_without_a_tie_to_the_pupil_finds_nothing(world: World, colleagues, row: Row):
    answers = {}
    for user in colleagues:
        client = Client()
        client.force_login(user)
        answers[user.username] = _ask(client, row, world).status_code

    assert set(answers.values()) == {404}, answers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_signed_out_people_are_sent_to_sign_in(world: World, row: Row):
    response = _ask(Client(), row, world)

    if row.scope is Scope.PUBLIC:
        assert response.status_code in THROUGH
    elif row.json or row.name.startswith("api"):
        assert response.status_code in {401, 403}
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted({row.name for row in ROWS}))
def test_methods_that_are_not_named_are_not_allowed(world: World, name: str):
    rows = [row for row in ROWS if row.name == name]
    named = {row.method for row in rows}
    client = Client()
    client.force_login(world.ours[Role.SAFEGUARDING_LEAD])
    answers = {}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - named:
        probe = Row(name, method, Scope.PUBLIC, args=rows[0].args)
        answers[method] = _ask(client, probe, world).status_code

    # somebody without the right may hear 403 or 404 before the method is looked at
    assert {method: code for method, code in answers.items() if code not in {403, 404, 405}} == {}
