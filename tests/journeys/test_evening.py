"""From the published week to the evening's end, in a real browser: a parent answers by their link, nobody
picks up, and there is a second time. The message itself comes from the running program's worker."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from calls.models import Call, ContactAttempt, Rota
from calls.selectors import openings
from calls.services import parents
from calls.services import rota as rota_services
from reminders.models import Reminder
from tests.calls.cast import family
from tests.factories.calls import make_call_window, make_phone
from tests.journeys.conftest import wait_for


@pytest.fixture
def child(school_class, width):
    """With a number of its own for each run: the program's folder of messages outlives a test."""
    return family(school_class, phone=f"1380000{width:04d}")


@pytest.fixture
def published(school, child, school_admin) -> Call:
    """Tomorrow evening's call of a week that was worked out and published."""
    now = timezone.now()
    on = timezone.localdate(now)
    tomorrow = on + timedelta(days=1)
    make_phone(school, "Hall")
    make_call_window(school, tomorrow.isoweekday())
    monday = openings.week_of(tomorrow)
    rota = rota_services.make_rota(
        school=school,
        monday=monday,
        audience=Rota.Audience.BOARDERS,
        per_week=1,
        by=school_admin,
        on=on,
        now=now,
    )
    rota.refresh_from_db()
    rota_services.publish_rota(rota=rota, by=school_admin, on=on, now=now)
    return Call.objects.get()


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


@pytest.mark.parametrize("width", [360, 1280])
def test_a_parent_answers_by_link_and_the_evening_goes_on_when_nobody_picks_up(
    visit, site, published, child, school, warden, width
):
    answered_by_link(visit, site, published, child)
    begins = tonight(published, school)
    person = visit(width=width)
    person.sign_in("warden")
    person.open(f"/calls/board/?on={begins.date()}")
    page = person.page
    assert "has said yes" in person.text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    person.shot(f"board-{width}")
    page.click("button[value=no_answer]")
    page.wait_for_selector("text=Once more at")
    person.shot(f"board-retry-{width}")

    retry = Call.objects.get(state=Call.State.PLANNED)
    assert (retry.replaces, retry.starts_at > published.starts_at) == (published, True)
    card = page.locator(f"[id='call-{retry.public_id}']")
    card.locator("[name=minutes]").fill("6")
    card.locator("button[value=talked]").click()
    page.wait_for_selector("text=Talked 1 of 2")
    outcomes = ContactAttempt.objects.order_by("pk").values_list("outcome", "minutes")
    assert list(outcomes) == [("no_answer", None), ("talked", 6)]
    assert person.problems == []
