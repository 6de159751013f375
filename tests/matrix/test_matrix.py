"""The matrix with each lock alone, in the size of `make test`: every URL is in it. All of it: `make matrix`.

With both locks: tests/architecture/test_access_matrix.py.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.roles import Role
from core.fields import EncryptedField
from core.privacy import Label
from tests.architecture.access_matrix import ROWS
from tests.architecture.code import APPS
from tests.matrix import canaries, cases, locks
from tests.matrix.expect import Case, Lock, State
from tests.matrix.walk import Walk


def test_the_database_alone_keeps_every_foreign_and_closed_row(made):
    asked = cases.slice_alone(made)

    tally = Walk(made, Lock.DATABASE).over(asked)

    assert not tally.surprises, tally.said
    assert {case.row.name for case in asked} == {row.name for row in ROWS}


def test_python_alone_answers_as_the_table_says(without_row_security, made):
    asked = cases.slice_alone(made)

    tally = Walk(made, Lock.PYTHON).over(asked)

    assert not tally.surprises, tally.said
    assert {case.row.name for case in asked} == {row.name for row in ROWS}


def test_without_either_lock_the_walk_finds_what_leaks(without_row_security, made):
    """Or a walk that finds nothing would say nothing."""
    named = {"student", "session", "follow_up", "concern", "emergency", "roster", "export"}
    asked = [
        Case(row, made.b.people[Role.SAFEGUARDING_LEAD], State.NORMAL, "own class", made.a)
        for row in ROWS
        if row.method == "GET" and named & set(row.args)
    ]

    tally = Walk(made, Lock.DATABASE).over(asked)

    leaking = {surprise.split(" · ")[0] for surprise in tally.surprises}
    assert len(leaking) >= len(asked) * 2 / 3, f"{len(leaking)} of {len(asked)}"


def _public_functions(module: Any) -> set[str]:
    return {
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def test_each_function_of_access_is_opened_or_says_why_not():
    opened = set(locks.opened([]))
    for module in locks.MODULES:
        name = module.__name__
        mine = {one.rpartition(".")[2] for one in opened if one.rpartition(".")[0] == name}
        parts = [mine, locks.FOLLOW[name], locks.NO_LOCK[name]]

        assert set.union(*parts) == _public_functions(module), name
        assert sum(map(len, parts)) == len(set.union(*parts)), f"{name}: named twice"


def test_every_module_of_access_is_among_those_opened():
    found = {
        f"{folder}.{path.stem}"
        for folder in APPS
        for path in Path(settings.BASE_DIR, folder).glob("access*.py")
    }

    assert found == {module.__name__ for module in locks.MODULES}


def test_every_text_about_a_person_is_sown_or_says_why_not():
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField, EncryptedField)
    texts = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in APPS
        for field in model._meta.get_fields()
        if isinstance(field, kinds) and not field.choices
        if model.PRIVACY.get(field.name) in (Label.PERSONAL, Label.SENSITIVE)
    }

    assert texts == set(canaries.SOWN) | set(canaries.NOT_WORDS)
