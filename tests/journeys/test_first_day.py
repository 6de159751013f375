"""The first day: a roster comes in, a child is found, a talk is logged, the reminder arrives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from counselling.models import Session
from counselling.services import topics
from reminders.models import Reminder
from students.models import Student
from tests import factories
from tests.journeys.conftest import parsed, wait_for

ROSTER = Path(__file__).resolve().parents[1] / "data" / "roster_clean.xlsx"

WORDS = {
    "en": {"save": "Save", "today": "Today", "topic": "Home and family", "mood": "Good", "check": "Import"},
    "zh-hans": {"save": "保存", "today": "今天", "topic": "家庭", "mood": "较好", "check": "导入"},
}


@pytest.fixture
def staff(transactional_db) -> dict[str, User]:
    """A school with its classes, an administrator and the teacher of 八年级(2)班; no pupil yet."""
    school = factories.make_school(
        name="青石乡中心学校", code="2152999901", area=factories.make_area(level="province")
    )
    classes = {
        (grade, number): factories.make_class(school, grade, number)
        for grade in range(1, 10)
        for number in range(1, 4)
    }
    topics.ensure_standard(school=school, by=None)
    people = {}
    for name, role, scope in (
        ("admin", Role.SCHOOL_ADMIN, {"school": school}),
        ("teacher", Role.HOMEROOM_TEACHER, {"school_class": classes[8, 2]}),
        ("lead", Role.SAFEGUARDING_LEAD, {"school": school}),
    ):
        people[name] = factories.make_user(name, email=f"{name}@school.test")
        factories.make_membership(people[name], role, **scope)
    return people


@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (1280, "en")])
def test_from_the_roster_file_to_the_reminder(visit, staff, site, width, language):
    User.objects.update(language=language)
    name = f"{language}-{width}"
    site.letters.taken.clear()

    admin = visit(width=width)
    admin.sign_in("admin")
    _import_roster(admin, name)

    teacher = visit(width=width)
    teacher.sign_in("teacher")
    teacher.shot(f"today-{name}")
    pupil = Student.objects.filter(enrolments__school_class__memberships__user=staff["teacher"]).first()
    assert pupil is not None
    _find(teacher, pupil, name)
    _log(teacher, pupil, name)
    _is_reminded(teacher, pupil, site, name)
    assert teacher.problems == []
    assert admin.problems == []


def _import_roster(admin, name):
    admin.open("/roster/")
    admin.shot(f"roster-{name}")
    admin.page.set_input_files("input[type=file]", ROSTER)
    admin.page.click("main form[enctype] button[type=submit]")
    admin.page.wait_for_selector("form[action*='/confirm/']")
    admin.shot(f"roster-checked-{name}")
    assert "480" in admin.text()
    admin.page.click("form[action*='/confirm/'] button[type=submit]")
    wait_for(lambda: Student.objects.count() == 480)
    admin.page.wait_for_selector("a[href*='report']")
    admin.shot(f"roster-done-{name}")


def _find(teacher, pupil, name):
    """The key, the name, Enter: no mouse."""
    teacher.page.wait_for_load_state("networkidle")
    teacher.page.keyboard.press("/")
    teacher.page.keyboard.type(pupil.name)
    option = teacher.page.wait_for_selector("[role=option]")
    assert pupil.name in option.inner_text()
    teacher.page.keyboard.press("ArrowDown")
    teacher.page.keyboard.press("Enter")
    teacher.page.wait_for_url(re.compile(rf"/children/{pupil.public_id}/"))
    teacher.shot(f"child-{name}")


def _log(teacher, pupil, name):
    page = teacher.page
    page.click(f"main a[href='/talks/new/{pupil.public_id}/']")
    page.wait_for_selector("dialog[open] form.quick-log")
    page.locator("dialog .chip", has=page.locator("[name=topics]")).first.click()
    page.locator("dialog .face").nth(3).click()
    page.fill("dialog [name=line]", "He wants to call his mother on Sunday.")
    page.locator("dialog .chip", has=page.locator("[name=follow_up][value='0']")).click()
    page.wait_for_selector("dialog [data-autosave-status][data-state=saved]")
    page.screenshot(path=_shot(f"quick-log-{name}"))
    page.click("dialog button.btn-primary")
    page.wait_for_selector("#toasts [data-undo]")
    page.screenshot(path=_shot(f"saved-{name}"))
    assert "He wants to call his mother on Sunday." in teacher.text()
    assert Session.objects.get().follow_ups.get().due_on == timezone.localdate()


def _shot(name):
    from tests.journeys.conftest import SHOTS

    return SHOTS / f"{name}.png"


def _is_reminded(teacher, pupil, site, name):
    """Beat wakes the worker, the worker speaks SMTP, and the bell rings.

    A promise for today is told of in the morning: before it, the hour is moved, and nothing else.
    """
    Reminder.objects.filter(due_at__gt=timezone.now()).update(
        due_at=timezone.now(), next_try_at=timezone.now()
    )
    (envelope,) = wait_for(lambda: list(site.letters.taken))
    letter = parsed(envelope)
    body = letter.get_body(("plain",)).get_content()
    assert envelope.rcpt_tos == ["teacher@school.test"]
    assert pupil.name not in letter.as_string() + body + str(letter["Subject"])
    assert "mother" not in body
    link = re.search(rf"{re.escape(site.base)}(/\S+)", body)[1]
    teacher.open("/reminders/")
    assert teacher.page.locator("main a[href*='/reminders/']").count() >= 1
    teacher.shot(f"bell-{name}")
    teacher.open(link)
    assert pupil.name in teacher.text()
    teacher.shot(f"follow-up-{name}")
