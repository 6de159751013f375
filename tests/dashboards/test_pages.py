"""The district's pages: what stands on them, for whom, in how many queries."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from core.models import AuditEvent
from dashboards.models import AreaFigure, CountedSchool, Release, SchoolFigure, StatutoryReturn
from dashboards.selectors import district as selectors
from dashboards.services import building
from tests import factories
from tests.dashboards import lively
from tests.dashboards.lively import NOW
from tests.factories import district

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.fixture
def counted(school, other_school, counsellor) -> list[Any]:
    """Our school with enough pupils, the one next door with none."""
    pupils = lively.fill(school, counsellor, pupils=32)
    for pupil in pupils:
        pupil.enrolments.update(started_on=date(2026, 9, 1), ended_on=None)
    building.rebuild(weeks=3, now=NOW)
    return pupils


def test_the_official_sees_tiles_and_schools_and_no_child(official, counted, school, other_school, county):
    page = text(signed_in(official).get(reverse("dashboards:district")))

    figure = AreaFigure.objects.get(area=county, indicator="talk_coverage", week=last_week(county))
    assert f"<b>{figure.value} %</b>" in page
    assert school.name in page
    assert other_school.name in page
    assert 'class="spark"' in page
    assert "dist/charts" in page
    assert not [pupil.name for pupil in counted if pupil.name in page]


def test_silence_is_shown_as_silence_and_never_as_zero(official, counted, school, county):
    CountedSchool.objects.filter(school=school).update(changed_at=NOW - timedelta(days=40))
    client = signed_in(official)

    page = text(client.get(reverse("dashboards:district")))
    (ours,) = [
        row
        for row in client.get(reverse("api:district_schools", args=[county.code])).json()["results"]
        if row["name"] == school.name
    ]

    assert SchoolFigure.objects.filter(school=school, state="shown").exists()
    assert "no data since" in page
    row = page.split(f'<th scope="row">{school.name}')[1].split("</tr>")[0]
    assert set(re.findall(r">([^<>]*)</td>", row)) == {"no data"}
    assert ours["silent"]
    assert {one["state"] for one in ours["figures"]} == {"no_data"}


def test_messages_that_the_program_sends_are_no_sign_of_life(school, student, counsellor):
    lively.end_transactions()
    building.build_changed(now=NOW)
    wrote = CountedSchool.objects.get(school=school).changed_at

    factories.reminders.make_reminder(school, counsellor)
    lively.end_transactions()
    building.rebuild(weeks=1, now=NOW)

    assert CountedSchool.objects.get(school=school).changed_at == wrote


def test_the_print_button_prints_the_week_that_is_shown(official, counted, county):
    client = signed_in(official)

    page = text(client.get(reverse("dashboards:district"), {"week": "2026-11-03"}))

    link = f"{reverse('dashboards:print', args=[county.code])}?week=2026-11-02"
    assert f'href="{link}"' in page
    assert "Week from Nov. 2, 2026" in text(client.get(link))


def test_a_tile_says_how_it_changed_since_last_week_and_last_year(county):
    week = date(2026, 11, 9)
    for monday, value in ((week, 60), (week - timedelta(days=7), 70), (week - timedelta(days=364), 45)):
        AreaFigure.objects.create(
            area=county, area_name=county.name, area_path=county.path, week=monday,
            indicator="talk_coverage", state="shown", value=value, built_at=NOW,
        )  # fmt: skip

    page = selectors.district_page(county, week=None, indicator="", cursor=None, on=date(2026, 11, 18))

    tile = page.tiles[0]
    assert (page.week, str(tile.shown)) == (week, "60 %")
    assert (tile.since_last_week, tile.since_last_year) == ("\N{MINUS SIGN}10", "+15")


def test_a_hidden_week_breaks_the_line():
    assert selectors.spark([10, None, 20, 20]) == "M0 16.0 M80 2.0 L120 2.0"
    assert selectors.spark([None, None]) == ""


def last_week(area: Any) -> date:
    """The week that the page shows when nobody asks for one, by the clock on the wall."""
    return selectors.latest_week(area, week=None, on=timezone.localdate())


def test_the_trend_ends_with_the_week_shown_and_not_with_one_that_is_not_over(county):
    last_week = date(2026, 11, 9)
    for monday in (last_week - timedelta(days=7), last_week, last_week + timedelta(days=7)):
        AreaFigure.objects.create(
            area=county, area_name=county.name, area_path=county.path, week=monday,
            indicator="talk_coverage", state="shown", value=60, built_at=NOW,
        )  # fmt: skip

    page = selectors.district_page(county, week=None, indicator="", cursor=None, on=date(2026, 11, 18))

    assert page.week == last_week
    assert [monday for monday, _shown in page.trend.rows] == [last_week - timedelta(days=7), last_week]


def test_the_week_and_the_trend_can_be_chosen_and_nonsense_chooses_nothing(official, counted, county):
    client = signed_in(official)
    url = reverse("dashboards:district")

    chosen = text(client.get(url, {"week": "2026-11-03", "indicator": "calls_reached"}))

    assert 'value="2026-11-02" selected' in chosen
    assert 'value="calls_reached" selected' in chosen
    for week in ("2026-13-45", "x" * 500, "2026-W40", "0001-01-01"):
        assert f'value="{last_week(county)}" selected' in text(
            client.get(url, {"week": week, "indicator": week})
        )


def test_the_number_of_queries_is_the_same_for_one_school_and_three(
    official, county, django_assert_num_queries
):
    def ask(client: Client, more: int) -> int:
        for number in range(more):
            factories.make_school(name=f"School {number} {more}", area=county)
        building.rebuild(weeks=2, now=NOW)
        with CaptureQueriesContext(connection) as seen:
            text(client.get(reverse("dashboards:district")))
        return len(seen)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(official)
    text(client.get(reverse("dashboards:district")))

    assert ask(client, 1) == ask(client, 2)


def test_the_schools_come_page_by_page(official, county):
    for number in range(31):
        school = factories.make_school(name=f"School {number:02}", area=county)
        CountedSchool.objects.create(
            school=school, public_id=school.public_id, name=school.name, area_name=county.name,
            area_path=county.path, built_at=NOW,
        )  # fmt: skip
    client = signed_in(official)

    page = text(client.get(reverse("dashboards:district")))

    assert "School 29" in page
    assert "School 30" not in page


def test_the_area_next_door_is_not_found_and_schools_people_have_no_district(official, counsellor, county):
    next_door = factories.make_area(level="province")
    client = signed_in(official)

    codes = {
        client.get(reverse(name, args=[next_door.code])).status_code
        for name in ("dashboards:area", "dashboards:print", "api:district_weeks", "api:district_schools")
    }

    assert codes == {404}
    assert client.post(reverse("dashboards:export", args=[next_door.code])).status_code == 404
    assert signed_in(counsellor).get(reverse("dashboards:district")).status_code == 403
    assert signed_in(counsellor).get(reverse("dashboards:area", args=[county.code])).status_code == 404


def test_a_school_of_another_county_is_not_in_the_table(official, counted, county):
    foreign = factories.make_school(name="Foreign school", area=factories.make_area(level="province"))
    building.rebuild(weeks=1, now=NOW)

    page = text(signed_in(official).get(reverse("dashboards:district")))

    assert SchoolFigure.objects.filter(school=foreign).exists()
    assert foreign.name not in page


def test_areas_below_have_pages_of_their_own(official, county):
    township = factories.make_area(level="township", parent=county, name="Lower township")
    school = factories.make_school(name="Lower school", area=township)
    building.rebuild(weeks=2, now=NOW)
    client = signed_in(official)

    page = text(client.get(reverse("dashboards:district")))
    below = text(client.get(reverse("dashboards:area", args=[township.code])))

    assert reverse("dashboards:area", args=[township.code]) in page
    assert school.name in below


def test_the_workbook_says_what_the_page_says_and_the_trail_who_took_it(official, counted, county, school):
    response = signed_in(official).post(
        reverse("dashboards:export", args=[county.code]), {"week": "2026-11-09"}
    )

    book = load_workbook(BytesIO(response.content))
    sheet = book["2026-11-09"]
    shown = selectors.whole_table(county, week=date(2026, 11, 9))
    assert [next(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)] == [
        row.school.name for row in shown
    ]
    assert [cell.value for cell in sheet[2]][2:11] == [str(one) for one in shown[0].figures]
    assert AuditEvent.objects.filter(event="district.exported", actor_id=official.pk).count() == 1


def test_paper_holds_every_school_and_the_definitions(official, counted, county, school, other_school):
    page = text(signed_in(official).get(reverse("dashboards:print", args=[county.code])))

    assert school.name in page
    assert other_school.name in page
    assert "how many had at least one talk" in page
    assert "side-nav" not in page


def test_definitions_stand_behind_every_tile(official, counted):
    page = text(signed_in(official).get(reverse("dashboards:district")))
    definitions = text(signed_in(official).get(reverse("dashboards:definitions")))

    assert page.count(f"{reverse('dashboards:definitions')}#") == 6
    assert 'id="talk_coverage"' in definitions
    assert "article 23" in definitions


# --- statistics and returns ---------------------------------------------------------------------------


def test_what_was_refused_is_seen_by_the_officer_alone(official, officer, county):
    refused = district.make_release(county, by=officer, state=Release.State.REFUSED)
    url = reverse("dashboards:release", args=[refused.public_id])

    assert signed_in(official).get(url).status_code == 404
    assert "Refused by the check" in text(signed_in(officer).get(reverse("dashboards:published")))
    assert "Refused" not in text(signed_in(official).get(reverse("dashboards:published")))


def test_the_same_number_on_page_file_and_api(official, officer, county):
    release = district.make_release(county, by=officer)
    client = signed_in(official)

    page = text(client.get(reverse("dashboards:release", args=[release.public_id])))
    data = client.get(reverse("api:district_release", args=[release.public_id])).json()
    file = client.post(reverse("dashboards:release_export", args=[release.public_id])).content

    assert '<td class="num">40</td>' in page
    assert "40" in [value for table in data["tables"] for row in table["rows"] for value in row["values"]]
    book = load_workbook(BytesIO(file))
    assert "40" in [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]


def test_only_an_officer_publishes(official, officer, counsellor):
    url = reverse("dashboards:ask_release")

    assert signed_in(official).get(url).status_code == 403
    assert signed_in(counsellor).post(url).status_code == 403
    assert signed_in(officer).get(url).status_code == 200


def test_the_form_says_what_is_wrong_beside_the_field(officer, county):
    district.make_release(county, by=officer, period=date(2026, 10, 1))
    client = signed_in(officer)

    again = client.post(reverse("dashboards:ask_release"), {"area": county.code, "period": "2026-10-01"})
    nonsense = client.post(reverse("dashboards:ask_release"), {"area": "x", "period": "2026-13-99"})

    assert (again.status_code, nonsense.status_code) == (422, 422)
    assert "already published" in again.content.decode()


def test_a_return_is_asked_for_by_form_and_seen_by_its_officer_alone(officer, county):
    other = factories.make_user("second_officer")
    factories.make_membership(other, Role.STATISTICS_OFFICER, area=county)
    data = {
        "area": county.code, "definition": "civil_affairs", "counted_on": "2026-11-01", "reference": "Letter 41",
    }  # fmt: skip

    response = signed_in(officer).post(reverse("dashboards:returns"), data)

    asked = StatutoryReturn.objects.get()
    assert (response.status_code, asked.asked_by, asked.reference) == (302, officer, "Letter 41")
    assert "Letter 41" in text(signed_in(officer).get(reverse("dashboards:returns")))
    assert "Letter 41" not in text(signed_in(other).get(reverse("dashboards:returns")))
    file = reverse("dashboards:return_file", args=[asked.public_id])
    assert signed_in(other).post(file).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"counted_on": "2099-01-01"}, {"counted_on": "x"}, {"reference": " "}, {"definition": "x"}]
)
def test_a_return_with_something_wrong_is_refused_beside_the_field(officer, county, wrong):
    data = {
        "area": county.code, "definition": "education", "counted_on": "2026-11-01", "reference": "Letter 41",
    } | wrong  # fmt: skip

    response = signed_in(officer).post(reverse("dashboards:returns"), data)

    assert response.status_code == 422
    assert StatutoryReturn.objects.count() == 0


# --- API ----------------------------------------------------------------------------------------------


def test_programs_read_the_figures_of_the_pages(official, counted, county, school):
    client = signed_in(official)

    weeks = client.get(reverse("api:district_weeks", args=[county.code])).json()["results"]
    schools = client.get(
        reverse("api:district_schools", args=[county.code]), {"week": "2026-11-12", "page_size": 1}
    ).json()
    names = client.get(reverse("api:district_indicators")).json()["results"]

    assert [week["week"] for week in weeks] == ["2026-11-16", "2026-11-09", "2026-11-02"]
    assert len(schools["results"]) == 1
    assert schools["next"] is not None
    assert {one["code"] for one in names} == {one["indicator"] for one in weeks[0]["figures"]}
    second = client.get(schools["next"]).json()["results"][0]
    assert second["name"] != schools["results"][0]["name"]


def test_programs_list_what_is_published(official, officer, county):
    release = district.make_release(county, by=officer)

    found = signed_in(official).get(reverse("api:district_releases")).json()["results"]

    assert [one["id"] for one in found] == [str(release.public_id)]
