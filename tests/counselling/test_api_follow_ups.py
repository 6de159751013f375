"""Promises for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.api_client import PROBLEM, ROOT, as_person, post, queries


@pytest.fixture
def promise(student, homeroom_teacher):
    session = factories.make_session(student, homeroom_teacher)
    follow_up = factories.make_follow_up(session)
    follow_up.note = "Ask about the letter"
    follow_up.save()
    return follow_up


def states(client, query=""):
    rows = client.get(f"{ROOT}/follow-ups/{query}").json()["results"]
    return [row["state"] for row in rows]


def test_a_promise_is_kept_reopened_moved_and_cancelled(homeroom_teacher, promise):
    client = as_person(homeroom_teacher)
    path = f"/follow-ups/{promise.public_id}"
    day = (timezone.localdate() + timedelta(days=9)).isoformat()

    answers = [
        post(client, f"{path}/done/").json()["state"],
        post(client, f"{path}/done/").json()["state"],
        post(client, f"{path}/reopen/").json()["state"],
        post(client, f"{path}/move/", {"due_on": day}).json()["due_on"],
        post(client, f"{path}/cancel/").json()["state"],
    ]

    assert answers == ["done", "done", "open", day, "cancelled"]
    assert post(client, f"{path}/done/").status_code == 409
    assert post(client, f"{path}/move/", {"due_on": day}).status_code == 409


@pytest.mark.parametrize(
    ("day", "status"), [("2020-01-01", 422), ("9999-12-31", 422), ("soon", 422), (None, 422), (7, 422)]
)
def test_a_promise_is_not_moved_to_a_day_that_is_none(homeroom_teacher, promise, day, status):
    response = post(as_person(homeroom_teacher), f"/follow-ups/{promise.public_id}/move/", {"due_on": day})

    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)


def test_promises_are_listed_by_owner_pupil_and_state(student, counsellor, homeroom_teacher, promise):
    kept = factories.make_follow_up(factories.make_session(student, counsellor))
    post(as_person(counsellor), f"/follow-ups/{kept.public_id}/done/")
    client = as_person(homeroom_teacher)

    assert states(client) == ["open"]
    assert states(client, "?state=done") == []
    assert sorted(states(client, f"?student={student.public_id}")) == ["done", "open"]
    assert states(client, f"?student={student.public_id}&state=done") == ["done"]
    assert states(client, "?state=cancelled") == []


def test_the_next_page_is_found_after_its_promises_were_kept(homeroom_teacher, student):
    session = factories.make_session(student, homeroom_teacher)
    made = [factories.make_follow_up(session) for _ in range(4)]
    client = as_person(homeroom_teacher)
    first = client.get(f"{ROOT}/follow-ups/?state=open&page_size=2").json()
    for row in first["results"]:
        post(client, f"/follow-ups/{row['id']}/done/")

    second = client.get(first["next"]).json()

    assert [row["id"] for row in second["results"]] == [str(one.public_id) for one in made[2:]]


def test_a_list_of_promises_holds_no_note_and_one_of_them_does(homeroom_teacher, promise):
    client = as_person(homeroom_teacher)

    assert "letter" not in client.get(f"{ROOT}/follow-ups/").content.decode()
    assert client.get(f"{ROOT}/follow-ups/{promise.public_id}/").json()["note"] == "Ask about the letter"


def test_a_promise_after_a_restricted_entry_is_unknown_to_a_teacher(homeroom_teacher, student, counsellor):
    restricted = factories.make_session(student, counsellor, sensitivity="restricted")
    follow_up = factories.make_follow_up(restricted)
    client = as_person(homeroom_teacher)

    assert states(client, f"?student={student.public_id}") == []
    assert client.get(f"{ROOT}/follow-ups/{follow_up.public_id}/").status_code == 404


def test_the_stranger_ends_no_promise_of_ours(stranger, promise):
    client = as_person(stranger)
    path = f"/follow-ups/{promise.public_id}"

    codes = [post(client, f"{path}/{verb}/").status_code for verb in ("done", "reopen", "cancel", "move")]

    assert codes == [404, 404, 404, 404]
    promise.refresh_from_db()
    assert promise.is_open


@pytest.mark.parametrize("query", ["", "?student={student}"])
def test_a_list_of_promises_costs_the_same_with_one_row_and_three(homeroom_teacher, promise, student, query):
    path = "/follow-ups/" + query.format(student=student.public_id)
    one = queries(homeroom_teacher, path)
    for _ in range(2):
        factories.make_follow_up(factories.make_session(student, homeroom_teacher))

    assert queries(homeroom_teacher, path) == one
