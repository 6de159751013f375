"""One district for all tests of a file: making it takes longer than asking it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from core import tenancy
from demo import services
from tests.demo.test_stories import NOW


@pytest.fixture(scope="module")
def seeded(django_db_blocker, _program_token: str) -> Iterator[dict[str, int]]:
    """600 pupils as of NOW, in a transaction of the file's own; each test's own lies within it."""
    with django_db_blocker.unblock(), tenancy.use(_program_token), transaction.atomic():
        made = services.seed_district(pupils=600, seed=7, now=NOW)
        # Once for all: what waits for the commit would be asked again at the end of every test, for 3 s each time.
        connection.check_constraints()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def district(seeded: dict[str, int], db) -> dict[str, int]:
    return seeded


@pytest.fixture
def demo_codes(settings) -> None:
    settings.SHOW_DEMO_CODES = True
