"""The pages of houses, calls, homes and the district, as test_habits looks at the others: narrow enough for a
small telephone, WCAG 2.2 AA, fingers find the buttons, and little to fetch over a slow link."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.roles import ROLES, Role
from dashboards.services import building
from tests import factories
from tests.architecture import world_calls, world_district, world_dormitories, world_home
from tests.dashboards import lively
from tests.journeys import steps
from tests.journeys.test_habits import AXE, LATER_PAGE_BYTES

TAP = 44  # CSS pixels, ui.md

# What a finger must find: what looks like a button, and fields. Links within a sentence are exempt (SC 2.5.8).
SMALL_TARGETS = f"""() => [...document.querySelectorAll(
    'main button, main .btn, main select, main summary, main .tabs a, '
    + 'main input:is([type=text], [type=date], [type=time], [type=number], :not([type]))')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < {TAP} - 0.5)
    .map(one => one.outerHTML.slice(0, 120))"""

PAGES = {
    "school_admin": [
        "/dormitories/",
        "/dormitories/{building}/",
        "/dormitories/{building}/edit/",
        "/dormitories/{building}/rooms/",
        "/dormitories/rooms/{room}/",
        "/dormitories/beds/{bed}/give/",
        "/dormitories/beds/{bed}/order/",
        "/dormitories/children/{pupil}/bed/",
        "/dormitories/schools/{school}/new/",
        "/dormitories/schools/{school}/file/",
        "/dormitories/files/{house_file}/",
        "/dormitories/rules/",
        "/dormitories/rules/new/",
        "/dormitories/rules/{bed_rule}/",
        "/dormitories/plans/",
        "/dormitories/plans/{bed_plan}/",
        "/dormitories/plans/{bed_plan}/?show=rooms",
        "/dormitories/plans/{bed_plan}/{pupil}/",
        "/calls/{school}/phones/",
        "/calls/{school}/phones/new/",
        "/calls/{school}/windows/new/",
        "/calls/{school}/exceptions/new/",
        "/calls/{school}/rotas/",
        "/calls/rotas/{rota}/",
        "/calls/call/{call}/move/",
        "/calls/book/{pupil}/",
        "/calls/{school}/?day=2027-03-08",
        "/calls/clock/{school}/",
        "/children/{pupil}/home/",
        "/children/{pupil}/home/people/new/",
        "/children/{pupil}/home/people/{adult}/",
        "/children/{pupil}/home/care/",
    ],
    "warden": [
        "/",
        "/dormitories/rolls/",
        "/dormitories/rolls/earlier/",
        "/dormitories/rolls/{roll}/",
        "/dormitories/rolls/{roll}/1/where/",
        "/dormitories/leaves/",
        "/dormitories/leaves/new/{pupil}/",
        "/dormitories/leaves/{leave}/",
        "/calls/board/?on=2027-03-08",
        "/calls/tasks/",
        "/calls/waiting/",
        "/calls/contact/{pupil}/",
    ],
    "statistics_officer": [
        "/district/",
        "/district/definitions/",
        "/district/area/{area_code}/",
        "/district/statistics/",
        "/district/statistics/new/",
        "/district/statistics/{release}/",
        "/district/returns/",
    ],
}


def _plainly(_name: str, text: str) -> str:
    return text


@pytest.fixture
def things(transactional_db, county):
    """One of each thing the pages are about, and who may see it. Values for the addresses."""
    school = factories.make_school(name="青石乡中心学校", area=county)
    school_class = factories.make_class(school, 3, 2)
    pupil = factories.make_student(school_class, "王小雨", boarding="boarder", sex="female")
    people = {}
    for role in PAGES:
        people[role] = factories.make_user(role, email=f"{role}@school.test")
        scopes = {"area": county, "school": school, "school_class": school_class}
        scope = ROLES[Role(role)].scope
        factories.make_membership(people[role], role, **{scope: scopes[scope]})
    admin = people["school_admin"]
    made = {"school": school.public_id, "pupil": pupil.public_id}
    cast = {"school": school, "school_class": school_class, "student": pupil, "author": admin, "admin": admin}
    made |= world_dormitories.make(**cast, say=_plainly) | world_district.make(**cast, say=_plainly)
    made |= world_calls.make(**cast) | world_calls.of_pupil(pupil) | world_home.of_pupil(pupil)
    made["leave"] = factories.make_leave(pupil, admin).public_id
    lively.fill(school, admin, pupils=8)
    building.rebuild(weeks=2, now=timezone.now())
    return made


def _visited(visit, things, half, **screen):
    for role, paths in PAGES.items():
        person = visit(**screen)
        person.sign_in(role)
        for path in paths[half::2]:
            address = path.format(**things)
            assert person.page.goto(person.site.base + address).status == 200, path
            yield person, path
        assert person.problems == []


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1280, False)], ids=["phone, dark", "desk, light"])
def test_the_pages_of_the_week_fit_and_meet_wcag_2_2_aa(visit, things, width, dark):
    """Every second page dark and narrow, the others light and wide: each once, as a walk takes minutes."""
    found = []
    for person, path in _visited(visit, things, int(dark), width=width, dark=dark):
        found += [] if steps.fits(person) else [f"{path}: scrolls sideways"]
        found += [f"{path}: small: {one}" for one in person.page.evaluate(SMALL_TARGETS)]
        results = Axe().run(person.page, options=AXE)
        for one in results.response["violations"]:
            found.append(f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}")

    assert found == []


LIGHT = {
    "school_admin": ["/dormitories/{building}/", "/dormitories/plans/{bed_plan}/", "/calls/rotas/{rota}/"],
    "warden": ["/dormitories/rolls/{roll}/", "/calls/board/?on=2027-03-08"],
}


def test_the_evening_s_pages_are_light_and_only_the_district_fetches_the_chart(visit, things):
    heavy, charts = {}, []
    for role in ("school_admin", "warden", "statistics_officer"):
        person = visit(width=360)
        meter = person.page.context.new_cdp_session(person.page)
        meter.send("Network.enable")
        taken, asked = [], []
        meter.on("Network.loadingFinished", lambda event, to=taken: to.append(event["encodedDataLength"]))
        meter.on("Network.requestWillBeSent", lambda event, to=asked: to.append(event["request"]["url"]))
        person.sign_in(role)
        person.page.wait_for_load_state("networkidle")
        for path in LIGHT.get(role, []):
            taken.clear()
            person.open(path.format(**things))
            person.page.wait_for_load_state("networkidle")
            heavy |= {path: sum(taken)} if sum(taken) > LATER_PAGE_BYTES else {}
        charts += [role for url in asked if "charts" in url]
    person.open("/district/")
    person.page.wait_for_load_state("networkidle")

    assert heavy == {}
    assert charts == []
    assert any("charts" in url for url in asked)
