"""Encrypting a column that holds something already, under forced row security, and back again."""

from __future__ import annotations

import pytest
from django.db import connections, models
from django.db.migrations.operations import AddField, RenameField
from django.db.migrations.state import ModelState, ProjectState

from core.closing import encrypt_column
from core.fields import SearchableTextField

NUMBERS = ["13800138000", "", "15900001111"]


@pytest.fixture
def state():
    """A table of three rows that row security shows to nobody, not even to its owner."""
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("phone", models.CharField(max_length=20, blank=True)),
    ]
    made = ProjectState()
    made.add_model(ModelState("scratch", "thing", fields))
    model = made.apps.get_model("scratch", "thing")
    with connections["owner"].schema_editor() as editor:
        editor.create_model(model)
    with connections["owner"].cursor() as cursor:
        for number in NUMBERS:
            cursor.execute("INSERT INTO scratch_thing (phone) VALUES (%s)", [number])
        cursor.execute("ALTER TABLE scratch_thing ENABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE scratch_thing FORCE ROW LEVEL SECURITY")
    yield made
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE scratch_thing")


def run(operations, state, *, forward=True):
    """What a migration does with its operations; returns the state after it."""
    states = [state]
    for operation in operations:
        after = states[-1].clone()
        operation.state_forwards("scratch", after)
        states.append(after)
    steps = list(zip(operations, states, states[1:], strict=False))
    with connections["owner"].schema_editor() as editor:
        for operation, before, after in steps if forward else reversed(steps):
            if forward:
                operation.database_forwards("scratch", editor, before, after)
            else:
                operation.database_backwards("scratch", editor, after, before)
    return states[-1] if forward else state


def stored():
    """The column as it is, and whether row security is still forced."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'scratch_thing'")
        forced = cursor.fetchone()[0]
        cursor.execute("ALTER TABLE scratch_thing NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT phone FROM scratch_thing ORDER BY id")
        found = [row[0] for row in cursor.fetchall()]
        if forced:
            cursor.execute("ALTER TABLE scratch_thing FORCE ROW LEVEL SECURITY")
    return found, forced


@pytest.mark.django_db(transaction=True)
def test_what_a_column_held_is_encrypted_and_comes_back(state):
    operations = encrypt_column("scratch", "thing", "phone", SearchableTextField(max_length=20, blank=True))

    after = run(operations, state)

    field = after.apps.get_model("scratch", "thing")._meta.get_field("phone")
    blobs, forced = stored()
    assert [field.open(blob) for blob in blobs] == NUMBERS
    assert b"13800138000" not in b"".join(bytes(blob) for blob in blobs if blob)
    assert forced

    run(operations, state, forward=False)

    assert stored() == (NUMBERS, True)


@pytest.fixture
def pointing(state):
    """The same rows, each with a foreign key that is checked at the commit, as Django makes them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "ALTER TABLE scratch_thing ADD COLUMN other bigint,"
            " ADD FOREIGN KEY (other) REFERENCES scratch_thing (id) DEFERRABLE INITIALLY DEFERRED"
        )
        cursor.execute("ALTER TABLE scratch_thing NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE scratch_thing SET other = id")
        cursor.execute("ALTER TABLE scratch_thing FORCE ROW LEVEL SECURITY")
    return state


@pytest.mark.django_db(transaction=True)
def test_two_columns_of_rows_with_foreign_keys_are_encrypted_in_one_migration(pointing):
    """A row's second change in a transaction waits for its check, and then no table could be altered."""
    phone = SearchableTextField(max_length=20, blank=True)

    again = [
        RenameField("thing", "phone", "number"),
        AddField("thing", "phone", models.CharField(default="1")),
    ]
    twice = (encrypt_column("scratch", "thing", "phone", phone) for _ in range(2))

    after = run([*next(twice), *again, *next(twice)], pointing)

    fields = after.apps.get_model("scratch", "thing")._meta
    blobs, forced = stored()
    assert [fields.get_field("phone").open(blob) for blob in blobs] == ["1", "1", "1"]
    assert forced
