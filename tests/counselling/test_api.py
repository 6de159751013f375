"""Talks and promises for programs: the rules of the pages, and no word more."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from core.models import AuditEvent
from counselling.models import FollowUp, LinkedPupil, Session, SessionText
from reminders.models import Reminder
from tests import factories
from tests.api_client import PROBLEM, ROOT, as_person, as_program, pointers, post, queries

SECRET = "She is afraid to go home."


def talk(student, **changes):
    """A body that is right, changed."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    return {
        "student": str(student.public_id),
        "client_id": str(uuid.uuid4()),
        "happened_at": an_hour_ago.isoformat(),
        "sensitivity": "school",
        "line": "She misses her mother.",
    } | changes


@pytest.fixture
def restricted(student, counsellor):
    return factories.make_session(student, counsellor, line=SECRET, sensitivity="restricted", mood=1)


# --- logging ------------------------------------------------------------------------------------


def test_a_talk_is_logged_with_everything_the_quick_log_takes(student, other_student, counsellor, school):
    topic = factories.make_topic(school)
    due = timezone.localdate() + timedelta(days=3)
    body = talk(
        student,
        mood=2,
        topics=[str(topic.public_id)],
        facts="Her mother rang last in spring.",
        linked=[{"student": str(other_student.public_id), "role": "helped"}],
        follow_up_on=due.isoformat(),
        follow_up_note="Ask again",
    )

    response = post(as_program(counsellor), "/sessions/", body)

    session = Session.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"{ROOT}/sessions/{session.public_id}/"
    assert response.json()["texts"][0]["facts"] == "Her mother rang last in spring."
    assert [row["id"] for row in response.json()["topics"]] == [str(topic.public_id)]
    assert (session.author, session.mood, session.recorded_at > session.happened_at) == (counsellor, 2, True)
    assert LinkedPupil.objects.get().student == other_student
    assert FollowUp.objects.get().due_on == due
    assert Reminder.objects.filter(recipient=counsellor).exists()


