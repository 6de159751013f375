"""pytest with one mutant of the first lock in the program: KITELINE_MUTANT is its place in permissions.made()."""

from __future__ import annotations

import os
from contextlib import ExitStack

from tests.mutants import permissions

_standing = ExitStack()


def pytest_collection_finish() -> None:
    number = int(os.environ["KITELINE_MUTANT"])
    _standing.enter_context(permissions.standing(permissions.made()[number]))


def pytest_unconfigure() -> None:
    _standing.close()
