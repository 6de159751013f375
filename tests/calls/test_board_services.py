"""The evening: one tap an outcome, and what comes next, until home was reached or a teacher has the task."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calls.models import Call, CallReply, ContactAttempt, HomeTask
from calls.selectors import contacts
from calls.services import board
from core.models import AuditEvent
from reminders.models import Reminder
from schools.services.errors import RefusedError
from tests import factories
from tests.calls.cast import evening, family, number_of
from tests.factories.calls import make_call, make_call_window, make_phone

MINUTE = timedelta(minutes=1)


@pytest.fixture
def phone(school):
    make_call_window(school)
    return make_phone(school)


@pytest.fixture
def child(school_class, homeroom_teacher):
    """Mother first, then father."""
    student = family(school_class, phone="13800000001")
    father = factories.make_adult(student, "王父", "father", priority=2)
    factories.make_number(father, "13800000002")
    return student


@pytest.fixture
def call(child, phone):
    return make_call(child, number_of(child), phone=phone, starts_at=evening())


def note(call, outcome, *, by, number=None, minutes=None, now=None):
    now = now or call.starts_at + MINUTE
    if number is None:
        waiting = contacts.contacts_of([call], on=now.date())[call.pk]
        number = waiting[0].phone_id
    return board.note_outcome(call=call, number_id=number, outcome=outcome, minutes=minutes, by=by, now=now)


@pytest.mark.parametrize("outcome", ["talked", "upset"])
def test_a_talk_is_noted_with_its_minutes_and_the_number_worked(call, child, warden, outcome):
    step = note(call, outcome, by=warden, minutes=7)
    call.refresh_from_db()
    attempt = ContactAttempt.objects.get()
    assert (step.contact, step.retry, step.tasks) == (None, None, 0)
    assert (call.state, attempt.outcome, attempt.minutes) == (Call.State.TALKED, outcome, 7)
    assert (attempt.student, attempt.person, attempt.by) == (child, call.person, warden)
    assert number_of(child).last_worked_on == evening().date()
    assert AuditEvent.objects.filter(event="call.noted").count() == 1


def test_minutes_of_a_call_that_nobody_answered_are_not_kept(call, warden):
    note(call, "no_answer", by=warden, minutes=7)
    assert ContactAttempt.objects.get().minutes is None


def test_no_answer_leads_to_the_next_contact_by_priority(call, child, warden):
    step = note(call, "no_answer", by=warden)
    call.refresh_from_db()
    assert (step.contact.name, step.contact.number) == ("王父", "13800000002")
    assert call.state == Call.State.PLANNED


def test_when_nobody_answers_there_is_a_place_later_this_evening(call, child, warden):
    note(call, "no_answer", by=warden)
    step = note(call, "no_answer", by=warden)
    call.refresh_from_db()
    assert call.state == Call.State.MISSED
    assert (step.retry.starts_at, step.retry.replaces, step.retry.number) == (
        evening(20),
        call,
        call.number,
    )
    assert list(step.retry.pupils.values_list("student_id", flat=True)) == [child.pk]
    assert HomeTask.objects.count() == 0


def miss_all(call, by):
    """Both parents, at the planned time and at the retry."""
    note(call, "no_answer", by=by)
    retry = note(call, "no_answer", by=by).retry
    note(retry, "no_answer", by=by)
    return note(retry, "no_answer", by=by)


def test_when_the_second_time_is_in_vain_the_class_teacher_has_a_task(call, child, warden, homeroom_teacher):
    step = miss_all(call, warden)
    task = HomeTask.objects.get()
    assert (step.retry, step.tasks, task.student) == (None, 1, child)
    told = Reminder.objects.filter(category="home_task")
    assert {row.recipient for row in told} == {homeroom_teacher}
    assert all(child.name not in str(vars(row)) for row in told)


def test_when_no_place_is_left_this_evening_the_task_comes_at_once(child, phone, warden):
    last = make_call(child, number_of(child), phone=phone, starts_at=evening(50))
    note(last, "no_answer", by=warden)
    assert note(last, "no_answer", by=warden).tasks == 1


def test_a_task_is_made_once_however_many_evenings_pass(call, child, phone, warden):
    miss_all(call, warden)
    other = make_call(child, number_of(child), phone=phone, starts_at=evening(50))
    note(other, "no_answer", by=warden)
    assert note(other, "no_answer", by=warden).tasks == 0
    assert HomeTask.objects.count() == 1


def test_reaching_home_closes_the_task_and_takes_its_reminder_back(call, child, phone, warden):
    miss_all(call, warden)
    later = make_call(child, number_of(child), phone=phone, starts_at=evening(50))
    note(later, "talked", by=warden)
    assert HomeTask.objects.get().done_by == warden
    assert not Reminder.objects.standing().filter(category="home_task").exists()


def test_a_wrong_number_is_never_called_again(call, child, warden):
    wrong = number_of(child)
    step = note(call, "wrong_number", by=warden)
    wrong.refresh_from_db()
    assert wrong.ended_on == evening().date()
    assert step.contact.name == "王父"
    waiting = contacts.callable_for([child], first=wrong.pk, on=evening().date())
    assert [one.number for one in waiting] == ["13800000002"]


def test_with_no_number_left_at_all_the_task_comes_at_once(school_class, phone, warden, homeroom_teacher):
    child = family(school_class)
    call = make_call(child, number_of(child), phone=phone, starts_at=evening())
    assert note(call, "wrong_number", by=warden).tasks == 1


def test_a_second_tap_does_not_count_for_the_next_person(call, child, warden):
    mother = number_of(child)
    note(call, "no_answer", by=warden, number=mother.pk)
    with pytest.raises(RefusedError, match="noted this already"):
        note(call, "no_answer", by=warden, number=mother.pk)
    assert ContactAttempt.objects.count() == 1


def test_what_is_done_is_not_noted_again(call, child, warden):
    note(call, "talked", by=warden, number=number_of(child).pk)
    with pytest.raises(RefusedError):
        note(call, "talked", by=warden, number=number_of(child).pk)


@pytest.mark.parametrize(("minutes", "words"), [(-31, "too early"), (3 * 24 * 60, "too long ago")])
def test_an_outcome_is_noted_around_its_evening(call, child, warden, minutes, words):
    with pytest.raises(RefusedError, match=words):
        note(call, "talked", by=warden, number=number_of(child).pk, now=call.starts_at + minutes * MINUTE)


def test_who_was_barred_meanwhile_is_not_called(call, child, warden):
    child.guardian_links.filter(relation="mother").update(contact_barred=True)
    with pytest.raises(RefusedError):
        note(call, "talked", by=warden, number=call.number_id)
    (only,) = contacts.contacts_of([call], on=evening().date())[call.pk]
    assert only.name == "王父"


def test_siblings_share_a_call_and_who_is_barred_from_one_is_called_for_neither(
    call, child, school_class, phone, warden
):
    sister = factories.make_student(school_class, "王小雪", boarding="boarder")
    mother = call.person
    factories.make_link(sister, mother)
    shared = make_call([child, sister], call.number, phone=phone, starts_at=evening(20))
    assert [one.name for one in contacts.contacts_of([shared], on=evening().date())[shared.pk]] == ["王妈"]
    note(shared, "talked", by=warden, minutes=4)
    assert {row.student for row in ContactAttempt.objects.all()} == {child, sister}
    assert AuditEvent.objects.get(event="call.noted").details["pupils"] == 2


def test_who_said_that_they_cannot_comes_last(call, child, school):
    CallReply.objects.create(school=school, call=call, answer="cannot", answered_at=evening())
    waiting = contacts.contacts_of([call], on=evening().date())[call.pk]
    assert [one.name for one in waiting] == ["王父", "王妈"]


def test_a_call_is_moved_to_the_next_free_place_of_the_evening(call, child, phone, warden, other_class):
    make_call(
        family(other_class, "李明", phone="13900000001"),
        number_of(family(other_class, "李亮", phone="13900000002")),
        phone=phone,
        starts_at=evening(10),
    )
    moved = board.move_on(call=call, by=warden, now=call.starts_at + MINUTE)
    call.refresh_from_db()
    assert (call.state, moved.starts_at, moved.replaces) == (Call.State.MOVED, evening(20), call)
    assert ContactAttempt.objects.count() == 0


def test_without_a_free_place_nothing_is_moved(child, phone, warden):
    last = make_call(child, number_of(child), phone=phone, starts_at=evening(50))
    with pytest.raises(RefusedError, match="No place is free"):
        board.move_on(call=last, by=warden, now=last.starts_at + MINUTE)
    last.refresh_from_db()
    assert last.state == Call.State.PLANNED


def test_a_contact_outside_the_plan_counts_and_closes_the_task(call, child, warden, homeroom_teacher):
    miss_all(call, warden)
    board.note_contact(
        student=child,
        person_id=call.person_id,
        channel="visit",
        outcome="talked",
        minutes=30,
        at=evening(120),
        by=homeroom_teacher,
        now=evening(121),
    )
    assert HomeTask.objects.get().done_by == homeroom_teacher
    with pytest.raises(RefusedError, match="still to come"):
        board.note_contact(
            student=child,
            person_id=call.person_id,
            channel="visit",
            outcome="talked",
            minutes=None,
            at=evening(200),
            by=homeroom_teacher,
            now=evening(121),
        )


def test_a_task_may_be_settled_in_another_way(call, warden, homeroom_teacher):
    miss_all(call, warden)
    task = HomeTask.objects.get()
    board.finish_task(task=task, by=homeroom_teacher, now=evening(100))
    board.finish_task(task=task, by=warden, now=evening(101))
    task.refresh_from_db()
    assert (task.done_by, task.done_at) == (homeroom_teacher, evening(100))
