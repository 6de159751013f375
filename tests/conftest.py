"""The cast, and how tests reach the database.

One county, two schools. Everybody works in `school`, but the stranger: the same kind of
person in the school next door, who must never see anything of ours.
"""

from __future__ import annotations

import contextvars
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from accounts import step_up
from accounts.models import User
from accounts.roles import Role
from config import embedded
from core import tenancy
from schools.models import Area, School, SchoolClass
from students.models import Student
from tests import factories

TODAY = date(2026, 11, 22)


# Longest files first, or two processes (scripts/test.py) would end far apart.
SLOW_FIRST = (
    "matrix",
    "architecture",
    "runtime",
    "journeys",
    "fuzz",
    "crawl",
    "mutants",
    "scale",
    "security",
    "demo",
)


def _slow_first(item: pytest.Item) -> int:
    part = item.path.parent.name
    return SLOW_FIRST.index(part) if part in SLOW_FIRST else len(SLOW_FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first; what tests with real commits leave is emptied by the owner: the program may not TRUNCATE."""
    items.sort(key=_slow_first)
    for item in items:
        marker = item.get_closest_marker("django_db")
        wants_commits = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if wants_commits or (marker and marker.kwargs.get("transaction")):
            named = set(marker.kwargs.get("databases") or ()) if marker else set()
            databases = sorted({"default", "owner"} | named)
            item.add_marker(pytest.mark.django_db(transaction=True, databases=databases), append=False)


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_keepdb) -> Iterator[None]:
    """The owner makes and migrates the test database; `default` then uses it as kl_app."""
    verbosity = request.config.option.verbose
    if settings.EMBEDDED:
        embedded.start_until_exit()
    if settings.DATABASE_ADMIN_URL:
        call_command("ensure_roles", verbosity=0)
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=verbosity, interactive=False, keepdb=django_db_keepdb)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            connections.close_all()  # the application's own connection would hold the database open
            teardown_databases(databases, verbosity=verbosity)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """A test reaches this machine and no other: what it would fetch elsewhere fails with the address."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _at_home(getattr(socket.socket, name)))
    yield
    patch.undo()


def _at_home(connect: Callable[..., Any]) -> Callable[..., Any]:
    def checked(sock: socket.socket, address: Any) -> Any:
        if sock.family != socket.AF_UNIX and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise RuntimeError(f"A test wants to reach {address[0]}: the network is closed to tests.")
        return connect(sock, address)

    return checked


@pytest.fixture(scope="session")
def _program_token(django_db_setup, django_db_blocker) -> str:
    """A scope of the program's own for what tests prepare; requests take that of whoever is signed in."""
    with django_db_blocker.unblock():
        token = secrets.token_hex(32)
        # By a connection of its own: the first test may have begun its transactions on the others already.
        own = connections["owner"].copy()
        tenancy.open_scope(token, user_id=None, purpose="tests", seconds=24 * 3600, using=own)
        own.close()
    return token


@pytest.fixture(autouse=True)
def _program_scope(request: pytest.FixtureRequest) -> Iterator[None]:
    """Around each test that reaches the database; threads a test starts work in the same scope."""
    if not _reaches_database(request):
        yield
        return
    with tenancy.use(request.getfixturevalue("_program_token")), pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", _start_in_this_context)
        yield


def _reaches_database(request: pytest.FixtureRequest) -> bool:
    names = {"db", "transactional_db", "live_server", "django_db_setup"}
    return request.node.get_closest_marker("django_db") is not None or bool(names & set(request.fixturenames))


_start = threading.Thread.start


def _start_in_this_context(thread: threading.Thread) -> None:
    run, context = thread.run, contextvars.copy_context()
    thread.run = lambda: context.run(run)  # type: ignore[method-assign]
    _start(thread)


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    """Throttling starts from zero in every test."""
    cache.clear()


@receiver(user_logged_in)
def _second_factor_is_proven(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """`client.force_login` stands for a whole sign-in, code step included; it alone has a request without a path.

    Who signs in through the page proves a real one. Tests of step-up age the mark: accounts.step_up.forget.
    """
    if not request.path:
        step_up.mark(request, user=user)


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def now() -> datetime:
    """The clock's own moment: for what a request, which reads the clock itself, is asked about afterwards."""
    return timezone.now()


@pytest.fixture
def county(db) -> Area:
    return factories.make_area("529901", level="province", name="Qingshi County")


@pytest.fixture
def school(county: Area) -> School:
    return factories.make_school(name="Qingshi Central School", area=county, code="2152999901")


@pytest.fixture
def other_school(county: Area) -> School:
    return factories.make_school(name="Longjing School", area=county, code="2152999902")


@pytest.fixture
def school_class(school: School) -> SchoolClass:
    return factories.make_class(school, 3, 2)


@pytest.fixture
def other_class(school: School) -> SchoolClass:
    """Another class of our school."""
    return factories.make_class(school, 5, 1)


@pytest.fixture
def other_teacher(other_class: SchoolClass) -> User:
    """The homeroom teacher of another class: knows nothing of `student` but in an emergency."""
    user = factories.make_user("other_teacher")
    factories.make_membership(user, Role.HOMEROOM_TEACHER, school_class=other_class)
    return user


@pytest.fixture
def student(school_class: SchoolClass) -> Student:
    return factories.make_student(school_class, "王小雨", boarding=Student.Boarding.BOARDER)


@pytest.fixture
def other_student(other_class: SchoolClass) -> Student:
    """A pupil of our school, in another class; a day pupil."""
    return factories.make_student(other_class, "李明", boarding=Student.Boarding.DAY)


@pytest.fixture
def foreign_student(other_school: School) -> Student:
    """A pupil of the school next door."""
    return factories.make_student(factories.make_class(other_school, 3, 2), "陈思远")


def _person(name: str, role: Role, **scope: object) -> User:
    user = factories.make_user(name, email=f"{name}@school.test")
    factories.make_membership(user, role, **scope)
    return user


@pytest.fixture
def homeroom_teacher(school_class: SchoolClass) -> User:
    return _person("homeroom_teacher", Role.HOMEROOM_TEACHER, school_class=school_class)


@pytest.fixture
def paired_teacher(school: School, student: Student) -> User:
    """Paired with `student`."""
    user = _person("paired_teacher", Role.PAIRED_TEACHER, school=school)
    factories.make_pairing(student, user)
    return user


@pytest.fixture
def counsellor(school: School) -> User:
    return _person("counsellor", Role.COUNSELLOR, school=school)


@pytest.fixture
def lead(school: School) -> User:
    return _person("safeguarding_lead", Role.SAFEGUARDING_LEAD, school=school)


@pytest.fixture
def warden(school: School) -> User:
    return _person("warden", Role.WARDEN, school=school)


@pytest.fixture
def school_admin(school: School) -> User:
    return _person("school_admin", Role.SCHOOL_ADMIN, school=school)


@pytest.fixture
def head_teacher(school: School) -> User:
    return _person("head_teacher", Role.HEAD_TEACHER, school=school)


@pytest.fixture
def official(county: Area) -> User:
    return _person("official", Role.DISTRICT_OFFICIAL, area=county)


@pytest.fixture
def officer(county: Area) -> User:
    """Releases statistics and draws up returns."""
    return _person("officer", Role.STATISTICS_OFFICER, area=county)


@pytest.fixture
def stranger(other_school: School) -> User:
    """The counsellor of the school next door."""
    return _person("stranger", Role.COUNSELLOR, school=other_school)
