"""One district for all tests of a file: making it takes longer than asking it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from core import tenancy
from demo import services
from tests.demo.test_stories import NOW


@pytest.fixture(scope="module")
def seeded(django_db_blocker, _program_token: str) -> Iterator[dict[str, int]]:
    """600 pupils as of NOW, in a transaction of the file's own; each test's own lies within it."""
    with django_db_blocker.unblock(), tenancy.use(_program_token), transaction.atomic():
        yield services.seed_district(pupils=600, seed=7, now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def district(seeded: dict[str, int], db) -> dict[str, int]:
    return seeded


@pytest.fixture
def demo_codes(settings) -> None:
    settings.SHOW_DEMO_CODES = True
