"""What each person sees and writes through raw SQL, table by table: tests/mutants/expected.py is the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mutants import behind, expected, rights, rows, visibility

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def world() -> rows.World:
    return rows.make()


@pytest.fixture
def cursor(world: rows.World) -> Iterator[Any]:
    """The administrator's, in a transaction that is rolled back."""
    with rows.administrator() as opened, opened.cursor() as cursor:
        rows.take_stock(cursor, world)
        yield cursor


def test_each_person_sees_and_writes_what_the_table_says(cursor: Any, world: rows.World) -> None:
    """One test, since its world has to be committed and emptied again."""
    named = {(row.table, row.label) for row in world.rows}

    assert set(rows.protected(cursor)) == set(expected.SEES)
    assert {(table, label) for table, labels in expected.SEES.items() for label in labels} == named
    surprises = [one for check in visibility.CHECKS for one in check(cursor, world, expected.SEES)]
    surprises += [one for check in (*behind.CHECKS, *rights.CHECKS) for one in check(cursor, world)]

    assert not surprises, "\n".join(surprises)
