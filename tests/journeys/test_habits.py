"""What a teacher relies on: drafts, undo, keys, no JavaScript, light pages, and WCAG 2.2 AA."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import User
from accounts.roles import ROLES, Role
from counselling.models import Concern, Draft, Session
from students.models import Student
from tests import factories
from tests.journeys.conftest import wait_for

FIRST_VISIT_BYTES = 150_000
LATER_PAGE_BYTES = 20_000
MOST_REQUESTS = 6
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def pupil(transactional_db) -> Student:
    """A pupil with some history, and a person of each role who may know of them."""
    school = factories.make_school(name="青石乡中心学校")
    school_class = factories.make_class(school, 3, 2)
    student = factories.make_student(school_class, "王小雨", boarding="boarder", pinyin="Wáng Xiǎoyǔ")
    scopes = {"area": school.area, "school": school, "school_class": school_class}
    for role, spec in ROLES.items():
        user = factories.make_user(role.value, email=f"{role.value}@school.test")
        factories.make_membership(user, role, **{spec.scope: scopes[spec.scope]})
        if role is Role.PAIRED_TEACHER:
            factories.make_pairing(student, user)
    author = User.objects.get(username=Role.HOMEROOM_TEACHER)
    for code in ("family", "study", "friends", "feelings"):
        topic = factories.make_topic(school, code)
        session = factories.make_session(student, author, mood=4)
        session.topics.add(topic)
        factories.make_follow_up(session)
    factories.make_session(student, author, sensitivity="restricted")
    concern = factories.make_concern(
        student, author, category=Concern.Category.INJURY, urgency=Concern.Urgency.NOW
    )
    factories.make_concern_reader(concern, User.objects.get(username=Role.SAFEGUARDING_LEAD))
    for number in range(30):
        factories.make_student(school_class, f"李{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{number}")
    return student


@pytest.fixture
def teacher(visit, pupil):
    person = visit(width=360)
    person.sign_in("homeroom_teacher")
    return person


def quick_log(person, pupil):
    person.open(f"/talks/new/{pupil.public_id}/")
    return person.page


def test_what_is_typed_survives_a_lost_session_and_rests_nowhere_on_the_device(teacher, pupil):
    page = quick_log(teacher, pupil)
    page.fill("[name=line]", "She drew her house.")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")
    page.context.clear_cookies()
    page.fill("[name=line]", "She drew her house again.")
    page.wait_for_selector("[data-autosave-status][data-state=signedOut]")
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")

    page.evaluate("window.onbeforeunload = null")
    page.on("dialog", lambda dialog: dialog.accept())
    teacher.sign_in("homeroom_teacher")
    quick_log(teacher, pupil)

    assert "drew" not in stored
    assert page.input_value("[name=line]") == "She drew her house."


def test_a_session_lost_in_mid_form_loses_nothing_on_submitting(teacher, pupil):
    page = quick_log(teacher, pupil)
    page.fill("[name=line]", "He was proud of his drawing.")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")
    page.context.clear_cookies()

    page.click("form.quick-log button.btn-primary")
    page.wait_for_url(re.compile("/accounts/login/|/talks/new/"))
    teacher.sign_in("homeroom_teacher")
    quick_log(teacher, pupil)

    assert page.input_value("[name=line]") == "He was proud of his drawing."


def test_two_taps_on_save_make_one_entry(teacher, pupil):
    before = Session.objects.count()
    page = quick_log(teacher, pupil)
    page.fill("[name=line]", "Twice.")

    page.evaluate("const b = document.querySelector('form.quick-log .btn-primary'); b.click(); b.click();")
    page.wait_for_url(re.compile("/children/"))

    assert Session.objects.count() == before + 1
    wait_for(lambda: not Draft.objects.exists())


def test_undo_takes_the_entry_back(teacher, pupil):
    page = quick_log(teacher, pupil)
    page.fill("[name=line]", "Meant for another child.")
    page.click("form.quick-log button.btn-primary")
    page.wait_for_selector("#toasts button:has-text('Undo')")

    page.click("#toasts button:has-text('Undo')")
    page.wait_for_selector("text=Taken back")

    assert Session.objects.latest("pk").withdrawn_at is not None
    assert "Meant for another child." not in teacher.text()


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed(teacher, pupil):
    page = quick_log(teacher, pupil)
    page.locator("summary", has_text="more depth").click()
    page.fill("[name=facts]", "He arrived late.")
    page.click("form.quick-log button.btn-primary")

    page.wait_for_selector("[name=line][aria-invalid=true]")
    assert page.input_value("[name=facts]") == "He arrived late."
    teacher.problems = [one for one in teacher.problems if "422" not in one]


def test_everything_works_without_javascript(visit, pupil):
    person = visit(width=360, scripts=False)
    person.sign_in("homeroom_teacher")
    page = person.page
    person.open(f"/children/{pupil.public_id}/")
    page.click(f"main a[href='/talks/new/{pupil.public_id}/']")
    page.fill("[name=line]", "Without a script.")

    page.click("form.quick-log button.btn-primary")

    assert "Without a script." in person.text()
    page.goto(person.site.base + "/follow-ups/")
    page.locator("main form button").first.click()
    assert "done" in person.text()


PAGES = {
    "safeguarding_lead": [
        "/",
        "/children/",
        "/children/{pupil}/",
        "/talks/new/",
        "/talks/new/{pupil}/",
        "/talks/{session}/",
        "/follow-ups/",
        "/follow-ups/{follow_up}/",
        "/quiet/",
        "/reminders/",
        "/reminders/oversight/",
        "/topics/of/{school}/",
        "/topics/of/{school}/new/",
        "/me/",
        "/concerns/",
        "/concerns/new/?student={pupil}",
        "/concerns/{concern}/",
        "/talks/{session}/readers/",
        "/break-glass/",
        "/children/{pupil}/who-looked/",
        "/unusual-reads/{school}/",
        "/school/{school}/audit/",
        "/school/{school}/audit/changes/",
    ],
    "school_admin": [
        "/",
        "/children/{pupil}/",
        "/children/new/",
        "/children/{pupil}/edit/",
        "/children/{pupil}/class/",
        "/children/{pupil}/leave/",
        "/children/{pupil}/pairings/",
        "/roster/",
        "/school/{school}/",
        "/school/{school}/classes/new/",
        "/school/{school}/calendar/",
        "/school/{school}/calendar/days/new/",
        "/school/{school}/members/",
        "/school/{school}/members/invite/",
        "/school/{school}/members/stand-in/",
        "/school/{school}/members/confirm/",
        "/school/{school}/duties/",
        "/school/{school}/duties/new/",
        "/children/export/",
    ],
    "homeroom_teacher": [
        "/break-glass/find/",
        "/concerns/new/",
        "/talks/{session}/correct/",
        "/children/{pupil}/print/",
    ],
    "district_official": ["/", "/school/"],
}


def pages_of(role, pupil):
    session = pupil.sessions.filter(sensitivity="school").first()
    things = {
        "pupil": pupil.public_id,
        "school": pupil.school.public_id,
        "session": session.public_id,
        "follow_up": session.follow_ups.get().public_id,
        "concern": pupil.concerns.get().public_id,
    }
    return [path.format(**things) for path in PAGES[role]]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_scrolls_sideways(visit, pupil, width):
    wide = []
    for role in PAGES:
        person = visit(width=width)
        person.sign_in(role)
        for path in pages_of(role, pupil):
            person.open(path)
            if person.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)

    assert wide == []


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)], ids=["phone, dark", "desk, light"])
def test_the_pages_meet_wcag_2_2_aa(visit, pupil, width, dark):
    """The entrance both ways; of the others every second one dark, the rest light: a whole walk takes a minute."""
    entrance = visit(width=width, dark=dark)
    found = []
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        entrance.open(path)
        found += _violations(entrance, path)
    for role in PAGES:
        person = visit(width=width, dark=dark)
        person.sign_in(role)
        for path in pages_of(role, pupil)[int(dark) :: 2]:
            person.open(path)
            found += _violations(person, path)

    assert found == []


def _violations(person, path):
    results = Axe().run(person.page, options=AXE)
    return [f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in results.response["violations"]]


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_walks_its_menu_without_an_error(visit, pupil, role):
    person = visit()
    person.sign_in(role)
    links = person.page.eval_on_selector_all("nav.side a", "all => all.map(one => one.getAttribute('href'))")
    assert links
    for link in links:
        answer = person.page.goto(person.site.base + link)
        assert answer.status == 200, link

    assert person.problems == []


LATER_PAGES = ["/", "/children/", "/children/{pupil}/", "/talks/new/", "/talks/new/{pupil}/", "/reminders/"]


def test_pages_are_light_on_a_slow_link(visit, pupil):
    """Bytes on the wire with headers, as the browser counts them, its cache working as for a person."""
    person = visit(width=360)
    meter = person.page.context.new_cdp_session(person.page)
    meter.send("Network.enable")
    bytes_, requests = [], []
    meter.on("Network.loadingFinished", lambda event: bytes_.append(event["encodedDataLength"]))
    meter.on("Network.responseReceived", lambda event: requests.append(event["response"]))

    person.open("/accounts/login/")
    person.page.wait_for_load_state("networkidle")
    first = (sum(bytes_), len(requests))
    person.sign_in("homeroom_teacher")
    later = {}
    for path in LATER_PAGES:
        bytes_.clear()
        requests.clear()
        person.open(path.format(pupil=pupil.public_id))
        person.page.wait_for_load_state("networkidle")
        fresh = [one for one in requests if not one.get("fromDiskCache")]
        later[path] = (sum(bytes_), len(fresh))

    assert first[0] <= FIRST_VISIT_BYTES, first
    assert first[1] <= MOST_REQUESTS, first
    heavy = {
        path: seen for path, seen in later.items() if seen[0] > LATER_PAGE_BYTES or seen[1] > MOST_REQUESTS
    }
    assert heavy == {}
