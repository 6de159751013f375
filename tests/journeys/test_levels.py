"""Choosing who reads an entry, in a real browser: seen before saving, with JavaScript and without."""

from __future__ import annotations

import re

import pytest

from accounts.roles import Role
from core import tenancy
from counselling.models import EntryGrant, Session
from counselling.services import talks
from tests import factories

SAID = "Her uncle was at the gate again."


@pytest.fixture
def staff(school, counsellor, lead, head_teacher):
    """Those who work with the pupil; the counsellor writes."""
    return {Role.COUNSELLOR: counsellor, Role.SAFEGUARDING_LEAD: lead, Role.HEAD_TEACHER: head_teacher}


def chosen(page, level: str) -> None:
    """By the chip, as a finger does: what is ticked is hidden under it, and the bottom bar may lie over that."""
    page.click(f"label:has([name=sensitivity][value={level}])")


def named(page, colleague: str) -> None:
    page.locator("main label:has(input)", has_text=colleague).click()


def test_the_readers_follow_the_choice_before_saving(visit, student, staff):
    person = visit()
    person.sign_in("counsellor")
    person.open(f"/talks/new/{student.public_id}/")
    page = person.page
    readers = page.locator(".who-reads")

    assert "3 people can read this" in readers.inner_text()
    assert not page.locator(".named").is_visible()
    chosen(page, "sealed")
    page.wait_for_selector(".who-reads:has-text('1 person can read this')")
    assert page.locator(".named").is_visible()
    named(page, "Head Teacher")
    page.wait_for_selector(".who-reads:has-text('2 people can read this')")
    assert "Head Teacher" in readers.inner_text()
    person.shot("quick-log-sealed")
    page.fill("[name=line]", SAID)
    page.click("form.quick-log button.btn-primary")
    page.wait_for_url(re.compile("/children/"))

    session = Session.objects.get()
    assert session.sensitivity == "sealed"
    assert EntryGrant.objects.get().user == staff[Role.HEAD_TEACHER]
    assert "Sealed entry" in person.text()
    assert SAID not in person.text()
    page.click("text=Read (this is noted)")
    page.wait_for_selector(f"text={SAID}")
    person.shot("child-sealed-read")
    assert person.problems == []


def test_without_javascript_the_form_says_who_reads_each_level(visit, student, staff):
    person = visit(width=360, scripts=False)
    person.sign_in("counsellor")
    person.open(f"/talks/new/{student.public_id}/")
    page = person.page
    page.click("text=Who reads each level")

    assert "Safeguarding Lead" in page.locator(".fold dl").inner_text()
    page.fill("[name=line]", SAID)
    chosen(page, "sealed")
    page.click("form.quick-log button.btn-primary")
    assert "Name at least one colleague" in person.text()  # and what was typed is still there
    assert page.input_value("[name=line]") == SAID
    named(page, "Safeguarding Lead")
    page.click("form.quick-log button.btn-primary")
    page.wait_for_url(re.compile("/children/"))

    with tenancy.acting(staff[Role.SAFEGUARDING_LEAD], "test"):
        texts = talks.read_texts(session=Session.objects.get(), by=staff[Role.SAFEGUARDING_LEAD])
    assert [text.line for text in texts] == [SAID]


def test_the_author_lets_a_colleague_read_and_takes_it_back(visit, student, staff, warden):
    session = factories.make_session(student, staff[Role.COUNSELLOR], sensitivity="restricted", line=SAID)
    person = visit(width=360)
    person.sign_in("counsellor")
    person.open(f"/talks/{session.public_id}/")
    page = person.page
    page.click("text=See who")
    named(page, "Warden")
    page.click("button:has-text('Share')")
    page.wait_for_selector("text=3 people can read this")
    person.shot("talk-readers")
    page.click("button:has-text('Take back')")
    page.wait_for_selector("text=2 people can read this")

    assert EntryGrant.objects.get().revoked_at is not None
    assert person.problems == []