def test_a_repeat_answers_200_with_the_entry_of_then(student, counsellor):
    client = as_person(counsellor)
    body = talk(student)
    first = post(client, "/sessions/", body)

    second = post(client, "/sessions/", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()


def test_a_repeat_with_other_words_is_a_conflict_and_changes_nothing(student, counsellor):
    client = as_person(counsellor)
    body = talk(student)
    post(client, "/sessions/", body)

    response = post(client, "/sessions/", body | {"line": "Something else"})

    assert response.status_code == 409
    assert SessionText.objects.get().line == "She misses her mother."


def test_the_same_client_id_of_two_people_makes_two_entries(student, counsellor, homeroom_teacher):
    body = talk(student)

    codes = [post(as_person(user), "/sessions/", body).status_code for user in (counsellor, homeroom_teacher)]

    assert codes == [201, 201]


def test_a_client_id_used_for_another_pupil_is_a_conflict(student, other_student, counsellor):
    client = as_person(counsellor)
    body = talk(student)
    post(client, "/sessions/", body)

    response = post(client, "/sessions/", body | {"student": str(other_student.public_id)})

    assert (response.status_code, response["Content-Type"]) == (409, PROBLEM)
    assert response.json()["code"] == "conflict"


def test_nobody_logs_a_talk_with_a_pupil_out_of_reach(
    student, other_student, stranger, homeroom_teacher, school_admin, official
):
    tries = [
        (stranger, student),
        (homeroom_teacher, other_student),
        (school_admin, student),
        (official, student),
    ]

    codes = [post(as_person(user), "/sessions/", talk(pupil)).status_code for user, pupil in tries]

    assert codes == [404, 404, 403, 403]
    assert not Session.objects.exists()


def test_logging_talks_in_one_class_logs_none_of_a_pupil_whom_another_role_finds(
    school, other_student, homeroom_teacher
):
    factories.make_membership(homeroom_teacher, Role.SCHOOL_ADMIN, school=school)

    assert post(as_person(homeroom_teacher), "/sessions/", talk(other_student)).status_code == 403


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"line": ""}, "#/line"),
        ({"line": "x" * 301}, "#/line"),
        ({"line": ["a"]}, "#/line"),
        ({"facts": "x" * 10_001}, "#/facts"),
        ({"facts": "a\x00b"}, "#/facts"),
        ({"client_id": "1"}, "#/client_id"),
        ({"client_id": None}, "#/client_id"),
        ({"happened_at": "yesterday"}, "#/happened_at"),
        ({"happened_at": "2099-01-01T00:00:00Z"}, "#/happened_at"),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, "#/happened_at"),
        ({"happened_at": "9999-12-31T23:59:59-14:00"}, "#/happened_at"),
        ({"sensitivity": "open"}, "#/sensitivity"),
        ({"mood": 6}, "#/mood"),
        ({"mood": {}}, "#/mood"),
        ({"topics": [str(uuid.uuid4())]}, "#/topics/0"),
        ({"topics": "family"}, "#/topics"),
        ({"topics": ["x"] * 11}, "#/topics"),
        ({"linked": [{"student": str(uuid.uuid4()), "role": "helped"}]}, "#/linked/0/student"),
        ({"linked": [{}] * 60_000}, "#/linked"),
        ({"linked": [{"role": "hero"}]}, "#/linked/0/student #/linked/0/role"),
        ({"follow_up_on": "2020-01-01"}, "#/follow_up_on"),
        ({"follow_up_on": "soon"}, "#/follow_up_on"),
        ({"folow_up_on": "2030-01-01"}, "#/folow_up_on"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_nothing_is_saved(student, counsellor, change, wrong):
    response = post(as_person(counsellor), "/sessions/", talk(student, **change))

    assert response.status_code == 422
    assert pointers(response) == set(wrong.split())
    assert not Session.objects.exists()


def test_missing_fields_are_all_named_at_once(student, counsellor):
    response = post(as_person(counsellor), "/sessions/", {})

    assert pointers(response) == {
        f"#/{name}" for name in ("student", "client_id", "happened_at", "sensitivity", "line")
    }


def test_an_answer_does_not_say_back_what_was_sent(student, counsellor):
    response = post(as_person(counsellor), "/sessions/", talk(student, sensitivity=SECRET))

    assert SECRET not in response.content.decode()


def test_a_follow_up_on_the_last_day_of_time_is_no_failure(student, counsellor):
    response = post(as_person(counsellor), "/sessions/", talk(student, follow_up_on="9999-12-31"))

    assert response.status_code == 422


def test_a_foreign_pupil_is_not_linked(student, foreign_student, counsellor):
    linked = [{"student": str(foreign_student.public_id), "role": "witness"}]

    response = post(as_person(counsellor), "/sessions/", talk(student, linked=linked))

    assert pointers(response) == {"#/linked/0/student"}


# --- reading ------------------------------------------------------------------------------------


def test_without_a_pupil_the_list_is_my_own_talks(student, other_student, counsellor, homeroom_teacher):
    mine = factories.make_session(student, homeroom_teacher)
    factories.make_session(student, counsellor)

    rows = as_person(homeroom_teacher).get(f"{ROOT}/sessions/").json()["results"]

    assert [row["id"] for row in rows] == [str(mine.public_id)]


def test_a_list_says_that_there_was_a_talk_and_never_what_was_said(student, counsellor, lead, restricted):
    factories.make_session(student, counsellor, line="Homesick.", mood=2)
    for reader in (counsellor, lead):
        response = as_person(reader).get(f"{ROOT}/sessions/?student={student.public_id}")
        closed = next(row for row in response.json()["results"] if row["sensitivity"] == "restricted")

        assert "Homesick" not in response.content.decode()
        assert SECRET not in response.content.decode()
        assert (closed["may_read"], closed["mood"], closed["topics"]) == (True, None, None)
    assert not AuditEvent.objects.filter(event="session.read").exists()


def test_a_teacher_knows_of_a_restricted_entry_and_may_not_open_it(student, homeroom_teacher, restricted):
    client = as_person(homeroom_teacher)

    row = client.get(f"{ROOT}/sessions/?student={student.public_id}").json()["results"][0]
    opened = client.get(f"{ROOT}/sessions/{restricted.public_id}/")

    assert (row["may_read"], row["mood"]) == (False, None)
    assert opened.status_code == 403
    assert SECRET not in opened.content.decode()


def test_a_warden_does_not_learn_of_others_entries(student, counsellor, warden, restricted):
    open_one = factories.make_session(student, counsellor)
    client = as_person(warden)

    assert client.get(f"{ROOT}/sessions/?student={student.public_id}").json()["results"] == []
    for one in (open_one, restricted):
        assert client.get(f"{ROOT}/sessions/{one.public_id}/").status_code == 404


def test_the_stranger_learns_nothing(student, stranger, restricted):
    client = as_person(stranger)

    assert client.get(f"{ROOT}/sessions/").json()["results"] == []
    assert client.get(f"{ROOT}/sessions/?student={student.public_id}").status_code == 404
    assert client.get(f"{ROOT}/follow-ups/?student={student.public_id}").status_code == 404
    assert client.get(f"{ROOT}/sessions/{restricted.public_id}/").status_code == 404
    assert post(client, f"/sessions/{restricted.public_id}/texts/").status_code == 404
    assert post(client, f"/sessions/{restricted.public_id}/withdraw/").status_code == 404


def test_the_words_of_a_closed_entry_are_asked_for_and_noted(lead, restricted):
    client = as_person(lead)

    by_default = client.get(f"{ROOT}/sessions/{restricted.public_id}/")
    asked = client.get(f"{ROOT}/sessions/{restricted.public_id}/texts/")

    assert SECRET not in by_default.content.decode()
    assert [by_default.json()[name] for name in ("texts", "mood", "topics", "client_id")] == [None] * 4
    assert (asked.json()["texts"][0]["line"], asked.json()["mood"]) == (SECRET, 1)
    assert AuditEvent.objects.get(event="session.read").actor_id == lead.pk


def test_a_program_reads_no_closed_entry_with_its_token_alone(lead, restricted):
    response = as_program(lead).get(f"{ROOT}/sessions/{restricted.public_id}/texts/")

    assert (response.status_code, response.json()["code"]) == (403, "second_factor_needed")
    assert SECRET not in response.content.decode()
    assert not AuditEvent.objects.filter(event="session.read").exists()


def test_saving_a_closed_entry_answers_without_its_words(student, counsellor, lead):
    body = talk(student, sensitivity="sealed", line=SECRET, mood=1, named=[str(lead.public_id)])

    response = post(as_person(counsellor), "/sessions/", body)

    assert (response.status_code, response.json()["texts"]) == (201, None)
    assert SECRET not in response.content.decode()


@pytest.mark.parametrize("named", [[], ["school_admin"], ["stranger"]], ids=str)
def test_a_sealed_entry_names_colleagues_who_work_with_the_pupil(request, student, counsellor, named):
    ids = [str(request.getfixturevalue(one).public_id) for one in named]

    response = post(as_person(counsellor), "/sessions/", talk(student, sensitivity="sealed", named=ids))

    assert response.status_code == 422
    assert pointers(response) == ({"#/named/0"} if named else {"#/named"})
    assert not Session.objects.exists()


@pytest.mark.parametrize("query", ["", "?student={student}"])
def test_a_list_of_talks_costs_the_same_with_one_row_and_three(student, counsellor, school, query):
    path = "/sessions/" + query.format(student=student.public_id)
    topic = factories.make_topic(school)
    factories.make_session(student, counsellor).topics.add(topic)
    one = queries(counsellor, path)
    for _ in range(2):
        factories.make_session(student, counsellor).topics.add(topic)

    assert queries(counsellor, path) == one


# --- correcting ---------------------------------------------------------------------------------


def test_a_correction_adds_a_text_and_keeps_the_first(student, counsellor):
    session = factories.make_session(student, counsellor, line="Her mother.")
    client = as_person(counsellor)

    made = post(
        client, f"/sessions/{session.public_id}/texts/", {"line": "Her father.", "reason": "Mixed up"}
    )

    texts = client.get(f"{ROOT}/sessions/{session.public_id}/").json()["texts"]
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert [text["line"] for text in texts] == ["Her father.", "Her mother."]


def test_a_correction_that_changes_nothing_is_a_conflict(student, counsellor):
    session = factories.make_session(student, counsellor, line="Her mother.")

    response = post(
        as_person(counsellor), f"/sessions/{session.public_id}/texts/", {"line": "Her mother.", "reason": "?"}
    )

    assert response.status_code == 409


def test_only_the_author_corrects_and_takes_back(student, counsellor, lead):
    session = factories.make_session(student, counsellor)
    client = as_person(lead)

    corrected = post(client, f"/sessions/{session.public_id}/texts/", {"line": "x", "reason": "x"})
    withdrawn = post(client, f"/sessions/{session.public_id}/withdraw/")

    assert (corrected.status_code, withdrawn.status_code) == (403, 403)
    assert session.texts.count() == 1


def test_what_was_just_saved_is_taken_back_and_what_is_older_stays(student, counsellor):
    client = as_person(counsellor)
    fresh = post(client, "/sessions/", talk(student)).json()["id"]
    old = factories.make_session(student, counsellor)

    codes = [post(client, f"/sessions/{one}/withdraw/").status_code for one in (fresh, fresh, old.public_id)]

    assert codes == [204, 204, 409]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_an_entry_is_neither_changed_nor_removed(student, counsellor, method):
    session = factories.make_session(student, counsellor)

    response = getattr(as_person(counsellor), method)(f"{ROOT}/sessions/{session.public_id}/")

    assert response.status_code == 405
