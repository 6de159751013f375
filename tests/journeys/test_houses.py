"""A house from nothing to the first night: building, rooms, beds, a child in one, found by it. And the evening
after a plan: beds for everybody by the planner, changed by hand, approved, undone, approved; then the roll."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from dormitories.models import AllocationPlan, Bed, RollCall, Stay
from tests import factories
from tests.journeys import steps
from tests.journeys.conftest import wait_for


@pytest.fixture
def admin(transactional_db) -> User:
    school = factories.make_school(name="青石乡中心学校", area=factories.make_area(level="province"))
    school_class = factories.make_class(school, 8, 2)
    for name in ("王小雨", "张雪", "阿依古丽·买买提"):
        factories.make_student(school_class, name, boarding="boarder")
    user = factories.make_user("admin", email="admin@school.test")
    factories.make_membership(user, Role.SCHOOL_ADMIN, school=school)
    return user


@pytest.mark.parametrize("width", [360, 1280])
def test_from_an_empty_plot_to_the_first_night(visit, admin, width):
    person = visit(width=width)
    person.sign_in("admin")
    page = person.page

    person.open("/dormitories/")
    page.click("main a:has-text('Add a house')")
    page.fill("[name=name]", "1号楼")
    page.check("[name=sex][value=female]", force=True)
    page.click("main form button[type=submit]")
    page.click("main a:has-text('1号楼')")
    page.click("main a:has-text('Add rooms')")
    for name, value in {"floor_from": 3, "floor_to": 3, "first": 1, "last": 4, "beds": 6}.items():
        page.fill(f"[name={name}]", str(value))
    page.click("main form button[type=submit]")
    page.wait_for_selector(".rooms")
    assert Bed.objects.count() == 24

    page.click("li.room:has-text('302') a:has-text('Free: give') >> nth=3")
    page.select_option("[name=student]", label="王小雨 · Grade 8 (2)")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".bed:has-text('王小雨')")
    person.shot(f"houses-plan-{width}")
    assert steps.fits(person)

    page.click(".bed a:has-text('王小雨')")
    page.wait_for_selector(".person-facts:has-text('Bed 302-4')")
    person.shot(f"houses-child-{width}")
    assert Stay.objects.get().bed.code == "302-4"

    _two_are_kept_apart(person)
    person.shot(f"houses-rules-{width}")
    assert steps.fits(person)
    assert person.problems == []


def _two_are_kept_apart(person):
    page = person.page
    person.open("/dormitories/rules/new/")
    page.check("[name=kind][value=keep_apart]", force=True)
    page.fill("[name=pupils]", "王小雨\n张雪")
    page.fill("[name=ends_on]", "2027-07-01")
    page.fill("[name=reason]", "Quarrels every evening.")
    person.shot(f"houses-rule-{page.viewport_size['width']}")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".rows:has-text('Keep apart')")


@pytest.fixture
def boarders(transactional_db, language) -> list[str]:
    """Five girls of two classes without beds, a house with six, and who plans and who counts."""
    school = factories.make_school(name="青石乡中心学校", area=factories.make_area(level="province"))
    names = ["王小雨", "赵一诺", "钱思源", "孙欣怡", "李子涵"]
    for place, name in enumerate(names):
        factories.make_student(factories.make_class(school, 5, 1 + place % 2), name, boarding="boarder")
    house = factories.make_building(school, name="1号楼")
    for number in ("101", "102"):
        factories.make_room(house, number, beds=3)
    for username, role in (("admin", Role.SCHOOL_ADMIN), ("warden", Role.WARDEN)):
        user = factories.make_user(username, email=f"{username}@school.test", language=language)
        factories.make_membership(user, role, school=school)
    return names


def _ask_for_a_plan(person):
    person.open("/dormitories/plans/")
    person.page.check("[name=sex][value=female]", force=True)
    person.page.click("main form button.btn-primary")
    person.page.wait_for_selector("ul.tiles", timeout=60_000)  # worked out by the program's own worker


def _points(person):
    return int(person.page.inner_text("ul.tiles li:nth-child(3) b"))


def _points_by_room(person):
    """The last column of the table of rooms: what the plan costs in each."""
    person.page.click(".tabs a >> nth=1")
    person.page.wait_for_url("**show=rooms*")
    cells = person.page.locator("main table tbody td.num").all_inner_texts()
    return [int(cell.split("→")[1]) for cell in cells if "→" in cell]


def _change_by_hand(person):
    """Into a bed of the other room; the page says what it does to the points before it is done."""
    page = person.page
    page.click("main table a.btn >> nth=0")
    page.select_option("#id_bed", index=page.evaluate("document.querySelector('#id_bed').options.length - 1"))
    page.wait_for_selector("#change-score strong")
    person.shot(f"plan-change-{page.viewport_size['width']}")
    foreseen = page.inner_text("#change-score strong")
    page.click("main form button.btn-primary")
    page.wait_for_selector("ul.tiles")
    return foreseen


@pytest.mark.parametrize(("width", "language"), steps.SCREENS)
def test_from_a_plan_of_beds_to_a_closed_roll(visit, boarders, width):
    admin, warden = visit(width=width), visit(width=width, dark=True)
    admin.sign_in("admin")
    _ask_for_a_plan(admin)
    admin.shot(f"plan-{width}")
    at_first = _points(admin)

    foreseen = _change_by_hand(admin)
    by_hand = _points(admin)
    assert [int(word) for word in re.findall(r"\d+", foreseen)] == [at_first, by_hand]
    assert by_hand != at_first
    assert sum(_points_by_room(admin)) == by_hand
    admin.shot(f"plan-rooms-{width}")
    assert steps.fits(admin)

    admin.page.click("form[action$='/approve/'] button")
    admin.page.click("form[action$='/undo/'] button")
    wait_for(lambda: AllocationPlan.objects.get().state == AllocationPlan.State.UNDONE)
    assert Stay.objects.count() == 0
    _ask_for_a_plan(admin)
    admin.page.click("form[action$='/approve/'] button")
    admin.page.wait_for_selector("form[action$='/undo/']")
    assert Stay.objects.count() == len(boarders)

    # Somebody may run this after midnight, when the roll is still that of the evening before.
    Stay.objects.update(started_on=timezone.localdate() - timedelta(days=1))
    warden.sign_in("warden")
    _is_closed_once_everybody_is_found(warden)
    assert admin.problems == []
    assert [one for one in warden.problems if "422" not in one] == []


def _is_closed_once_everybody_is_found(person):
    steps.open_roll(person)
    for number in range(1, 5):
        steps.tap(person, number)
        person.page.wait_for_selector(f"#p{number}[data-where=present]")
    steps.close_roll(person)
    person.page.wait_for_selector("main .alert a[href='#p5']")
    assert RollCall.objects.get().is_open
    steps.find_elsewhere(person, 5)
    assert steps.counted(person) == "5/5"
    steps.close_roll(person)
    wait_for(lambda: RollCall.objects.get().closed_at)
