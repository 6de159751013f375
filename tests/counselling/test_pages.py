"""The quick log, the chronology, Today: as a person meets them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from counselling import sealing
from counselling.models import Draft, FollowUp, Session
from tests import factories

LONG = "x" * 2_000_000


def quick_log(**changes):
    now = timezone.localtime(timezone.now())
    return {
        "client_id": str(uuid.uuid4()),
        "happened_at": now.strftime("%Y-%m-%dT%H:%M"),
        "line": "Talked about the weekend at home.",
        "sensitivity": "school",
    } | changes


@pytest.fixture
def as_teacher(client, homeroom_teacher):
    client.force_login(homeroom_teacher)
    return client


def new_talk(student):
    return reverse("counselling:talk_new", args=[student.public_id])


def child_page(student):
    return reverse("students:detail", args=[student.public_id])


def test_a_talk_is_logged_and_stands_in_the_chronology(as_teacher, student):
    topic = factories.make_topic(student.school)

    response = as_teacher.post(
        new_talk(student), quick_log(topics=[str(topic.public_id)], mood="4", follow_up="3"), follow=True
    )

    assert response.redirect_chain == [(child_page(student), 302)]
    assert "Talked about the weekend at home." in response.content.decode()
    assert FollowUp.objects.get().due_on == timezone.localdate() + timedelta(days=3)
    assert Session.objects.get().topics.get() == topic


def test_after_saving_the_page_says_who_can_read_it_and_offers_undo(as_teacher, student, counsellor, lead):
    response = as_teacher.post(new_talk(student), quick_log())

    (message,) = get_messages(response.wsgi_request)
    assert str(message) == "Saved. 3 people can read it."
    assert f"undo:/talks/{Session.objects.get().public_id}/withdraw/" in message.extra_tags


def test_save_and_next_child_leads_to_the_list(as_teacher, student):
    response = as_teacher.post(new_talk(student), quick_log(save_next="1"))

    assert response["Location"] == reverse("counselling:pick")


def test_the_chip_says_how_many_people_will_be_able_to_read(as_teacher, student, counsellor, head_teacher):
    page = as_teacher.get(new_talk(student)).content.decode()

    assert "School-wide · 3 people can read this" in page  # the teacher, the counsellor, the head
    assert "Restricted · 2 people can read this" in page  # the counsellor and the author


def test_a_form_changed_after_it_was_saved_comes_back_with_what_was_typed(as_teacher, student):
    saved = quick_log()
    as_teacher.post(new_talk(student), saved)

    response = as_teacher.post(new_talk(student), saved | {"line": "And she is hungry in the evening."})

    assert response.status_code == 422
    assert "And she is hungry in the evening." in response.content.decode()


def test_an_empty_line_is_told_beside_the_field_and_loses_nothing(as_teacher, student):
    response = as_teacher.post(new_talk(student), quick_log(line="", facts="He cried at night.", mood="1"))

    page = response.content.decode()
    assert response.status_code == 422
    assert "One line is enough, but it needs one." in page
    assert "He cried at night." in page
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"line": "a\x00b"},
        {"line": "x" * 301},
        {"mood": "9"},
        {"topics": "not-a-uuid"},
        {"topics": "0198c0de-0000-7000-8000-000000000001"},
        {"client_id": "1"},
        {"sensitivity": "everybody"},
        {"happened_at": "yesterday"},
        {"happened_at": "0001-01-01T00:00"},
        {"happened_at": "9999-12-31T23:59"},
        {"follow_up": "400"},
        {"follow_up_on": "2026-02-30"},
        {"linked_1": "Nobody", "linked_role_1": "witness"},
        {"linked_1": "王小雨"},
    ],
    ids=str,
)
def test_bad_input_is_refused_with_a_message(as_teacher, student, bad):
    response = as_teacher.post(new_talk(student), quick_log(**bad))

    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Session.objects.exists()


def test_two_megabytes_of_text_are_refused(as_teacher, student):
    response = as_teacher.post(new_talk(student), quick_log(facts=LONG))

    assert response.status_code == 422


def test_typing_is_kept_on_the_server_and_offered_again(as_teacher, student):
    client_id = str(uuid.uuid4())
    draft_url = reverse("counselling:draft_save", args=[student.public_id])

    kept = as_teacher.post(draft_url, quick_log(client_id=client_id, line="He said that"))

    page = as_teacher.get(new_talk(student)).content.decode()
    assert kept.status_code == 204
    assert "He said that" in page
    assert client_id in page


def test_a_draft_survives_the_end_of_the_session(as_teacher, student, homeroom_teacher):
    as_teacher.post(reverse("counselling:draft_save", args=[student.public_id]), quick_log(line="Half a"))
    as_teacher.logout()

    refused = as_teacher.post(new_talk(student), quick_log(line="Half a sentence"))
    as_teacher.force_login(homeroom_teacher)

    assert refused.status_code == 302
    assert "Half a" in as_teacher.get(new_talk(student)).content.decode()


def test_nobody_else_sees_my_draft(as_teacher, client, student, counsellor):
    as_teacher.post(reverse("counselling:draft_save", args=[student.public_id]), quick_log(line="Half a"))

    client.force_login(counsellor)

    assert "Half a" not in client.get(new_talk(student)).content.decode()


def test_a_draft_can_be_thrown_away(as_teacher, student):
    as_teacher.post(reverse("counselling:draft_save", args=[student.public_id]), quick_log())

    as_teacher.post(reverse("counselling:draft_discard", args=[student.public_id]))

    assert not Draft.objects.exists()


@pytest.mark.parametrize("bad", [{"client_id": "x"}, {"facts": LONG}, {}])
def test_a_draft_that_cannot_be_kept_is_refused_quietly(as_teacher, student, bad):
    data = {**quick_log(), **bad} if bad else {}

    response = as_teacher.post(reverse("counselling:draft_save", args=[student.public_id]), data)

    assert response.status_code == 422


def test_a_null_byte_costs_no_draft(as_teacher, student):
    url = reverse("counselling:draft_save", args=[student.public_id])

    response = as_teacher.post(url, quick_log(line="Half\x00 a") | {"made\x00up": "x"})

    assert response.status_code == 204
    assert sealing.open_draft(student, Draft.objects.get())["line"] == ["Half a"]


def test_a_restricted_entry_is_a_grey_line_to_the_teacher(as_teacher, student, counsellor):
    factories.make_session(student, counsellor, sensitivity="restricted", line="Very private words")

    page = as_teacher.get(child_page(student)).content.decode()

    assert "Restricted entry" in page
    assert "Very private words" not in page
    assert "ask the safeguarding lead" in page


def test_a_restricted_entry_is_not_even_known_to_the_warden(client, student, warden, counsellor):
    factories.make_session(student, counsellor, sensitivity="restricted")
    client.force_login(warden)

    assert "Restricted entry" not in client.get(child_page(student)).content.decode()


def test_restricted_words_are_not_on_the_page_before_they_are_asked_for(client, student, lead, counsellor):
    session = factories.make_session(student, counsellor, sensitivity="restricted", line="Very private words")
    client.force_login(lead)

    assert "Very private words" not in client.get(child_page(student)).content.decode()
    opened = client.get(
        reverse("counselling:talk", args=[session.public_id]),
        headers={"HX-Request": "true", "HX-Target": f"text-{session.public_id}"},
    )
    assert "Very private words" in opened.content.decode()
    assert "<html" not in opened.content.decode()


def test_a_stranger_finds_neither_the_child_nor_the_talk(client, student, stranger, counsellor):
    session = factories.make_session(student, counsellor)
    client.force_login(stranger)

    for url in (
        child_page(student),
        new_talk(student),
        reverse("counselling:talk", args=[session.public_id]),
    ):
        assert client.get(url).status_code == 404


def test_a_correction_shows_both_versions(as_teacher, student, homeroom_teacher):
    session = factories.make_session(student, homeroom_teacher, line="Her mother called.")

    as_teacher.post(
        reverse("counselling:talk_correct", args=[session.public_id]),
        {"line": "Her father called.", "reason": "Mixed up"},
    )

    page = as_teacher.get(reverse("counselling:talk", args=[session.public_id])).content.decode()
    assert "Her father called." in page
    assert "Her mother called." in page
    assert "Mixed up" in page


def test_undo_from_the_toast_takes_the_talk_back(as_teacher, student):
    as_teacher.post(new_talk(student), quick_log())
    session = Session.objects.get()

    page = as_teacher.post(
        reverse("counselling:talk_withdraw", args=[session.public_id]), follow=True
    ).content.decode()

    assert "Taken back" in page
    assert "Talked about the weekend at home." not in page


def test_happened_and_recorded_stand_apart_when_the_days_differ(as_teacher, student):
    earlier = timezone.localtime(timezone.now() - timedelta(days=3))
    as_teacher.post(new_talk(student), quick_log(happened_at=earlier.strftime("%Y-%m-%dT%H:%M")))

    assert "recorded" in as_teacher.get(child_page(student)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_chronology_costs_the_same_for_one_talk_and_three(
    as_teacher, student, homeroom_teacher, django_assert_num_queries, count
):
    for _ in range(count):
        session = factories.make_session(student, homeroom_teacher)
        session.topics.add(factories.make_topic(student.school))
        factories.make_follow_up(session)
    as_teacher.get(child_page(student))

    with django_assert_num_queries(CHILD_PAGE_QUERIES):
        as_teacher.get(child_page(student))


CHILD_PAGE_QUERIES = 29


def test_the_chronology_goes_on_by_key(as_teacher, student, homeroom_teacher):
    start = timezone.now() - timedelta(days=60)
    for number in range(45):
        factories.make_session(
            student,
            homeroom_teacher,
            line=f"Talk number {number}.",
            happened_at=start + timedelta(days=number),
        )

    seen, cursor = [], ""
    while cursor is not None:
        response = as_teacher.get(child_page(student), {"cursor": cursor} if cursor else {})
        seen += [entry.position.pk for entry in response.context["entries"] if entry.kind == "talk"]
        cursor = response.context["next_cursor"]

    assert len(seen) == len(set(seen)) == 45
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "99999999999999999999-talk-1", "1-talk-", "1-<b>-1", "\x00"])
def test_a_made_up_cursor_gives_a_page_and_no_error(as_teacher, student, cursor):
    assert as_teacher.get(child_page(student), {"cursor": cursor}).status_code == 200


def test_today_shows_overdue_promises_and_quiet_children(as_teacher, student, homeroom_teacher):
    session = factories.make_session(student, homeroom_teacher)
    factories.make_follow_up(session, due_on=timezone.localdate() - timedelta(days=2))

    page = as_teacher.get("/").content.decode()

    assert "overdue since" in page
    assert "Longest without a talk" in page


def test_done_answers_with_the_row_and_undo(as_teacher, student, homeroom_teacher):
    promise = factories.make_follow_up(factories.make_session(student, homeroom_teacher))

    row = as_teacher.post(
        reverse("counselling:follow_up_done", args=[promise.public_id]), headers={"HX-Request": "true"}
    ).content.decode()

    promise.refresh_from_db()
    assert promise.done_by == homeroom_teacher
    assert reverse("counselling:follow_up_reopen", args=[promise.public_id]) in row


def test_the_quiet_list_begins_with_children_nobody_talked_with(as_teacher, school_class, homeroom_teacher):
    now = timezone.now()
    talked = factories.make_student(school_class, "甲一")
    longer = factories.make_student(school_class, "乙二")
    never = factories.make_student(school_class, "丙三")
    factories.make_session(talked, homeroom_teacher, happened_at=now - timedelta(days=1))
    factories.make_session(longer, homeroom_teacher, happened_at=now - timedelta(days=20))

    pupils = as_teacher.get(reverse("counselling:quiet")).context["pupils"]

    assert [(one.student, one.days) for one in pupils] == [(never, None), (longer, 20), (talked, 1)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "name", ["students:today", "counselling:quiet", "counselling:pick", "counselling:follow_ups"]
)
def test_lists_cost_the_same_for_one_row_and_three(
    as_teacher, school_class, homeroom_teacher, name, count, django_assert_max_num_queries
):
    for number in range(count):
        pupil = factories.make_student(school_class, f"张{'一二三'[number]}")
        factories.make_follow_up(factories.make_session(pupil, homeroom_teacher), due_on=timezone.localdate())
    as_teacher.get(reverse(name))

    with django_assert_max_num_queries(LIST_QUERIES[name]) as asked:
        as_teacher.get(reverse(name))

    assert len(asked) == LIST_QUERIES[name]


LIST_QUERIES = {
    "students:today": 19,
    "counselling:quiet": 7,
    "counselling:pick": 7,
    "counselling:follow_ups": 8,
}


def test_the_file_on_paper_holds_what_the_screen_shows_and_printing_is_noted(
    as_teacher, student, homeroom_teacher, counsellor
):
    factories.make_session(student, homeroom_teacher, line="Talked about the weekend.")
    factories.make_session(student, counsellor, sensitivity="restricted", line="Very private words")

    page = as_teacher.get(reverse("students:print", args=[student.public_id])).content.decode()

    assert "Talked about the weekend." in page
    assert "Restricted entry" in page
    assert "Very private words" not in page
    assert "Printed by Homeroom Teacher" in page
    assert AuditEvent.objects.get(event="student.printed").actor_id == homeroom_teacher.pk


def test_a_stranger_prints_nothing(client, student, stranger):
    client.force_login(stranger)

    assert client.get(reverse("students:print", args=[student.public_id])).status_code == 404
    assert not AuditEvent.objects.filter(event="student.printed").exists()
