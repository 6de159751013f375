"""The roles of the database: what `ensure_roles` makes, and what each may do after the migrations."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections, migrations

from config import embedded
from core import db_roles

TABLES = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def attributes(cursor: object) -> dict[str, list[bool]]:
    cursor.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolbypassrls, rolcanlogin FROM pg_roles"
        " WHERE rolname LIKE 'kl\\_%'"
    )
    return {name: flags for name, *flags in cursor.fetchall()}


@pytest.fixture
def app_cursor(db) -> Iterator[object]:
    with connections["default"].cursor() as cursor:
        yield cursor


def test_tests_themselves_work_as_the_application_role(app_cursor) -> None:
    app_cursor.execute("SELECT current_user")

    assert app_cursor.fetchone() == ("kl_app",)


def test_no_role_is_a_superuser_and_only_backup_passes_by_row_policies(app_cursor) -> None:
    found = attributes(app_cursor)

    assert found == {
        "kl_owner": [False, False, False, True],
        "kl_app": [False, False, False, True],
        "kl_district": [False, False, False, True],
        "kl_stats": [False, False, False, True],
        "kl_backup": [False, False, True, True],
        "kl_gate": [False, False, False, False],
    }


def test_the_application_owns_no_table(app_cursor) -> None:
    app_cursor.execute(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v', 'm')"
    )

    assert app_cursor.fetchall() == [("kl_owner",)]


def test_the_application_reads_and_writes_every_table_but_migrations_and_what_the_trail_hangs_on(
    app_cursor,
) -> None:
    app_cursor.execute(
        f"SELECT relname {TABLES} AND NOT"
        " (has_table_privilege('kl_app', oid, 'SELECT') AND has_table_privilege('kl_app', oid, 'INSERT'))"
        " ORDER BY relname"
    )

    assert [name for (name,) in app_cursor.fetchall()] == [
        "core_audithead",
        "core_auditlink",
        "core_auditpending",
        "core_rowchange",
        "django_migrations",
    ]


def test_no_connection_of_the_application_shows_another_what_it_says(app_cursor) -> None:
    """Its statements hold the scope's token, and what is being written about a child."""
    other = psycopg2.connect(embedded.dsn("kl_app", settings.DATABASES["default"]["NAME"]))
    try:
        other.cursor().execute("SELECT 'a canary in a statement'")
        app_cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid])
        there = app_cursor.fetchone()
        app_cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND query <> ''", [other.info.backend_pid]
        )
        said = app_cursor.fetchone()
    finally:
        other.close()

    assert there == (1,)
    assert said == (0,)


def test_the_application_cannot_show_its_statements_again(app_cursor) -> None:
    assert not db_roles.shows_statements(app_cursor.connection)
    with pytest.raises(ProgrammingError, match="permission denied to set parameter"):
        app_cursor.execute("SET track_activities = on")


@pytest.mark.parametrize("privilege", ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"])
def test_the_application_can_do_no_more_than_rows(app_cursor, privilege: str) -> None:
    app_cursor.execute(f"SELECT count(*) {TABLES} AND has_table_privilege('kl_app', oid, %s)", [privilege])

    assert app_cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "TRUNCATE accounts_browsersession",
        "ALTER TABLE accounts_browsersession ADD extra int",
        "SET ROLE kl_owner",
        "SET ROLE kl_backup",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ],
)
def test_the_application_is_refused(app_cursor, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        app_cursor.execute(statement)


@pytest.mark.parametrize(
    ("role", "may_read", "may_write"),
    [("kl_stats", True, False), ("kl_backup", True, False), ("kl_district", True, False)],
)
def test_the_other_roles_read_at_most(app_cursor, role: str, may_read: bool, may_write: bool) -> None:
    app_cursor.execute(
        "SELECT bool_or(has_table_privilege(%s, oid, 'SELECT')),"
        f" bool_or(has_table_privilege(%s, oid, 'INSERT')) {TABLES}",
        [role, role],
    )

    assert app_cursor.fetchone() == (may_read, may_write)


def test_ensuring_the_roles_again_changes_nothing(django_db_setup) -> None:
    made = db_roles.ensure(admin_dsn=settings.DATABASE_ADMIN_URL, database="kiteline", createdb=True)

    assert made == []


def test_an_unbounded_role_may_not_serve(django_db_setup) -> None:
    if not settings.EMBEDDED:
        pytest.skip("another PostgreSQL than the embedded one has passwords that this test doesn't know")
    for role in ("kl_owner", "kl_backup", embedded.ADMIN_ROLE):
        connection = psycopg2.connect(embedded.dsn(role, "kiteline"))
        with pytest.raises(db_roles.RolesError, match=f"signs in as {role}.*Sign in as kl_app"):
            db_roles.refuse_unbounded(connection)
        connection.close()


def test_the_application_may_serve(app_cursor) -> None:
    db_roles.refuse_unbounded(connections["default"].connection)


def test_an_administrator_who_cannot_be_reached_gives_one_line(settings) -> None:
    settings.DATABASE_ADMIN_URL = "postgresql://nobody@/postgres?host=/nowhere"

    with pytest.raises(CommandError, match="Can't connect as database administrator") as caught:
        call_command("ensure_roles")

    assert len(str(caught.value).splitlines()) == 1


def test_the_first_migration_refuses_the_wrong_role(db) -> None:
    migration = migrations.loader.import_module("core.migrations.0001_database_roles")

    class Editor:
        connection = connections["default"]

    with pytest.raises(CommandError, match="Migrations run as kl_owner, not as kl_app"):
        migration.grant(None, Editor)
