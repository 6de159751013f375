"""A house from nothing to the first night: building, rooms, beds, a child in one, found by it."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.roles import Role
from dormitories.models import Bed, Stay
from tests import factories


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
    _fits(page, width)

    page.click(".bed a:has-text('王小雨')")
    page.wait_for_selector(".person-facts:has-text('Bed 302-4')")
    person.shot(f"houses-child-{width}")
    assert Stay.objects.get().bed.code == "302-4"

    person.open("/dormitories/rules/new/")
    page.check("[name=kind][value=keep_apart]", force=True)
    page.fill("[name=pupils]", "王小雨\n张雪")
    page.fill("[name=ends_on]", "2027-07-01")
    page.fill("[name=reason]", "Quarrels every evening.")
    person.shot(f"houses-rule-{width}")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".rows:has-text('Keep apart')")
    person.shot(f"houses-rules-{width}")
    _fits(page, width)
    assert person.problems == []


def _fits(page, width: int) -> None:
    """Nothing runs out of the screen to the right."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
