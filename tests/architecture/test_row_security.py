"""The second lock stands before every table: a school-bound table without policies fails the build."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, connections

from accounts.permissions import Perm
from accounts.roles import ROLES
from core import db_roles

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

# Tables without policies, and why no school owns their rows.
OPEN = {
    "account_emailaddress": "allauth's, of accounts",
    "account_emailconfirmation": "as above",
    "accounts_browsersession": "a sign-in of a person, found by its key before anybody is known",
    "accounts_knownbrowser": "a browser that signed in before, found by its hash before anybody is known",
    "accounts_sheetcode": "a person's own one-time codes, hashed, asked before the second factor is proven",
    "accounts_totpuse": "the last time step of a person's code, asked before the second factor is proven",
    "accounts_user": "a person may work in several schools; what they do there stands in memberships",
    "auth_group": "Django's, unused: rights come from memberships",
    "auth_group_permissions": "as above",
    "auth_permission": "as above",
    "authtoken_token": "found by its hash before anybody is known",
    "core_cache": "nothing of a school's is cached",
    "core_ratecount": "counts of tries by keyed hash",
    "django_content_type": "names of tables",
    "django_migrations": "names of migrations",
    "mfa_authenticator": "a person's own second factor, its seed encrypted, asked before it is proven",
    "schools_area": "public geography",
}


def tables() -> dict[str, tuple[bool, bool, int, bool]]:
    """Each table → (row security enabled, forced, policies that hold the program, has school_id)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid"
            "   AND (SELECT oid FROM pg_roles WHERE rolname = %s) = ANY(polroles)),"
            " EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'school_id')"
            " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
            [db_roles.APP],
        )
        return {name: tuple(facts) for name, *facts in cursor.fetchall()}


def test_every_table_is_locked_or_says_why_not() -> None:
    unlocked = {name for name, (enabled, *_rest) in tables().items() if not enabled}

    assert unlocked == set(OPEN)


def test_every_school_bound_table_is_enabled_forced_and_has_policies() -> None:
    weak = {
        name: (enabled, forced, policies)
        for name, (enabled, forced, policies, bound) in tables().items()
        if bound and not (enabled and forced and policies)
    }

    assert weak == {}


def test_no_locked_table_is_without_force_or_policy() -> None:
    weak = [
        name
        for name, (enabled, forced, policies, _bound) in tables().items()
        if enabled and not (forced and policies)
    ]

    assert weak == []


def test_views_ask_with_the_rights_of_whoever_asks() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
            " AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)"
        )

        assert cursor.fetchall() == []


def test_every_function_that_runs_as_another_belongs_to_the_gate_and_fixes_its_search_path() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace IN"
            " ('public'::regnamespace, 'kl'::regnamespace) AND"
            " (pg_get_userbyid(proowner) <> %s OR proconfig IS NULL"
            "  OR NOT EXISTS (SELECT 1 FROM unnest(proconfig) AS one WHERE one LIKE 'search_path=%%'))",
            [db_roles.GATE],
        )

        assert cursor.fetchall() == []


def test_the_roles_that_read_restricted_entries_are_the_same_in_both_locks() -> None:
    migration = importlib.import_module("schools.migrations.0003_tenancy")
    reading = sorted(role.value for role, spec in ROLES.items() if Perm.TALK_READ_RESTRICTED in spec.rights)

    assert (
        "held.role IN ({})".format(", ".join(f"'{role}'" for role in reading))
        in migration.MY_RESTRICTED_SCHOOLS
    )


def test_every_pupil_bound_reference_names_the_school_too() -> None:
    """A foreign key to a table of pupils holds (school_id, id), since keys ignore row policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, a.attname FROM pg_constraint"
            " JOIN pg_attribute AS a ON a.attrelid = conrelid AND a.attnum = conkey[1]"
            " WHERE contype = 'f' AND confrelid IN ('students_student'::regclass, 'counselling_session'::regclass)"
            " AND array_length(conkey, 1) = 1 AND NOT EXISTS ("
            "   SELECT 1 FROM pg_constraint AS both_ WHERE both_.conrelid = pg_constraint.conrelid"
            "   AND both_.contype = 'f' AND both_.confrelid = pg_constraint.confrelid"
            "   AND array_length(both_.conkey, 1) > 1 AND both_.conkey @> pg_constraint.conkey)"
        )
        # The join table of topics has no school: its policy asks both ends for theirs.
        assert set(cursor.fetchall()) == {("counselling_session_topics", "session_id")}


def test_tasks_and_commands_say_in_whose_scope_they_work() -> None:
    root = Path(__file__).resolve().parents[2]
    without = [
        str(path.relative_to(root))
        for config in apps.get_app_configs()
        if (home := Path(config.path)).is_relative_to(root) and ".venv" not in home.parts
        for path in [home / "tasks.py"]
        if path.exists() and "tenancy." not in path.read_text() and config.name not in {"core", "accounts"}
    ]

    assert without == []
