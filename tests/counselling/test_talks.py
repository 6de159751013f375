"""Logging, correcting and taking back a talk."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections

from accounts.models import User
from core.models import AuditEvent
from counselling.models import Draft, FollowUp, LinkedPupil, Session, SessionText
from counselling.selectors import talks as talk_selectors
from counselling.services import drafts, follow_ups, talks
from counselling.services.talks import TalkDetails, Words
from reminders.models import Reminder
from tests import factories

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def log(student, by, **changes):
    details = {"happened_at": NOW, "sensitivity": "school"} | changes.pop("details", {})
    asked = {"client_id": uuid.uuid4(), "words": Words("She misses her mother."), "now": NOW} | changes
    return talks.log_talk(student=student, by=by, details=TalkDetails(**details), **asked)


def test_a_talk_keeps_when_it_happened_and_when_it_was_recorded(student, homeroom_teacher):
    session = log(student, homeroom_teacher, details={"happened_at": NOW - timedelta(days=2), "mood": 2})

    session.refresh_from_db()
    assert session.happened_at == NOW - timedelta(days=2)
    assert session.recorded_at == NOW
    assert session.texts.get().line == "She misses her mother."
    assert AuditEvent.objects.get(event="session.logged").target_id == str(session.public_id)


def test_the_audit_event_carries_no_word_of_the_talk(student, homeroom_teacher):
    log(student, homeroom_teacher)

    assert "mother" not in str(list(AuditEvent.objects.values()))


def test_the_same_submission_twice_makes_one_entry(student, homeroom_teacher):
    client_id = uuid.uuid4()
    first = log(student, homeroom_teacher, client_id=client_id, details={"follow_up_on": date(2026, 11, 23)})

    second = log(student, homeroom_teacher, client_id=client_id, details={"follow_up_on": date(2026, 11, 23)})

    assert second == first
    assert (Session.objects.count(), SessionText.objects.count(), FollowUp.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_submissions_at_once_make_one_entry(student, homeroom_teacher):
    client_id = uuid.uuid4()
    ready = threading.Barrier(8)
    made, failed = [], []

    def submit():
        ready.wait()
        try:
            made.append(log(student, homeroom_teacher, client_id=client_id).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len(made) == 8
    assert set(made) == {Session.objects.get().pk}


@pytest.mark.parametrize(
    "change", [{"words": Words("She wants to go home.")}, {"details": {"sensitivity": "restricted"}}]
)
def test_a_form_changed_after_it_was_saved_is_not_lost_unseen(student, homeroom_teacher, change):
    client_id = uuid.uuid4()
    log(student, homeroom_teacher, client_id=client_id)

    with pytest.raises(talks.CannotLog):
        log(student, homeroom_teacher, client_id=client_id, **change)


def test_the_same_id_for_another_pupil_is_refused(student, other_student, counsellor):
    client_id = uuid.uuid4()
    log(student, counsellor, client_id=client_id)

    with pytest.raises(talks.CannotLog):
        log(other_student, counsellor, client_id=client_id)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"happened_at": NOW + timedelta(minutes=1)}, "happened_at"),
        ({"happened_at": NOW - timedelta(days=400)}, "happened_at"),
        ({"follow_up_on": date(2026, 11, 21)}, "follow_up_on"),
        ({"follow_up_on": date(9999, 12, 31)}, "follow_up_on"),
    ],
)
def test_a_wrong_day_is_named_beside_its_field(student, homeroom_teacher, details, field):
    with pytest.raises(talks.CannotLog) as refused:
        log(student, homeroom_teacher, details=details)

    assert refused.value.field == field
    assert not Session.objects.exists()


def test_a_topic_of_another_school_is_refused(student, homeroom_teacher, other_school):
    with pytest.raises(talks.CannotLog):
        log(student, homeroom_teacher, details={"topics": [factories.make_topic(other_school)]})


def test_another_pupil_is_linked_with_a_part_of_their_own(student, other_student, counsellor):
    log(student, counsellor, details={"linked": {other_student: "witness"}})

    assert LinkedPupil.objects.get().role == "witness"


def test_a_follow_up_makes_its_reminder_in_the_same_transaction(student, homeroom_teacher):
    session = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)})

    reminders = Reminder.objects.filter(recipient=homeroom_teacher)
    assert {row.channel for row in reminders} == {"bell", "email"}
    # 07:30 in Shanghai is 23:30 UTC of the day before
    assert {row.due_at for row in reminders} == {datetime(2026, 11, 23, 23, 30, tzinfo=UTC)}
    assert str(session.follow_ups.get().public_id) in reminders[0].about


def test_no_reminder_names_the_child_or_quotes_the_talk(student, homeroom_teacher):
    log(
        student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24), "follow_up_note": "Ask again"}
    )

    stored = str(list(Reminder.objects.values()))
    assert student.name not in stored
    assert "Ask again" not in stored


def test_a_saved_talk_lets_go_of_its_draft(student, homeroom_teacher):
    client_id = uuid.uuid4()
    drafts.save_draft(
        student=student, client_id=client_id, fields={"line": ["She"]}, by=homeroom_teacher, now=NOW
    )

    log(student, homeroom_teacher, client_id=client_id)

    assert not Draft.objects.exists()


def test_a_late_draft_does_not_come_back_after_the_talk_is_saved(student, homeroom_teacher):
    client_id = uuid.uuid4()
    log(student, homeroom_teacher, client_id=client_id)

    kept = drafts.save_draft(
        student=student, client_id=client_id, fields={"line": ["She"]}, by=homeroom_teacher, now=NOW
    )

    assert kept is None
    assert not Draft.objects.exists()


def test_a_draft_that_crossed_its_talk_on_the_way_is_not_offered(student, homeroom_teacher):
    client_id = uuid.uuid4()
    log(student, homeroom_teacher, client_id=client_id)
    Draft.objects.create(  # written by a request that looked before the talk was there
        school=student.school, student=student, author=homeroom_teacher, client_id=client_id, changed_at=NOW
    )

    assert talk_selectors.draft_for(homeroom_teacher, student) is None
    assert list(talk_selectors.drafts_of(homeroom_teacher, on=NOW.date())) == []


def test_today_names_no_pupil_of_a_draft_after_the_class_was_given_away(student, homeroom_teacher):
    drafts.save_draft(student=student, client_id=uuid.uuid4(), fields={}, by=homeroom_teacher, now=NOW)
    assert len(talk_selectors.drafts_of(homeroom_teacher, on=NOW.date())) == 1

    homeroom_teacher.memberships.update(ended_on=NOW.date() - timedelta(days=1))

    again = User.objects.get(pk=homeroom_teacher.pk)
    assert list(talk_selectors.drafts_of(again, on=NOW.date())) == []


def test_a_draft_has_room_for_every_field_filled_to_its_end_in_chinese(student, homeroom_teacher):
    fields = {"line": ["话" * 300], "facts": ["话" * 10_000], "child_words": ["话" * 5_000]}

    assert drafts.save_draft(
        student=student,
        client_id=uuid.uuid4(),
        fields={**fields, "action": ["话" * 5_000]},
        by=homeroom_teacher,
        now=NOW,
    )


def test_a_draft_of_a_megabyte_is_refused(student, homeroom_teacher):
    with pytest.raises(drafts.CannotKeep):
        drafts.save_draft(
            student=student,
            client_id=uuid.uuid4(),
            fields={"line": ["x" * 1_000_000]},
            by=homeroom_teacher,
            now=NOW,
        )


def test_drafts_go_after_thirty_days(student, homeroom_teacher):
    drafts.save_draft(student=student, client_id=uuid.uuid4(), fields={}, by=homeroom_teacher, now=NOW)

    assert drafts.remove_old_drafts(now=NOW + timedelta(days=30)) == 0
    assert drafts.remove_old_drafts(now=NOW + timedelta(days=30, seconds=1)) == 1


def test_a_correction_keeps_the_first_version(student, homeroom_teacher):
    session = log(student, homeroom_teacher)

    talks.correct_talk(
        session=session, words=Words("Her father."), reason="Wrong parent", by=homeroom_teacher, now=NOW
    )

    newest, first = talks.read_texts(session=session, by=homeroom_teacher)
    assert (newest.number, newest.line, newest.reason) == (2, "Her father.", "Wrong parent")
    assert (first.number, first.line) == (1, "She misses her mother.")


def test_a_correction_that_changes_nothing_is_refused(student, homeroom_teacher):
    session = log(student, homeroom_teacher)

    with pytest.raises(talks.CannotChange):
        talks.correct_talk(
            session=session,
            words=Words("She misses her mother."),
            reason="?",
            by=homeroom_teacher,
            now=NOW,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counselling_sessiontext SET line = 'x'",
        "DELETE FROM counselling_sessiontext",
        "TRUNCATE counselling_sessiontext",
        "UPDATE counselling_session SET sensitivity = 'school'",
        "UPDATE counselling_session SET happened_at = recorded_at",
        "DELETE FROM counselling_session",
    ],
)
def test_the_program_cannot_change_or_remove_what_was_written(student, homeroom_teacher, statement):
    from django.db import ProgrammingError

    log(student, homeroom_teacher)

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_undo_takes_the_talk_back_with_its_follow_up_and_reminders(student, homeroom_teacher):
    session = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)})

    talks.withdraw_talk(session=session, by=homeroom_teacher, now=NOW + timedelta(seconds=9))

    session.refresh_from_db()
    assert session.withdrawn_by == homeroom_teacher
    assert session.follow_ups.get().cancelled_at is not None
    assert not Reminder.objects.filter(cancelled_at=None).exists()


def test_undo_after_a_minute_is_refused(student, homeroom_teacher):
    session = log(student, homeroom_teacher)

    with pytest.raises(talks.CannotChange):
        talks.withdraw_talk(session=session, by=homeroom_teacher, now=NOW + timedelta(seconds=61))


def test_every_reading_of_a_closed_entry_is_noted_the_authors_too(student, counsellor, lead):
    session = log(student, counsellor, details={"sensitivity": "restricted"})
    open_one = log(student, counsellor)

    for reader in (counsellor, lead):
        talks.read_texts(session=session, by=reader)
        talks.read_texts(session=open_one, by=reader)

    noted = AuditEvent.objects.filter(event="session.read").order_by("pk")
    assert [(event.actor_id, event.target_id) for event in noted] == [
        (counsellor.pk, str(session.public_id)),
        (lead.pk, str(session.public_id)),
    ]


def test_a_kept_promise_reminds_no_more(student, homeroom_teacher):
    session = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)})
    promise = session.follow_ups.get()

    follow_ups.complete(follow_up=promise, by=homeroom_teacher, now=NOW)
    follow_ups.complete(follow_up=promise, by=homeroom_teacher, now=NOW + timedelta(hours=1))

    promise.refresh_from_db()
    assert promise.done_at == NOW
    assert not Reminder.objects.filter(cancelled_at=None).exists()


def test_a_reopened_promise_reminds_again(student, homeroom_teacher):
    promise = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)}).follow_ups.get()
    follow_ups.complete(follow_up=promise, by=homeroom_teacher, now=NOW)

    follow_ups.reopen(follow_up=promise, by=homeroom_teacher, now=NOW)

    assert Reminder.objects.filter(cancelled_at=None, state="planned").count() == 2


def test_a_promise_reopened_after_its_morning_sends_nothing_again(student, homeroom_teacher):
    promise = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)}).follow_ups.get()
    a_week_later = NOW + timedelta(days=7)
    follow_ups.complete(follow_up=promise, by=homeroom_teacher, now=a_week_later)

    follow_ups.reopen(follow_up=promise, by=homeroom_teacher, now=a_week_later)

    assert not Reminder.objects.filter(cancelled_at=None).exists()


def test_reading_the_note_of_a_closed_entry_is_noted(student, counsellor, lead):
    session = log(
        student, counsellor, details={"sensitivity": "restricted", "follow_up_on": date(2026, 11, 24)}
    )

    follow_ups.read(follow_up=session.follow_ups.get(), by=lead)

    assert AuditEvent.objects.get(event="follow_up.read").actor_id == lead.pk


def test_a_moved_promise_moves_its_reminder(student, homeroom_teacher):
    promise = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)}).follow_ups.get()

    follow_ups.move(follow_up=promise, due_on=date(2026, 11, 30), by=homeroom_teacher, now=NOW)

    standing = Reminder.objects.filter(cancelled_at=None)
    assert {row.due_at.date() for row in standing} == {date(2026, 11, 29)}  # 07:30 in Shanghai, in UTC
    assert standing.count() == 2


def test_a_promise_cannot_move_into_the_past_nor_after_its_end(student, homeroom_teacher):
    promise = log(student, homeroom_teacher, details={"follow_up_on": date(2026, 11, 24)}).follow_ups.get()

    for day in (date(2026, 11, 21), date(2027, 11, 24)):
        with pytest.raises(follow_ups.WrongDay):
            follow_ups.move(follow_up=promise, due_on=day, by=homeroom_teacher, now=NOW)
    follow_ups.cancel(follow_up=promise, by=homeroom_teacher, now=NOW)
    with pytest.raises(follow_ups.CannotChange):
        follow_ups.move(follow_up=promise, due_on=date(2026, 11, 30), by=homeroom_teacher, now=NOW)
    with pytest.raises(follow_ups.CannotChange):
        follow_ups.complete(follow_up=promise, by=homeroom_teacher, now=NOW)


def test_the_daily_task_removes_only_old_drafts(student, homeroom_teacher):
    from django.utils import timezone as django_timezone

    from counselling import tasks

    fresh = django_timezone.now()
    for changed_at in (fresh, fresh - timedelta(days=31)):
        drafts.save_draft(
            student=student, client_id=uuid.uuid4(), fields={}, by=homeroom_teacher, now=changed_at
        )

    assert tasks.remove_old_drafts.delay().get() == 1
    assert Draft.objects.get().changed_at == fresh


def test_without_a_safeguarding_lead_nothing_is_restricted(student, counsellor):
    with pytest.raises(talks.CannotLog, match="no safeguarding lead"):
        log(student, counsellor, details={"sensitivity": "restricted"})

    assert not Session.objects.exists()
