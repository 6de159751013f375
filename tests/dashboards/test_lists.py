"""Every list of the district asks the database the same for one row as for three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboards.services import building
from schools.models import Area
from tests import factories
from tests.dashboards.lively import NOW
from tests.factories import district

pytestmark = pytest.mark.django_db


def addresses(county: Area) -> Iterator[str]:
    yield reverse("dashboards:district")
    yield reverse("dashboards:print", args=[county.code])
    yield reverse("dashboards:published")
    yield reverse("dashboards:returns")
    yield reverse("api:district_schools", args=[county.code])
    yield reverse("api:district_weeks", args=[county.code])
    yield reverse("api:district_releases")


def add(county: Area, officer: Any, number: int) -> None:
    """A school with its weeks, an area below, a published month and a return."""
    township = factories.make_area(level="township", parent=county)
    factories.make_school(name=f"School {number}", area=township)
    district.make_release(county, by=officer, period=date(2026, 1 + number, 1))
    district.make_return(county, by=officer)
    building.rebuild(weeks=2, now=NOW)


@pytest.mark.parametrize("number", range(7))
def test_a_list_asks_the_same_for_one_row_and_three(client, officer, county, number: int):
    address = list(addresses(county))[number]
    client.force_login(officer)

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        found = [query["sql"][:60] for query in seen]
        return [one for one in found if "set_config" not in one and "browsersession" not in one]

    add(county, officer, 1)
    asked()
    one = asked()
    add(county, officer, 2)
    add(county, officer, 3)

    assert len(asked()) == len(one), Counter(asked()) - Counter(one)
