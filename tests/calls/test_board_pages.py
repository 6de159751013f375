"""The board and what hangs on it, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, CallReply, ContactAttempt, HomeTask
from tests import factories
from tests.calls.cast import family, number_of
from tests.factories.calls import make_call, make_phone

MINUTES = timedelta(minutes=1)


@pytest.fixture
def phone(school):
    return make_phone(school, "Hall")


@pytest.fixture
def child(school_class):
    student = family(school_class, phone="13800000001")
    father = factories.make_adult(student, "王父", "father", priority=2)
    factories.make_number(father, "13800000002")
    return student


@pytest.fixture
def call(child, phone):
    return make_call(child, number_of(child), phone=phone, starts_at=timezone.now() - MINUTES)


@pytest.fixture
def board(client, call):
    """The board of the call's own evening as somebody sees it."""

    def see(user):
        client.force_login(user)
        day = timezone.localdate(call.starts_at).isoformat()
        return client.get(reverse("calls:board"), {"on": day})

    return see


def tap(client, call, outcome, number=None, **more):
    data = {"outcome": outcome, "number": number or call.number_id, **more}
    return client.post(reverse("calls:outcome", args=[call.public_id]), data, follow=True)


def test_the_board_shows_whom_to_call_on_which_telephone(board, child, warden):
    page = board(warden).content.decode()
    assert child.name in page
    assert "王妈" in page
    assert 'href="tel:13800000001"' in page
    assert "Hall" in page
    assert "Talked 0 of 1" in page


def test_one_tap_notes_the_outcome_and_says_what_comes_next(client, board, call, warden):
    board(warden)
    page = tap(client, call, "no_answer").content.decode()
    assert "Noted. Next: 王父." in page
    assert 'href="tel:13800000002"' in page
    second = call.pupils.get().student.guardian_links.get(relation="father").person.numbers.get()
    page = tap(client, call, "talked", second.pk, minutes=6).content.decode()
    assert "Talked 1 of 1" in page
    assert ContactAttempt.objects.get(outcome="talked").minutes == 6


def test_after_an_attempt_the_way_to_a_concern_note_stands_there_with_the_child(
    client, board, call, child, warden
):
    board(warden)
    page = tap(client, call, "upset").content.decode()
    assert f'href="{reverse("counselling:concern_new")}?student={child.public_id}"' in page


def test_what_the_parent_said_stands_on_the_board(board, call, school, warden):
    CallReply.objects.create(school=school, call=call, answer="cannot", answered_at=timezone.now())
    page = board(warden).content.decode()
    assert "has said no" in page
    assert page.index("王父") < page.index("13800000002")
    assert "13800000001" not in page  # the father comes first now


def test_a_class_teacher_sees_their_own_class_and_of_others_only_that_the_place_is_taken(
    board, call, other_class, phone, homeroom_teacher
):
    other = family(other_class, "李明", phone="13900000001")
    make_call(other, number_of(other), phone=phone, starts_at=call.starts_at + 20 * MINUTES)
    page = board(homeroom_teacher).content.decode()
    assert "王小雨" in page
    assert "李明" not in page
    assert "13900000001" not in page
    assert "Another class" in page


@pytest.mark.parametrize("who", ["counsellor", "head_teacher", "official", "stranger"])
def test_the_board_is_for_those_who_run_the_calls(board, who, request):
    assert board(request.getfixturevalue(who)).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("counsellor", 403), ("stranger", 404), ("official", 404), ("paired_teacher", 404)]
)
def test_nobody_else_notes_an_outcome(client, call, who, status, request):
    client.force_login(request.getfixturevalue(who))
    assert tap(client, call, "talked").status_code == status
    assert ContactAttempt.objects.count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"outcome": "talked"},
        {"outcome": "talked", "number": "x"},
        {"outcome": "talked", "number": "9" * 40},
        {"outcome": "danced", "number": "1"},
        {"outcome": "talked", "number": "1", "minutes": "999"},
    ],
)
def test_a_form_that_says_nothing_changes_nothing_and_says_so(client, call, warden, data):
    client.force_login(warden)
    page = client.post(reverse("calls:outcome", args=[call.public_id]), data, follow=True)
    assert "nothing was changed" in page.content.decode()
    assert ContactAttempt.objects.count() == 0


