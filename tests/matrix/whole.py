"""The whole matrix, one test a lock; `make matrix` (python -m tests.matrix) runs each in a process of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.matrix import cases, walk, world
from tests.matrix.expect import Lock


def _walk(made: world.World, lock: Lock) -> None:
    tally = walk.Walk(made, lock).over(cases.everything(made, lock))
    found = {"checks": tally.checks, "surprises": tally.surprises, "broken": dict(tally.broken)}
    Path(os.environ["MATRIX_RESULT"]).write_text(json.dumps(found), encoding="utf-8")


def test_both(made):
    _walk(made, Lock.BOTH)


def test_database(made):
    _walk(made, Lock.DATABASE)


def test_python(without_row_security, made):
    _walk(made, Lock.PYTHON)
