"""Every table with people's data is watched by the database, and what it keeps of a row follows the labels."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.permissions import Perm
from accounts.roles import roles_with
from core.fields import EncryptedField
from core.privacy import Label
from tests.architecture.code import APPS

# Tables that aren't watched, and why that is right.
UNWATCHED = {
    "core_auditevent": "is the trail",
    "core_rowchange": "is the trail",
    "core_auditlink": "is the trail",
    "core_audithead": "is the trail",
    "core_auditpending": "is the trail",
    "core_ratecount": "counts under keys that name nobody",
    "core_export": "kept for a day; making, fetching and removing one are events",
    "accounts_browsersession": "changes with every click; signing in and out are events",
    "accounts_totpuse": "the newest time step of a code, rewritten at each sign-in, which is an event",
    "dashboards_countedschool": "made by the program out of watched tables",
    "dashboards_weeklycount": "made by the program out of watched tables",
    "dashboards_schoolfigure": "made by the program out of watched tables",
    "dashboards_areafigure": "made by the program out of watched tables",
    "dashboards_frozencell": "frozen: the program may insert and select, and its release is watched",
    "dashboards_periodcount": "frozen, as above",
    "students_finderkey": "made of names and numbers whose tables are watched",
    "students_rosterrow": "a passing copy of a file; what becomes of it is noted where it is written",
    "students_rosterprogress": "how far the work is",
    "calls_rotaprogress": "how far the work is",
    "dormitories_planprogress": "how far the work is",
    "dormitories_plannedplace": "a proposal; what becomes of it is noted where stays begin and end",
    "counselling_draft": "typed keystroke by keystroke, seen by its writer only; the entry is watched",
    "counselling_concerndraft": "typed keystroke by keystroke, seen by its writer only; the report is watched",
}
# Of other people's apps: what is watched beside our own models.
OTHERS = {"mfa_authenticator", "authtoken_token"}
# Words in the name of a column whose values never go into the trail, whatever its label says.
SECRET = ("token", "hash", "password", "secret", "key", "seed", "nonce")

MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.split(".")[0] in APPS and not model._meta.proxy and model._meta.managed
]
WATCHED = [model for model in MODELS if model._meta.db_table not in UNWATCHED]


def triggers() -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    """For each table the operations that are noted, and the columns whose values are kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, substr(t.tgname, 7), encode(t.tgargs, 'escape')"
            " FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'watch\\_%' AND t.tgenabled = 'O'"
        )
        found: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
        for table, event, arguments in cursor.fetchall():
            shown = arguments.split("\\000")[0].strip("{}")
            columns = tuple(sorted(name.strip('"') for name in shown.split(",") if name))
            found.setdefault(table, set()).add((event, columns))
    return found


def columns_to_show(model: type[models.Model]) -> tuple[str, ...]:
    """PUBLIC and PERSONAL, neither encrypted nor secret; the primary key stands in the row already."""
    return tuple(sorted(field.column for field in model._meta.concrete_fields if _may_show(model, field)))


def _may_show(model: type[models.Model], field: models.Field) -> bool:
    if field.primary_key or isinstance(field, (EncryptedField, models.BinaryField)):
        return False
    if any(word in field.name for word in SECRET):
        return False
    return model.PRIVACY.get(field.name) in {Label.PUBLIC, Label.PERSONAL}


@pytest.mark.django_db
@pytest.mark.parametrize("model", WATCHED, ids=lambda model: model._meta.db_table)
def test_every_table_with_peoples_data_is_watched(model):
    found = triggers().get(model._meta.db_table, set())

    assert {event for event, _columns in found} == {"insert", "update", "delete"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [model for model in WATCHED if not model._meta.auto_created],
    ids=lambda model: model._meta.db_table,
)
def test_the_trail_keeps_the_values_of_no_sensitive_column(model):
    kept = {columns for _event, columns in triggers().get(model._meta.db_table, set())}

    assert kept == {columns_to_show(model)}, "say it anew: core.row_history.watch in a migration"


@pytest.mark.django_db
def test_nothing_else_is_watched_and_every_reason_has_a_table():
    tables = {model._meta.db_table for model in MODELS}

    assert set(triggers()) - tables == OTHERS
    assert set(UNWATCHED) - tables == set()


@pytest.mark.django_db
def test_the_policy_names_the_roles_that_may_read_the_trail():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('kl.my_audit_schools()'::regprocedure)")
        (body,) = cursor.fetchone()

    named = body.split("held.role IN (")[1].split(")")[0]

    assert sorted(role.strip(" '") for role in named.split(",")) == sorted(roles_with(Perm.AUDIT_READ))
