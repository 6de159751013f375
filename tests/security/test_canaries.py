"""What is written about a child turns up nowhere but before those who may read it.

A canary stands in every sensitive text of a file; then everything else is searched for them: pages and the API as
people without the right, logs, tasks, mail, the cache, sessions, the audit trail, errors.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from celery import signals
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.db import DataError, connection, models, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import BrowserSession, User
from accounts.roles import ROLES, Role
from accounts.sessions import SessionStore
from core import tenancy
from core.fields import EncryptedField
from core.logs import QuietFormatter
from core.models import Export
from core.privacy import Label
from counselling.models import FollowUp, SessionText
from reminders import services as reminder_services
from reminders.models import Reminder
from tests import factories
from tests.architecture import access_matrix, world_objects
from tests.architecture.access_matrix import Scope
from tests.architecture.code import APPS
from tests.security import canary_world
from tests.security.canary_world import LEVELS, MAY, NOT_WORDS, PREFIX, SOWN, World, canary

# Asked for by a button or an address of its own, noted and behind the second factor: not part of the walk, which is
# about what comes unasked. test_closed_words_are_refused_to_those_without_the_right asks for them.
ASKED_FOR = {"counselling:concern_text", "account_logout"}
FOUND = re.compile(rf"{PREFIX}\w+")


def found_in(text: str) -> set[str]:
    return set(FOUND.findall(text))


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace") + str(response.headers)


# --- every sensitive text has a canary --------------------------------------------------------------


def _sensitive_texts() -> set[str]:
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField, EncryptedField)
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS
        for field in model._meta.get_fields()
        if isinstance(field, kinds) and not field.choices and model.PRIVACY.get(field.name) is Label.SENSITIVE
    }


def test_every_sensitive_text_is_sown_or_says_why_not():
    assert _sensitive_texts() == set(SOWN) | set(NOT_WORDS)


# --- the world --------------------------------------------------------------------------------------


@pytest.fixture
def task_arguments():
    """What tasks were started with: what a broker would carry."""
    seen: list[str] = []

    def note(args: Any, kwargs: Any, **_more: Any) -> None:
        seen.append(f"{args} {kwargs}")

    signals.task_prerun.connect(note)
    yield seen
    signals.task_prerun.disconnect(note)


@pytest.fixture
def world(school, school_class, student, caplog, task_arguments, django_capture_on_commit_callbacks):
    caplog.set_level(logging.DEBUG)
    scopes = {"area": school.area, "school": school, "school_class": school_class}
    people = {}
    for role, spec in ROLES.items():
        people[role] = factories.make_user(role.value, email=f"{role.value}@school.test")
        factories.make_membership(people[role], role, **{spec.scope: scopes[spec.scope]})
    factories.make_pairing(student, people[Role.PAIRED_TEACHER])
    made = World(student, people)
    with django_capture_on_commit_callbacks(execute=True):
        made.sow()
    return made


def test_the_canaries_are_really_there(world):
    """Or the other tests would find nothing because there is nothing."""
    reader = world.client(Role.COUNSELLOR)

    for level in LEVELS:
        page = text_of(reader.get(reverse("counselling:talk", args=[world.sessions[level].public_id])))
        wanted = {canary(name, level) for name in (*canary_world.WORDS, "reason")}
        assert wanted <= found_in(page)
        promise = world.sessions[level].follow_ups.get()
        note = text_of(reader.get(reverse("counselling:follow_up_note", args=[promise.public_id])))
        assert canary("note", level) in note
    form = text_of(reader.get(reverse("counselling:talk_new", args=[world.student.public_id])))
    assert canary("draft") in form


# --- pages and the API ------------------------------------------------------------------------------


def _addresses(world: World) -> list[str]:
    """Every page and API address that answers GET, of our pupil and the school-wide entry where it names one."""
    objects = world_objects.make(
        school=world.student.school,
        school_class=world.student.enrolments.get().school_class,
        student=world.student,
        staff=world.people,
    )
    session = world.sessions["school"]
    objects |= {"session": session.public_id, "follow_up": session.follow_ups.get().public_id}
    objects |= {"roster": world.roster.public_id, "concern": world.concern.public_id}
    objects |= {"emergency": world.emergency.public_id, "bed_rule": world.rule.public_id}
    rows = [row for row in access_matrix.ROWS if row.method == "GET" and row.scope is not Scope.PUBLIC]
    found = [
        reverse(row.name, args=[objects[arg] for arg in row.args])
        for row in rows
        if row.name not in ASKED_FOR
    ]
    closed = [reverse("api:session", args=[world.sessions[level].public_id]) for level in LEVELS]
    lists = [
        f"{reverse(f'api:{name}')}?student={world.student.public_id}" for name in ("sessions", "follow_ups")
    ]
    return [*found, *closed, *lists]


def test_no_page_and_no_answer_shows_a_canary_to_whoever_may_not_meet_it(world, stranger):
    addresses = _addresses(world)
    walkers = [(role, world.client(role)) for role in Role]
    foreign = Client(raise_request_exception=False)
    foreign.force_login(stranger)
    surprises, seen = [], defaultdict(set)
    for role, client in [*walkers, (None, foreign)]:
        for address in addresses:
            for one in found_in(text_of(client.get(address))):
                seen[one].add(role)
                if role not in MAY[one]:
                    surprises.append(f"{role or 'stranger'} met {one} at {address}")

    assert surprises == []
    assert {one for one, roles in MAY.items() if roles} - set(
        seen
    ) == set()  # the walk reaches what may be met


@pytest.mark.parametrize("level", ["restricted", "sealed", "process"])
def test_closed_words_are_refused_to_those_without_the_right(world, stranger, level):
    session = world.sessions[level]
    promise = session.follow_ups.get()
    may = {"restricted": {Role.COUNSELLOR, Role.SAFEGUARDING_LEAD}, "sealed": {Role.COUNSELLOR, Role.WARDEN}}
    readers = may.get(level, {Role.COUNSELLOR})
    asked = [
        *(reverse(f"counselling:{name}", args=[session.public_id]) for name in ("talk", "talk_correct")),
        reverse("counselling:follow_up_note", args=[promise.public_id]),
        reverse("api:session_texts", args=[session.public_id]),
        reverse("api:follow_up_note", args=[promise.public_id]),
    ]
    foreign = Client()
    foreign.force_login(stranger)
    others = [world.client(role) for role in Role if role not in readers]
    answers = [client.get(address) for client in [*others, foreign] for address in asked]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert [found_in(text_of(answer)) for answer in answers if found_in(text_of(answer))] == []


# --- everywhere else --------------------------------------------------------------------------------


def _read_and_remind(world: World) -> None:
    """What a day does: people read and search, promises fall due, mail goes out."""
    for role in Role:
        client = world.client(role)
        client.get(reverse("students:detail", args=[world.student.public_id]))
        client.post(reverse("students:finder"), {"q": canary("identity")})
        client.get(reverse("counselling:talk", args=[world.sessions["restricted"].public_id]))
    morning = timezone.now() + timedelta(days=3)
    reminder_services.sweep(clock_now=lambda: morning.replace(hour=2), worker="test:1")


def test_no_log_task_mail_cache_session_or_trail_holds_a_canary(
    world, caplog, task_arguments, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        _read_and_remind(world)

    assert len(caplog.records) > 0
    assert len(mail.outbox) > 0
    assert found_in(caplog.text) == set()
    assert found_in(" ".join(task_arguments)) == set()
    letters = [str(letter.message()) + letter.body + letter.subject for letter in mail.outbox]
    assert found_in(" ".join(letters)) == set()
    assert found_in(str(cache._cache)) == set()
    assert found_in(_sessions()) == set()
    for table in ("core_auditevent", "core_rowchange", "core_auditlink", "core_cache", "reminders_reminder"):
        assert found_in(_rows(table)) == set(), table


def _sessions() -> str:
    stored = BrowserSession.objects.values_list("session_data", flat=True)
    return " ".join(f"{data} {SessionStore().decode(data)}" for data in stored)


def _rows(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} AS t")
        return " ".join(row[0] for row in cursor.fetchall())


def test_the_tables_hold_no_secret_word_in_clear(world):
    """As a dump would have it: read as the people who may read the rows."""
    clear = set()
    for role in (Role.COUNSELLOR, Role.WARDEN, Role.SAFEGUARDING_LEAD):
        with tenancy.acting(world.people[role], "test"):
            for table in (SessionText, FollowUp):
                clear |= found_in(_rows(table._meta.db_table))
    secret = {one for one in MAY if one.startswith((f"{PREFIX}Sealed", f"{PREFIX}Process"))}

    assert clear & secret == set()
    assert canary("line", "school") in clear
    everything = " ".join(
        _rows(model._meta.db_table)
        for model in apps.get_models()
        if model._meta.app_label in {"counselling", "students"}
    )
    encrypted = {
        canary(part) for part in ("draft", "concern", "concerndraft", "identity", "national", "file", "row")
    }
    assert found_in(everything) & encrypted == set()


def test_no_reminder_says_what_it_is_about(world):
    rows = Reminder.objects.values()

    assert len(rows) > 0
    assert found_in(str(list(rows))) == set()
    assert world.student.name not in str(list(rows))


@pytest.mark.parametrize("status", [403, 404, 500])
def test_errors_quote_nothing(world, caplog, status):
    url = {
        403: reverse("counselling:talk_correct", args=[world.sessions["school"].public_id]),
        404: "/talks/nowhere/",
        500: "/broken/",
    }[status]
    client = world.client(Role.HEAD_TEACHER)
    sent = {"line": canary("line"), "reason": canary("reason")}
    with override_settings(ROOT_URLCONF="tests.core.broken_urls"):
        page = client.post(url, sent)
        problem = client.post("/api/v1" + url, sent, content_type="application/json")

    assert (page.status_code, found_in(text_of(page))) == (status, set())
    assert found_in(text_of(problem)) == set()
    assert found_in(caplog.text) == set()


def test_a_value_the_database_refuses_is_not_quoted_in_the_log(db):
    """PostgreSQL's message says the value: what a child said would stand in a log file."""
    with pytest.raises(DataError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::uuid", [canary("facts")])
    assert canary("facts") in str(refused.value)

    written = QuietFormatter().format(_logged(refused))

    assert found_in(written) == set()
    assert "DataError: SQLSTATE 22P02" in written


@pytest.mark.parametrize("quoting", [ValueError, KeyError, UnicodeError])
def test_no_exception_that_quotes_data_is_quoted_in_the_log(quoting):
    with pytest.raises(RuntimeError) as refused:
        _fail(quoting(canary("facts")))

    written = QuietFormatter().format(_logged(refused))

    assert found_in(written) == set()
    assert quoting.__name__ in written
    assert "the program's own words" in written


def _fail(inner: Exception) -> None:
    try:
        raise inner
    except type(inner) as error:
        raise RuntimeError("the program's own words") from error


def _logged(refused: Any) -> logging.LogRecord:
    what = (refused.type, refused.value, refused.tb)
    return logging.LogRecord("django.request", logging.ERROR, "", 0, "failed", None, what)


def test_a_task_that_fails_is_logged_without_what_it_was_given():
    """Celery puts the exception and the arguments into its own message."""
    given = {"name": "a.task", "id": "1", "description": "raised unexpected", "args": canary("facts")}
    given |= {"exc": f"ValueError('{canary('facts')}')", "traceback": canary("facts"), "kwargs": "{}"}
    what = (ValueError, ValueError(canary("facts")), None)
    log = logging.LogRecord(
        "celery.app.trace", logging.ERROR, "", 0, "%(name)s[%(id)s] %(exc)s %(args)s", (given,), what
    )

    written = QuietFormatter().format(log)

    assert "a.task[1] ValueError" in written
    assert found_in(written) == set()


def test_the_log_is_written_by_the_quiet_formatter(settings):
    assert {one["()"] for one in settings.LOGGING["formatters"].values()} == {"core.logs.QuietFormatter"}


def test_no_export_holds_a_canary_of_a_talk(world):
    """The lists people take away, opened: each holds at most what its requester meets on pages."""
    for role in Role:
        client = world.client(role)
        client.post(reverse("students:export"), {"file_format": "csv", "school_class": "", "passphrase": ""})
        audit = client.post(reverse("schools:school_audit_export", args=[world.student.school.public_id]))
        assert found_in(text_of(audit)) == set()
    files = {
        row.requested_by.username: bytes(row.content) for row in Export.objects.select_related("requested_by")
    }

    assert len(files) > 0
    for username, content in files.items():
        assert {one for one in found_in(content.decode()) if Role(username) not in MAY[one]} == set()


def test_a_person_without_any_right_is_a_person_of_the_walk(world):
    """The walk means something only if its people differ: the official opens no child's page."""
    assert (
        world.client(Role.DISTRICT_OFFICIAL)
        .get(reverse("students:detail", args=[world.student.public_id]))
        .status_code
        == 404
    )
    assert User.objects.filter(pk=world.people[Role.DISTRICT_OFFICIAL].pk, is_active=True).exists()
