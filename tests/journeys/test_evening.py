"""From the telephones' hours to the evening's end, in a real browser: a week is planned and published, a parent
answers by their link, nobody picks up, and there is a second time. The message itself comes from the running program's worker."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.roles import Role
from calls.models import Call, ContactAttempt, Rota
from calls.selectors import openings
from calls.services import parents
from reminders.models import Reminder
from tests import factories
from tests.calls.cast import family
from tests.factories.calls import make_call_window
from tests.journeys import steps
from tests.journeys.conftest import wait_for


@pytest.fixture
def child(school_class, width):
    """With a number of its own for each run: the program's folder of messages outlives a test."""
    return family(school_class, phone=f"1380000{width:04d}")


@pytest.fixture
def staff(school, language) -> None:
    """Who plans the week and who holds the telephone in the evening."""
    for username, role in (("planner", Role.SCHOOL_ADMIN), ("holder", Role.WARDEN)):
        user = factories.make_user(username, email=f"{username}@school.test", language=language)
        factories.make_membership(user, role, school=school)


def published_by_hand(person, school) -> Call:
    """A telephone, its hours tomorrow, the week worked out, looked at and published: all in the browser."""
    page = person.page
    tomorrow = timezone.localdate() + timedelta(days=1)
    person.open(f"/calls/{school.public_id}/phones/new/")
    page.fill("[name=name]", "一楼大厅")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/phones/")
    person.open(f"/calls/{school.public_id}/windows/new/")
    page.check(f"[name=weekdays][value='{tomorrow.isoweekday()}']", force=True)
    page.fill("[name=from_time]", "18:00")
    page.fill("[name=to_time]", "19:00")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/phones/")
    person.shot(f"phones-{page.viewport_size['width']}")

    person.open(f"/calls/{school.public_id}/rotas/")
    page.select_option("[name=monday]", openings.week_of(tomorrow).isoformat())
    page.click("main form button.btn-primary")
    page.wait_for_selector("form[action$='/publish/']", timeout=60_000)  # worked out by the program's worker
    person.shot(f"rota-{page.viewport_size['width']}")
    assert Call.objects.get().state == Call.State.PROPOSED  # looked at, and nobody was told yet
    page.click("form[action$='/publish/'] button")
    return wait_for(lambda: Call.objects.filter(rota__state=Rota.State.PUBLISHED).first())


def message_to(site, number):
    """The file that the worker made of the text message, as `make run` does without a gateway."""
    folder = Path(site.environment["KITELINE_VAR"]) / "sms"
    for file in folder.glob("*.txt"):
        text = file.read_text()
        if f"To: {number}\n" in text:
            return text
    return ""


def tonight(call: Call, school) -> datetime:
    """Bring the call's hour near, with more of the evening to come: the test can't wait for it."""
    now = timezone.localtime()
    begins = now.replace(second=0, microsecond=0) + timedelta(minutes=5 - now.minute % 5)
    if begins.time() > time(23, 40) or begins.date() != now.date():  # nothing would be left of this evening
        begins = openings.midnight(now.date() + timedelta(days=1))
    school.call_windows.all().delete()
    make_call_window(
        school,
        begins.isoweekday(),
        from_time=time(0, 0),
        to_time=time(23, 59),
        slot_minutes=5,
    )
    call.starts_at, call.ends_at = begins, begins + timedelta(minutes=5)
    call.save()
    return begins


def answered_by_link(visit, site, call, child) -> None:
    """The message comes; the parent has no account, no script and a small telephone."""
    parents.plan_messages(now=call.starts_at - timedelta(hours=20))
    Reminder.objects.filter(category="call_day").update(due_at=timezone.now(), next_try_at=timezone.now())
    text = wait_for(lambda: message_to(site, call.number.number))
    parent = visit(width=360, scripts=False)
    parent.page.goto(re.search(r"http\S+", text)[0])
    assert child.name not in text + parent.text()
    parent.shot("parent-link")
    parent.page.click("button.main")
    parent.page.wait_for_url(re.compile(r"lang="))
    assert parent.page.locator("button.main").count() == 0
    parent.shot("parent-answered")


@pytest.mark.parametrize(("width", "language"), steps.SCREENS)
def test_from_open_telephones_to_an_evening_that_goes_on_when_nobody_picks_up(
    visit, site, staff, child, school, width
):
    planner = visit(width=width)
    planner.sign_in("planner")
    call = published_by_hand(planner, school)
    answered_by_link(visit, site, call, child)
    begins = tonight(call, school)
    person = visit(width=width, dark=True)
    person.sign_in("holder")
    person.open(f"/calls/board/?on={begins.date()}")
    page = person.page
    page.wait_for_selector(".badge[data-colour=moss]")  # the parent has said yes
    person.shot(f"board-{width}")
    page.click("button[value=no_answer]")
    retry = wait_for(lambda: Call.objects.filter(state=Call.State.PLANNED).first())
    person.shot(f"board-retry-{width}")
    assert steps.fits(person)

    assert (retry.replaces, retry.starts_at > call.starts_at) == (call, True)
    card = page.locator(f"[id='call-{retry.public_id}']")
    card.locator("[name=minutes]").fill("6")
    card.locator("button[value=talked]").click()
    wait_for(lambda: ContactAttempt.objects.count() == 2)
    outcomes = ContactAttempt.objects.order_by("pk").values_list("outcome", "minutes")
    assert list(outcomes) == [("no_answer", None), ("talked", 6)]
    assert planner.problems + person.problems == []
