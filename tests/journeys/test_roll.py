"""The roll in a dark corridor: two wardens at two telephones, a gap, no closing, the child is found, closed."""

from __future__ import annotations

import time

import pytest

from accounts.models import User
from accounts.roles import Role
from dormitories.models import RollCall, RollMark
from tests import factories
from tests.journeys import steps
from tests.journeys.conftest import SHOTS, wait_for

NAMES = ["王小雨", "赵一诺", "钱思源", "孙欣怡", "李子涵"]


@pytest.fixture
def house(transactional_db):
    school = factories.make_school(name="青石乡中心学校", area=factories.make_area(level="province"))
    school_class = factories.make_class(school, 5, 2)
    building = factories.make_building(school, name="Lotus house")
    room = factories.make_room(building, "302", floor=3)
    for number, name in enumerate(NAMES, start=1):
        pupil = factories.make_student(school_class, name, boarding="boarder")
        factories.make_stay(pupil, factories.make_bed(room, str(number)))
    for name in ("warden_a", "warden_b"):
        user = factories.make_user(name, email=f"{name}@school.test")
        factories.make_membership(user, Role.WARDEN, school=school)
    return building


@pytest.mark.parametrize("width", [360, 1280])
def test_a_gap_keeps_the_roll_open_until_the_child_is_found(visit, house, site, width):
    first, second = visit(width=width, dark=True), visit(width=width)
    first.sign_in("warden_a")
    second.sign_in("warden_b")
    steps.open_roll(first)
    roll = RollCall.objects.get()
    second.open(f"/dormitories/rolls/{roll.public_id}/")
    first.shot(f"roll-open-{width}")

    for number in (1, 2, 3):
        steps.tap(first, number)
    first.page.wait_for_selector("#p3[data-where=present]")
    tapped = time.monotonic()
    second.page.wait_for_selector("#p3[data-where=present]", timeout=4_000)
    seen_after = time.monotonic() - tapped
    assert steps.counted(second) == "3/5"
    steps.tap(second, 4)
    first.page.wait_for_selector("#p4[data-where=present]", timeout=4_000)

    _is_refused(first, width)
    _is_found(first, width)
    steps.close_roll(first)
    wait_for(lambda: RollCall.objects.get().closed_at)
    second.page.wait_for_selector(".roll-live >> text=Closed by", timeout=4_000)
    first.shot(f"roll-closed-{width}")
    assert seen_after < 2
    assert steps.fits(first)
    assert second.problems == []
    assert [one for one in first.problems if "422" not in one] == []


def _is_refused(person, width):
    steps.close_roll(person)
    person.page.wait_for_selector("text=1 child is unaccounted for")
    person.shot(f"roll-refused-{width}")
    assert f"{NAMES[4]} 302-5" in person.text()
    assert RollCall.objects.get().is_open


def _is_found(person, width):
    """By the second control, in the dialog, without leaving the grid."""
    person.page.click(".pupil:has(#p5) .pupil-where")
    person.page.wait_for_selector("dialog[open] .roll-places")
    person.page.screenshot(path=SHOTS / f"roll-where-{width}.png")
    person.page.click("dialog button[value=sick_bay]")
    person.page.wait_for_selector("#p5[data-where=sick_bay]")
    person.page.wait_for_selector("dialog:not([open])", state="attached")
    assert steps.counted(person) == "5/5"
    assert RollMark.objects.get(number=5).marked_by == User.objects.get(username="warden_a")


def test_the_roll_is_taken_without_javascript(visit, house, site):
    person = visit(width=360, scripts=False)
    person.sign_in("warden_a")
    steps.open_roll(person)

    for number in range(1, 6):
        steps.tap(person, number)
        person.page.wait_for_selector(f"#p{number}[data-where=present]")
    steps.close_roll(person)

    person.page.wait_for_selector(".roll-live >> text=Closed by")
    assert RollCall.objects.get().closed_at is not None
