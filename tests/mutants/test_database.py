"""Mutants of the second lock are noticed by the checks of tests/architecture/test_row_visibility.py.

Every fourth one in each run of all tests, which must end in time; `make mutants` tries them all.
"""

from __future__ import annotations

import pytest

from tests.mutants import database, rows

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_no_mutant_of_the_database_survives() -> None:
    world = rows.make()
    with rows.administrator() as opened, opened.cursor() as cursor:
        rows.take_stock(cursor, world)
        assert not database.noticed_of_nothing(cursor, world)
        names = {mutant.name for mutant in database.made(cursor)}
        found = list(database.tried(cursor, world, every=4))

    survived = [name for name, noticed in found if not noticed]
    assert not survived, "\n".join(survived)
    assert set(database.EQUIVALENT) - names == set(), "no longer there: take it off the list"
    assert len(found) > 150
