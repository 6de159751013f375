"""The whole matrix, one test a lock; `make matrix` (python -m tests.matrix) runs each in a process of its own.

MATRIX_EVERY=20 asks each twentieth case only, to try the walk itself.
"""

from __future__ import annotations

import json
import os
from itertools import islice
from pathlib import Path

from tests.matrix import cases, walk, world
from tests.matrix.expect import Lock


def _walk(made: world.World, lock: Lock) -> None:
    every = int(os.environ.get("MATRIX_EVERY", "1"))
    tally = walk.Walk(made, lock).over(islice(cases.everything(made, lock), 0, None, every))
    found = {"checks": tally.checks, "surprises": tally.surprises, "broken": dict(tally.broken)}
    Path(os.environ["MATRIX_RESULT"]).write_text(json.dumps(found), encoding="utf-8")


def test_both(made):
    _walk(made, Lock.BOTH)


def test_database(made):
    _walk(made, Lock.DATABASE)


def test_python(without_row_security, made):
    _walk(made, Lock.PYTHON)
