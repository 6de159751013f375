"""kl_district, the role that serves the district pages: it can read counts, and no row of a child or a school.

With committed rows and the role's own connection, as in production; the other tests of the pages use the
program's, whose transaction they share (config.settings.test).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connections, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from core import tenancy
from dashboards.models import CountedSchool, FrozenCell, Release, SchoolFigure
from dashboards.services import building
from tests import factories
from tests.dashboards import lively
from tests.dashboards.lively import NOW
from tests.factories import district

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "district"])

READABLE = {
    "dashboards_areafigure",
    "dashboards_countedschool",
    "dashboards_frozencell",
    "dashboards_release",
    "dashboards_schoolfigure",
}


@pytest.fixture(autouse=True)
def _the_role_serves() -> Iterator[None]:
    with override_settings(DISTRICT_DATABASE="district"):
        yield
    connections["district"].close()


@pytest.fixture
def as_official(official) -> Iterator[Any]:
    """A cursor of the role's, in the scope of the county's official."""
    with tenancy.acting(official, "test"), connections["district"].cursor() as cursor:
        yield cursor


def all_tables() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
            " AND relnamespace IN ('public'::regnamespace, 'kl'::regnamespace) ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def test_the_role_reads_its_five_tables_and_can_do_nothing_else(as_official):
    """One test, since its world has to be committed and emptied again."""
    tables = all_tables()

    assert {table for table in tables if _may_read(as_official, table)} == READABLE
    assert len(tables) > 60
    assert {model._meta.db_table for model in apps.get_models()} <= set(tables)
    for table in READABLE:
        for verb in ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                as_official.execute(verb.format(table))
    for role in ("kl_app", "kl_owner", "kl_stats", "kl_backup", "kl_gate"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_official.execute(f"SET ROLE {role}")
    # What it may call are doors that need a secret, and the functions of its own policies.
    as_official.execute("SELECT kl.my_area_paths(), (SELECT count(*) FROM kl.audit_heads())")
    assert as_official.fetchall() == [(["529901"], 0)]


def _may_read(cursor: Any, table: str) -> bool:
    schema = "kl" if table in {"setting", "scope"} else "public"
    try:
        cursor.execute(f'SELECT * FROM {schema}."{table}" LIMIT 1')
    except ProgrammingError as error:
        if "permission denied" not in str(error):
            raise
        return False
    return True


def test_without_a_scope_or_outside_the_area_the_role_sees_no_row(school, official, county):
    foreign = factories.make_area(level="province")
    factories.make_school(name="Elsewhere", area=foreign)
    district.make_release(foreign, by=official)
    mine = district.make_release(county, by=official)
    building.rebuild(weeks=1, now=NOW)

    with tenancy.use(None):
        assert not CountedSchool.objects.using("district").exists()
        assert not FrozenCell.objects.using("district").exists()
    with tenancy.acting(official, "test"):
        assert list(CountedSchool.objects.using("district").values_list("name", flat=True)) == [school.name]
        assert list(Release.objects.using("district")) == [mine]
        assert SchoolFigure.objects.using("district").exclude(school=school).count() == 0


def test_exact_counts_are_out_of_everybodys_reach_and_what_is_published_is_frozen(
    official, officer, county, counsellor
):
    """The program counts; an official's own connection of the web, too, finds nothing exact."""
    from dashboards.models import PeriodCount, StatutoryReturn, WeeklyCount

    building.rebuild(weeks=1, now=NOW)
    release = district.make_release(county, by=officer)
    PeriodCount.objects.create(
        release=release, school=factories.make_school(area=county), definition="education",
        sex="male", stage="primary", boarding="day", count=3,
    )  # fmt: skip
    district.make_return(county, by=officer)

    for statement in ("UPDATE dashboards_frozencell SET value = 41", "DELETE FROM dashboards_frozencell"):
        with connections["default"].cursor() as cursor, pytest.raises(ProgrammingError, match="denied"):
            cursor.execute(statement)
    for user in (official, officer, counsellor):
        with tenancy.acting(user, "test"), transaction.atomic():
            assert not WeeklyCount.objects.exists()
            assert not PeriodCount.objects.exists()
            assert StatutoryReturn.objects.exists() is (user == officer)


