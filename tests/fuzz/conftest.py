"""The API without limits, in the world of the matrix."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from tests.fuzz.sending import Fuzz
from tests.matrix import world

SEED = 20261122
UNLIMITED = {"person": "100000000/m", "address": "100000000/m"}


@pytest.fixture
def fuzz(db, settings) -> Iterator[Fuzz]:
    """The same requests each time, but where FUZZ_SEED says another beginning."""
    settings.API_RATES = settings.WEB_RATES = UNLIMITED
    logging.disable(logging.CRITICAL)
    yield Fuzz(world.make(), first_seed=int(os.environ.get("FUZZ_SEED", SEED)))
    logging.disable(logging.NOTSET)
