"""All mutants; run by `make mutants` (python -m tests.mutants), which reads the results."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.conftest import _quiet, made, without_row_security
from tests.mutants import database, permissions, rows
from tests.mutants.walked import Judge

__all__ = ["_quiet", "made", "without_row_security"]


def _write(found: list[dict[str, Any]]) -> None:
    Path(os.environ["MUTANTS_RESULT"]).write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_database() -> None:
    world = rows.make()
    with rows.administrator() as opened, opened.cursor() as cursor:
        rows.take_stock(cursor, world)
        assert not database.noticed_of_nothing(cursor, world)
        _write([{"name": name, "noticed": noticed} for name, noticed in database.tried(cursor, world)])


def test_permissions(without_row_security: None, made: Any) -> None:
    """`MUTANTS_PART` is "0/2" for the first of two halves."""
    part, parts = map(int, os.environ.get("MUTANTS_PART", "0/1").split("/"))
    judge = Judge(made)
    judge.scout()
    assert not judge.walk.tally.surprises, judge.walk.tally.said
    found = []
    for number, mutant in enumerate(permissions.made()):
        if number % parts == part and mutant.key not in permissions.EQUIVALENT:
            noticed = judge.caught_by(mutant)
            found.append({"name": str(mutant), "path": mutant.path, "number": number, "noticed": noticed})
            _write(found)