def test_nobody_asks_in_another_s_name_or_for_another_s_area(officer, official, county):
    elsewhere = factories.make_area(level="province")

    for user, area, by in (
        (officer, elsewhere, officer),
        (officer, county, official),
        (official, county, official),
    ):
        with (
            tenancy.acting(user, "test"),
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            district.make_release(area, by=by, state=Release.State.ASKED)


def test_an_official_walks_every_page_as_the_role_and_meets_no_name(official, school, counsellor, county):
    """Every page, API address and file they can reach, with children's names to find."""
    pupils = lively.fill(school, counsellor, pupils=24)
    building.rebuild(weeks=3, now=NOW)
    release = district.make_release(county, by=official)
    client = Client()
    client.force_login(official)
    names = [pupil.name for pupil in pupils] + ["mother1", "father1", "caller1", "13800000001"]
    names += [str(pupil.public_id) for pupil in pupils]

    with CaptureQueriesContext(connections["default"]) as program:
        seen = _walk(client, _doors(county, release), names)
        for url in (
            reverse("dashboards:export", args=[county.code]),
            reverse("dashboards:release_export", args=[release.public_id]),
        ):
            written = _cells(client.post(url).content)
            assert written
            assert [name for name in names if name in written] == []

    assert len(seen) > 15
    assert {url: code for url, code in seen.items() if code >= 400} == {}
    asked = [query["sql"] for query in program if 'FROM "dashboards_' in query["sql"]]
    assert asked == []
    for pupil in pupils[:3]:
        for name in ("students:detail", "api:student"):
            assert client.get(reverse(name, args=[pupil.public_id])).status_code == 404


def _doors(county: Any, release: Release) -> set[str]:
    return {
        reverse("dashboards:district"),
        reverse("dashboards:published"),
        reverse("api:district_weeks", args=[county.code]),
        reverse("api:district_schools", args=[county.code]),
        reverse("api:district_indicators"),
        reverse("api:district_releases"),
        reverse("api:district_release", args=[release.public_id]),
        reverse("dashboards:release", args=[release.public_id]),
        *("/", "/school/", "/reminders/", "/me/"),
    }


def _walk(client: Client, waiting: set[str], names: list[str]) -> dict[str, int]:
    """Every address that can be reached from these by a link, with its status."""
    seen: dict[str, int] = {}
    while waiting - set(seen) and len(seen) < 80:
        url = sorted(waiting - set(seen))[0]
        response = client.get(url)
        seen[url] = response.status_code
        content = b"".join(response.streaming_content) if response.streaming else response.content
        said = content.decode(errors="replace")
        assert [name for name in names if name in said] == [], url
        waiting |= {
            link for link in _links(said) if not link.startswith(("/static", "/accounts", "/hide", "/ui"))
        }
    return seen


def _cells(workbook: bytes) -> str:
    book = load_workbook(BytesIO(workbook))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def _links(page: str) -> set[str]:
    return {link.partition("#")[0].replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page)}


def test_the_roles_of_the_policies_are_those_with_the_right():
    from accounts.permissions import Perm
    from accounts.roles import roles_with

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('kl.my_statistics_paths()'::regprocedure)")
        (body,) = cursor.fetchone()

    named = body.split("held.role IN (")[1].split(")")[0]
    assert sorted(one.strip(" '") for one in named.split(",")) == sorted(roles_with(Perm.STATISTICS_RELEASE))
    assert (
        roles_with(Perm.STATISTICS_RELEASE) == roles_with(Perm.STATUTORY_RETURN) == [Role.STATISTICS_OFFICER]
    )
