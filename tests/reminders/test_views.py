"""The bell's page and the overseers' page, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reminders.models import State
from tests.factories.reminders import make_bell, make_reminder

BELL = "/reminders/"


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_the_bell_shows_who_category_and_link_and_no_child(signed_in, school, counsellor, student, now):
    ring = make_bell(school, counsellor, due_at=now, url_path=f"/students/{student.public_id}/")
    page = signed_in(counsellor).get(BELL).content.decode()
    assert "A follow-up is due" in page
    assert "Asked by Lin Fang" in page
    assert f'href="/reminders/{ring.public_id}/"' in page
    assert student.name not in page


def test_an_empty_bell_says_what_comes_here(signed_in, counsellor):
    assert "No reminders" in signed_in(counsellor).get(BELL).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_opening_leads_to_the_page_and_marks_it_read(signed_in, school, counsellor, now, method):
    ring = make_bell(school, counsellor, due_at=now, url_path="/students/019a/")
    answer = getattr(signed_in(counsellor), method)(f"/reminders/{ring.public_id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/students/019a/")
    ring.refresh_from_db()
    assert ring.read_at is not None


@pytest.mark.parametrize("who", ["stranger", "lead"])
def test_a_reminder_of_somebody_else_is_not_found_and_stays_unread(
    signed_in, school, counsellor, now, who, request
):
    ring = make_bell(school, counsellor, due_at=now)
    answer = signed_in(request.getfixturevalue(who)).get(f"/reminders/{ring.public_id}/")
    assert answer.status_code == 404
    ring.refresh_from_db()
    assert ring.read_at is None


def test_signed_out_people_are_sent_to_the_sign_in(client, db):
    assert client.get(BELL)["Location"].startswith("/accounts/login/")


def test_all_that_the_page_showed_is_marked_read(signed_in, school, counsellor, now):
    ring = make_bell(school, counsellor, due_at=now - timedelta(minutes=1))
    client = signed_in(counsellor)
    until = client.get(BELL).context["now"].isoformat()
    assert client.post("/reminders/read/", {"until": until})["Location"] == BELL
    ring.refresh_from_db()
    assert ring.read_at is not None


@pytest.mark.parametrize("until", ["", "soon", "\x00", "9999-99-99", "2026-11-22T00:00:00+99:99"])
def test_a_form_without_its_moment_changes_nothing_and_says_so(signed_in, school, counsellor, now, until):
    ring = make_bell(school, counsellor, due_at=now)
    page = signed_in(counsellor).post("/reminders/read/", {"until": until}, follow=True)
    assert "nothing was changed" in page.content.decode()
    ring.refresh_from_db()
    assert ring.read_at is None


@pytest.mark.parametrize("kind", ["uncertain", "failed", "overdue", "", "nonsense"])
def test_overseers_see_each_kind_with_its_count(signed_in, school, counsellor, lead, now, kind):
    late = now - timedelta(hours=1)
    make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=late)
    make_reminder(school, counsellor, state=State.FAILED, due_at=late)
    make_reminder(school, counsellor, due_at=late)
    answer = signed_in(lead).get(reverse("reminders:oversight"), {"kind": kind})
    assert answer.status_code == 200
    assert [tab["count"] for tab in answer.context["tabs"]] == [1, 1, 1]
    assert counsellor.name in answer.content.decode()


@pytest.mark.parametrize("who", ["counsellor", "stranger"])
def test_oversight_is_refused_without_the_right(db, signed_in, who, request):
    client = signed_in(request.getfixturevalue(who))
    assert client.get(reverse("reminders:oversight")).status_code == 403


def test_a_decision_from_the_page_settles_the_message(signed_in, school, counsellor, lead, now):
    row = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=now)
    answer = signed_in(lead).post(f"/reminders/{row.public_id}/resolve/", {"outcome": "arrived"}, follow=True)
    assert "It arrived" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == State.SENT


@pytest.mark.parametrize("outcome", ["", "told", "burn", "\x00"])
def test_a_decision_that_does_not_fit_changes_nothing_and_says_so(
    signed_in, school, counsellor, lead, now, outcome
):
    row = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=now)
    url = f"/reminders/{row.public_id}/resolve/"
    answer = signed_in(lead).post(url, {"outcome": outcome}, follow=True)
    assert answer.redirect_chain == [("/reminders/oversight/?kind=uncertain", 302)]
    row.refresh_from_db()
    assert row.state == State.UNCERTAIN


@pytest.mark.parametrize(("who", "status"), [("counsellor", 403), ("stranger", 404), ("official", 404)])
def test_others_decide_nothing(signed_in, school, counsellor, now, who, status, request):
    row = make_reminder(school, counsellor, state=State.UNCERTAIN, due_at=now)
    client = signed_in(request.getfixturevalue(who))
    answer = client.post(f"/reminders/{row.public_id}/resolve/", {"outcome": "send_again"})
    assert answer.status_code == status
    row.refresh_from_db()
    assert row.state == State.UNCERTAIN


@pytest.mark.parametrize("url", ["/reminders/", "/reminders/oversight/?kind=failed"])
def test_pages_cost_the_same_for_one_and_three_rows(signed_in, school, counsellor, lead, now, url):
    client = signed_in(lead)
    client.get(url)  # what only the first page after a sign-in asks
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_bell(school, lead, due_at=now)
            make_reminder(school, counsellor, state=State.FAILED, due_at=now)
        with CaptureQueriesContext(connection) as found:
            client.get(url)
        counts.append(len(found))
    assert counts[0] == counts[1]
