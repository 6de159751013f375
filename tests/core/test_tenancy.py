"""The scope of a transaction, and what the database does for a program that forgot its filter."""

from __future__ import annotations

import io
import secrets
from contextlib import suppress

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from config import urls
from core import tenancy
from students.models import GuardianLink, Person, Student

pytestmark = pytest.mark.django_db


def names_seen() -> set[str]:
    return set(Student.objects.values_list("name", flat=True))


def raw(statement: str, params: object = None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


# --- who sees what -------------------------------------------------------------------------------


def test_without_a_scope_there_are_no_rows(student) -> None:
    with tenancy.use(None):
        assert names_seen() == set()


def test_a_person_sees_their_own_school_and_no_other(counsellor, student, foreign_student) -> None:
    with tenancy.acting(counsellor, "test"):
        assert names_seen() == {student.name}


def test_the_program_sees_every_school(student, foreign_student) -> None:
    with tenancy.program("test"):
        assert names_seen() == {student.name, foreign_student.name}


def test_an_official_sees_places_and_no_pupil(official, school, other_school, student) -> None:
    with tenancy.acting(official, "test"):
        assert names_seen() == set()
        assert len(raw("SELECT id FROM schools_school")) == 2
        with connection.cursor() as cursor:
            cursor.execute("UPDATE schools_school SET name = 'Mine'")
            assert cursor.rowcount == 0


def test_a_closed_account_sees_nothing_from_the_next_statement_on(counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"):
        counsellor.is_active = False
        counsellor.save()

        assert names_seen() == set()


def test_a_membership_that_has_ended_opens_nothing(counsellor, student, today) -> None:
    counsellor.memberships.update(ended_on="2026-09-30")

    with tenancy.acting(counsellor, "test"):
        assert names_seen() == set()


def test_ending_somebody_s_scopes_shuts_their_open_pages(counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"):
        tenancy.close_scopes_of(counsellor.pk)

        assert names_seen() == set()


def test_a_scope_runs_out(counsellor, student) -> None:
    token = secrets.token_hex(32)
    tenancy.open_scope(token, user_id=counsellor.pk, purpose="test", seconds=-1)

    with tenancy.use(token):
        assert names_seen() == set()


# --- forging -------------------------------------------------------------------------------------


def test_a_thousand_invented_tokens_open_nothing(student) -> None:
    with tenancy.use(None):
        found = raw(
            "SELECT count(*) FROM generate_series(1, 1000) AS try,"
            " LATERAL (SELECT set_config('app.session', md5(try::text) || md5(random()::text), true)) AS said,"
            " LATERAL (SELECT 1 FROM students_student WHERE said.set_config IS NOT NULL) AS row"
        )

    assert found == [(0,)]


def test_the_program_s_role_reads_neither_scopes_nor_the_secret(student) -> None:
    for table in ("kl.scope", "kl.setting"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            raw(f"SELECT * FROM {table}")


def test_a_scope_can_t_be_opened_without_the_program_s_proof(counsellor) -> None:
    with pytest.raises(DatabaseError, match="wrong scope proof"), transaction.atomic():
        raw(
            "SELECT kl.open_scope(sha256('mine'), %s, 'web', 3600, sha256('guess'))",
            [counsellor.pk],
        )


def test_another_secret_is_told_from_a_broken_database(counsellor) -> None:
    with (
        override_settings(SECRET_KEY="another" * 10),
        pytest.raises(tenancy.ScopeError, match="migrate"),
        transaction.atomic(),
    ):
        tenancy.open_scope(secrets.token_hex(32), user_id=None, purpose="test", seconds=60)


# --- the forgotten filter ------------------------------------------------------------------------


def forgetful(request) -> HttpResponse:
    """A view whose writer forgot that there are other schools, and pastes what was typed into SQL."""
    told = [str(name) for name in Student.objects.all().values_list("name", flat=True)]
    typed = request.GET.get("q", "")
    told += [str(row[0]) for row in raw(f"SELECT name FROM students_student WHERE name = '{typed}'")]
    told += [str(row[0]) for row in raw("SELECT name FROM students_student ORDER BY id")]
    return HttpResponse("\n".join(told))


urlpatterns = [path("forgetful/", forgetful), *urls.urlpatterns]


@override_settings(ROOT_URLCONF=__name__)
def test_a_forgetful_view_shows_no_other_school(client, counsellor, student, foreign_student) -> None:
    client.force_login(counsellor)

    page = client.get("/forgetful/", {"q": "x' OR 1=1 --"}).content.decode()

    assert page.count(student.name) == 3
    assert foreign_student.name not in page


@override_settings(ROOT_URLCONF=__name__)
def test_an_injected_scope_is_refused(client, counsellor, stranger, student, foreign_student) -> None:
    """Stacked statements can set the setting, but to no token that stands for anybody."""
    client.force_login(counsellor)
    forged = f"x'; SELECT set_config('app.session', '{secrets.token_hex(32)}', true); SELECT name FROM students_student --"

    page = client.get("/forgetful/", {"q": forged}).content.decode()

    assert foreign_student.name not in page


def test_copy_carries_no_other_school_out(counsellor, student, foreign_student) -> None:
    with tenancy.acting(counsellor, "test"):
        raw("SELECT 1")
        out = io.StringIO()
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY (SELECT name FROM students_student) TO STDOUT", out)

    assert out.getvalue().split() == [student.name]


def test_no_row_is_written_into_another_school(counsellor, student, foreign_student, other_school) -> None:
    with tenancy.acting(counsellor, "test"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE students_student SET name = 'x' WHERE id = %s", [foreign_student.pk])
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM students_finderkey WHERE student_id = %s", [foreign_student.pk])
            assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.create(school=other_school, name="x")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Student.objects.filter(pk=student.pk).update(school=other_school)


def test_a_guessed_number_of_another_school_can_t_be_pointed_at(counsellor, student, foreign_student) -> None:
    with tenancy.acting(counsellor, "test"):
        person = Person.objects.create(school=student.school, name="王强")
        GuardianLink.objects.create(
            school=student.school, student_id=foreign_student.pk, person=person, relation="father"
        )
        with pytest.raises(IntegrityError, match="same_school"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


# --- how the scope travels -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_scope_ends_with_its_transaction(counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"):
        with transaction.atomic():
            assert names_seen() == {student.name}
        assert names_seen() == {student.name}  # a statement on its own carries it too
    with tenancy.use(None):
        assert raw("SELECT coalesce(current_setting('app.session', true), '')") == [("",)]
        assert names_seen() == set()


@pytest.mark.django_db(transaction=True)
def test_the_scope_stands_after_a_savepoint_is_taken_back(counsellor, student) -> None:
    with tenancy.use(None), transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            tenancy.switch(tenancy.open_for_api(counsellor))
            assert names_seen() == {student.name}
            raise ZeroDivisionError
        assert names_seen() == set()  # the scope's own row was taken back as well
        tenancy.switch(tenancy.open_for_api(counsellor))
        assert names_seen() == {student.name}


@pytest.mark.django_db(transaction=True)
def test_a_failed_statement_is_taken_back_under_another_scope(counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"), transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(), tenancy.use(None):
            raw("SELECT 1 / 0")
        assert names_seen() == {student.name}


@pytest.mark.django_db(transaction=True)
def test_a_cursor_on_the_server_needs_a_transaction(counsellor, student) -> None:
    with tenancy.acting(counsellor, "test"):
        with pytest.raises(RuntimeError, match="transaction"):
            list(Student.objects.iterator())
        with transaction.atomic():
            assert [one.name for one in Student.objects.iterator()] == [student.name]


CHANGED: list[int] = []


def breaks(request) -> HttpResponse:
    CHANGED.append(Student.objects.update(name="half done"))
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF="tests.core.broken_urls_tenancy")
def test_a_page_that_breaks_leaves_nothing_behind(client, counsellor, student) -> None:
    client.force_login(counsellor)
    client.raise_request_exception = False

    assert client.get("/breaks/").status_code == 500
    assert CHANGED == [1]

    student.refresh_from_db()
    assert student.name == "王小雨"


def test_signing_out_closes_the_scope(client, counsellor, student) -> None:
    client.force_login(counsellor)
    token = tenancy.token_of_session(client.session["scope"])
    with tenancy.use(token):
        assert names_seen() == {student.name}

    client.post("/accounts/logout/")

    with tenancy.use(token):
        assert names_seen() == set()


def test_a_sign_in_from_before_there_were_scopes_gets_one(client, counsellor, student) -> None:
    client.force_login(counsellor)
    session = client.session
    del session["scope"]
    session.save()

    page = client.get("/").content.decode()

    assert client.session["scope"]
    assert page
