"""Worlds with a lock taken away."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.matrix import locks, world


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are what is asked for: they would fill the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def without_row_security(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Name it before `made`: the owner switches it off before the test's own transaction holds any table."""
    with django_db_blocker.unblock(), locks.python_only():
        yield


@pytest.fixture
def made(db) -> world.World:
    return world.make()