def test_minutes_that_are_none_are_said_beside_the_field_and_kept(client, call, warden):
    client.force_login(warden)
    data = {"outcome": "talked", "number": call.number_id, "minutes": "999"}

    answer = client.post(reverse("calls:outcome", args=[call.public_id]), data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="999" aria-invalid="true" aria-describedby="id_minutes_error"' in page
    assert "less than or equal to 240" in page.split('id="id_minutes_error"')[1]


def test_a_call_for_which_no_number_is_left_is_handed_over(
    client, board, call, child, warden, homeroom_teacher
):
    board(warden)
    assert HomeTask.objects.count() == 0
    assert "There is still somebody to call" in tap(client, call, "nobody").content.decode()
    child.guardian_links.update(contact_barred=True)
    assert "Hand over to the class teacher" in board(warden).content.decode()

    assert "the class teacher has it now" in tap(client, call, "nobody").content.decode()

    call.refresh_from_db()
    assert (call.state, HomeTask.objects.get().student) == (Call.State.MISSED, child)
    client.force_login(homeroom_teacher)
    assert "Families whom nobody reached" in client.get(reverse("students:today")).content.decode()


def test_what_the_parent_said_stands_in_the_week_too(client, call, school, homeroom_teacher):
    CallReply.objects.create(school=school, call=call, answer="cannot", answered_at=timezone.now())
    client.force_login(homeroom_teacher)
    day = timezone.localdate(call.starts_at).isoformat()

    page = client.get(reverse("calls:school_week", args=[school.public_id]), {"day": day}).content.decode()

    assert "has said no" in page


@pytest.mark.parametrize("day", ["", "2026-13-40", "\x00", "99999-01-01", "0001-01-01"])
def test_a_day_that_is_none_shows_today(client, warden, day):
    client.force_login(warden)
    assert client.get(reverse("calls:board"), {"on": day, "school": "x"}).status_code == 200


def test_the_class_teacher_has_the_task_on_today_and_closes_it_by_a_contact(
    client, call, child, school, homeroom_teacher, warden
):
    now = timezone.now()
    HomeTask.objects.create(school=school, student=child, call=call, made_at=now)
    client.force_login(homeroom_teacher)
    assert "Families whom nobody reached" in client.get(reverse("students:today")).content.decode()
    url = reverse("calls:contact_new", args=[child.public_id])
    at = timezone.localtime(now - 5 * MINUTES).strftime("%Y-%m-%dT%H:%M")
    data = {"person": call.person_id, "channel": "teacher_phone", "outcome": "talked", "at": at}
    assert client.post(url, {**data, "minutes": "0"}).status_code == 422
    assert client.post(url, {**data, "minutes": "8"}).status_code == 302
    assert HomeTask.objects.get().done_by == homeroom_teacher
    assert "Families whom nobody reached" not in client.get(reverse("students:today")).content.decode()


def test_the_warden_sees_the_task_in_the_list_but_not_on_today(client, call, child, school, warden):
    task = HomeTask.objects.create(school=school, student=child, call=call, made_at=timezone.now())
    client.force_login(warden)
    assert "not reached on" not in client.get(reverse("students:today")).content.decode()
    assert child.name in client.get(reverse("calls:tasks")).content.decode()
    client.post(reverse("calls:task_done", args=[task.public_id]))
    task.refresh_from_db()
    assert task.done_by == warden


@pytest.mark.parametrize("at", ["", "0001-01-01T00:00", "9999-12-31T23:59", "soon", "\x00"])
def test_a_contact_at_no_real_time_is_refused_beside_the_field(client, call, child, warden, at):
    client.force_login(warden)
    data = {"person": call.person_id, "channel": "visit", "outcome": "talked", "at": at}
    answer = client.post(reverse("calls:contact_new", args=[child.public_id]), data)
    assert answer.status_code == 422
    assert ContactAttempt.objects.count() == 0


def test_nobody_writes_down_a_contact_with_a_stranger_or_with_who_is_barred(client, call, child, warden):
    child.guardian_links.filter(relation="mother").update(contact_barred=True)
    client.force_login(warden)
    at = timezone.localtime(timezone.now() - 5 * MINUTES).strftime("%Y-%m-%dT%H:%M")
    data = {"person": call.person_id, "channel": "visit", "outcome": "talked", "at": at}
    assert client.post(reverse("calls:contact_new", args=[child.public_id]), data).status_code == 422


def test_a_parents_no_stands_on_today_at_once_with_the_way_to_another_time(
    client, child, phone, school, homeroom_teacher
):
    later = make_call(child, number_of(child), phone=phone, starts_at=timezone.now() + timedelta(hours=26))
    client.force_login(homeroom_teacher)
    assert "Calls in the next hours" not in client.get(reverse("students:today")).content.decode()

    CallReply.objects.create(school=school, call=later, answer="cannot", answered_at=timezone.now())

    page = client.get(reverse("students:today")).content.decode()
    assert "has said no" in page
    assert f'href="{reverse("calls:call_move", args=[later.public_id])}"' in page


def test_calls_of_the_next_hours_stand_on_today(client, child, phone, warden):
    soon = make_call(child, number_of(child), phone=phone, starts_at=timezone.now() + 30 * MINUTES)
    client.force_login(warden)
    page = client.get(reverse("students:today")).content.decode()
    assert "Calls in the next hours" in page
    Call.objects.filter(pk=soon.pk).update(
        state="cancelled", stands=False, cancelled_at=timezone.now(), reason="school"
    )
    assert "Calls in the next hours" not in client.get(reverse("students:today")).content.decode()
