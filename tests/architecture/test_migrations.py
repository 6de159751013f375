"""Migrations people can read: one line of them an app, each with a name of its own."""

from __future__ import annotations

import re

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.architecture.code import APPS


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def test_each_app_has_one_newest_migration(loader):
    heads = {app: loader.graph.leaf_nodes(app) for app in loader.migrated_apps & set(APPS)}

    assert heads != {}
    assert {app: found for app, found in heads.items() if len(found) != 1} == {}


def test_migrations_are_numbered_in_order_and_named_by_a_person(loader):
    ours = [name for app, name in loader.disk_migrations if app in APPS]

    assert [name for name in ours if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*", name)] == []
    assert [name for name in ours if re.search(r"_auto_|_more$|_merge|\d{8}", name)] == []


def test_numbers_have_no_gap_and_no_twin(loader):
    for app in loader.migrated_apps & set(APPS):
        numbers = sorted(int(name[:4]) for owner, name in loader.disk_migrations if owner == app)

        assert numbers == list(range(1, len(numbers) + 1)), app
