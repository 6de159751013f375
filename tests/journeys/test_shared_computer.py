"""The staff-room computer: left alone it signs out and loses nothing; a page hidden in a hurry stays hidden."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from accounts.models import BrowserSession
from accounts.roles import Role
from tests import factories
from tests.factories.places import PASSWORD
from tests.journeys.conftest import HOME, Site, _next_code, free_port, wait_for

IDLE = 12  # seconds, of which the last four are the warning


@pytest.fixture(scope="module")
def short_site(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same program and database, served once more with hardly any patience."""
    short = copy.copy(site)
    short.port = free_port()
    short.base = f"http://127.0.0.1:{short.port}"
    short.environment = {**site.environment, "SESSION_IDLE_SECONDS": str(IDLE), "SITE_URL": short.base}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(short.port)]
    command += ["--workers", "1", "--blocking-threads", "2", "config.wsgi:application"]
    log = (tmp_path_factory.mktemp("short") / "web.log").open("wb")
    process = subprocess.Popen(command, cwd=HOME, env=short.environment, stdout=log, stderr=subprocess.STDOUT)
    wait_for(short.answers)
    yield short
    process.terminate()
    process.wait(30)
    log.close()


@pytest.fixture
def pupil(transactional_db):
    school = factories.make_school(name="青石乡中心学校")
    school_class = factories.make_class(school, 3, 2)
    teacher = factories.make_user("homeroom_teacher", email="teacher@school.test")
    factories.make_membership(teacher, Role.HOMEROOM_TEACHER, school_class=school_class)
    return factories.make_student(school_class, "王小雨", pinyin="Wáng Xiǎoyǔ")


@pytest.fixture
def teacher(visit, short_site, pupil):
    person = visit(width=1280)
    person.site = short_site
    person.sign_in("homeroom_teacher")
    return person


def test_left_alone_the_page_warns_signs_out_and_the_draft_is_there_after_signing_in(teacher, pupil):
    page = teacher.page
    teacher.open(f"/talks/new/{pupil.public_id}/")
    page.fill("[name=line]", "She drew her house.")
    page.wait_for_selector("#idle[open]")
    assert re.fullmatch(r"\d+", page.inner_text("#idle [data-left]") or "3")

    page.wait_for_url(re.compile("/accounts/login/"), timeout=4_000 * IDLE)
    text = teacher.text()
    page.go_back()
    after_back = teacher.text()
    page.goto(f"{teacher.site.base}/accounts/login/?next=/talks/new/{pupil.public_id}/")
    _sign_in_here(page)
    page.wait_for_url(re.compile(f"/talks/new/{pupil.public_id}/"))

    assert "Drafts are saved" in text
    assert "王小雨" not in after_back
    assert page.input_value("[name=line]") == "She drew her house."


def test_from_the_sign_in_one_comes_back_to_where_one_was(teacher, pupil):
    page = teacher.page
    teacher.open(f"/children/{pupil.public_id}/?all=1")
    page.wait_for_url(re.compile("/accounts/login/"), timeout=4_000 * IDLE)

    _sign_in_here(page)

    page.wait_for_url(f"{teacher.site.base}/children/{pupil.public_id}/?all=1")


def test_one_press_stays_signed_in(teacher):
    page = teacher.page
    page.wait_for_selector("#idle[open]")

    page.click("#idle [data-stay]")

    page.wait_for_selector("#idle", state="hidden")
    page.wait_for_timeout(4000)
    assert page.url == teacher.site.base + "/"
    assert BrowserSession.objects.filter(user__username="homeroom_teacher").exists()


def test_whoever_types_is_not_asked(teacher, pupil):
    page = teacher.page
    teacher.open(f"/children/{pupil.public_id}/")
    for _second in range(IDLE + 3):
        page.keyboard.press("Shift")
        page.wait_for_timeout(1000)
        assert not page.locator("#idle").is_visible()

    teacher.open(f"/children/{pupil.public_id}/")
    assert "王小雨" in teacher.text()


@pytest.mark.parametrize("how", ["escape", "button"])
def test_a_hidden_page_is_gone_also_for_the_back_button(teacher, pupil, how):
    page = teacher.page
    teacher.open(f"/talks/new/{pupil.public_id}/")
    page.fill("[name=line]", "Half a sentence")
    if how == "escape":
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    else:
        page.click(".topbar [data-hide]")
    page.wait_for_url(teacher.site.base + "/hide/")
    hidden = (page.title(), teacher.text())

    page.go_back()
    back_at = page.url
    page.goto(teacher.site.base + "/hide/")
    page.click("main a")
    page.wait_for_url(teacher.site.base + "/")
    teacher.open(f"/talks/new/{pupil.public_id}/")

    assert "Kiteline" not in " ".join(hidden)
    assert "王小雨" not in hidden[1]
    assert "/talks/" not in back_at
    assert page.input_value("[name=line]") == "Half a sentence"


def test_without_scripts_hiding_is_a_link(visit, short_site, pupil):
    person = visit(width=360, scripts=False)
    person.site = short_site
    person.sign_in("homeroom_teacher")

    person.page.click(".topbar [data-hide]")
    box = person.page.locator("main a").bounding_box()

    assert person.page.url == short_site.base + "/hide/"
    assert box is not None
    assert min(box["width"], box["height"]) >= 44


def _sign_in_here(page) -> None:
    page.fill("[name=login]", "homeroom_teacher")
    page.fill("[name=password]", PASSWORD)
    code = _next_code("homeroom_teacher")
    page.press("[name=password]", "Enter")
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
