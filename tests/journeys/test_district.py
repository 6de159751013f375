"""The official's errand: the tiles, one school's row, the week as a workbook and on paper. And no child anywhere."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from core.models import AuditEvent
from dashboards.indicators import INDICATORS
from dashboards.services import building
from tests import factories
from tests.dashboards import lively
from tests.journeys import steps


@pytest.fixture
def counted(school, other_school, counsellor, language):
    """Our school with enough pupils for percentages, the one next door with none; an official of the county."""
    pupils = lively.fill(school, counsellor, pupils=24)
    for pupil in pupils:
        pupil.enrolments.update(started_on=date(2026, 9, 1), ended_on=None)
    building.rebuild(weeks=3, now=timezone.now())
    user = factories.make_user("county", email="county@county.test", language=language)
    factories.make_membership(user, Role.DISTRICT_OFFICIAL, area=school.area)
    return pupils


def _row_of(page, school):
    return page.locator(f".schools-table tr:has-text('{school.name}')")


def _as_file(page, path):
    with page.expect_download() as coming:
        page.click("form[action$='/export/'] button")
    coming.value.save_as(path)
    return load_workbook(path).worksheets[0]


@pytest.mark.parametrize(("width", "language"), steps.SCREENS)
def test_from_the_tiles_to_a_school_to_a_file_and_paper(
    visit, counted, school, other_school, width, tmp_path
):
    person = visit(width=width)
    person.sign_in("county")
    page = person.page
    person.open("/district/")
    page.wait_for_selector(".chart canvas, .chart svg")
    assert page.locator("ul.tiles > li").count() >= 4
    assert steps.fits(person)
    person.shot(f"district-{width}")

    figures = _row_of(page, school).locator("td").all_inner_texts()
    sheet = _as_file(page, tmp_path / "district.xlsx")
    rows = {row[0]: row[2 : 2 + len(INDICATORS)] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert len(figures) == len(INDICATORS)
    assert [str(value) for value in rows[school.name]] == figures
    assert AuditEvent.objects.filter(event="district.exported").count() == 1

    earlier = page.locator("#week option").last.get_attribute("value")
    page.select_option("#week", earlier)
    page.click("form.filters button")
    page.wait_for_url(f"**week={earlier}*")
    figures = _row_of(page, school).locator("td").all_inner_texts()
    page.click("main a[href*='/print/']")
    page.wait_for_url(f"**/print/?week={earlier}")
    printed = page.locator(f"tr:has-text('{school.name}') td").all_inner_texts()
    assert printed == [school.name, *figures]
    assert other_school.name in person.text()
    assert not [pupil.name for pupil in counted if pupil.name in person.text()]
    assert person.problems == []
