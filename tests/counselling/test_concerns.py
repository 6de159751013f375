"""Reporting a concern: to whom it goes, what its reporter keeps, and that it goes round whom it is about."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from accounts.roles import Role
from core.models import AuditEvent
from counselling import access_concerns as access
from counselling.models import Concern, ConcernDraft, ConcernReader, ConcernText
from counselling.services import concern_drafts, concern_handling, concerns, drafts
from counselling.services.concern_words import Words, unseal
from reminders.models import Reminder
from tests.counselling.concern_help import NOW, SAID, TODAY, member, reads, report


@pytest.fixture
def second_lead(school):
    return member("second_lead", Role.SAFEGUARDING_LEAD, school=school)


# --- everybody reports, the lead reads -----------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["homeroom_teacher", "paired_teacher", "counsellor", "warden", "school_admin", "head_teacher"]
)
def test_everybody_of_the_school_reports_and_only_the_lead_reads(request, student, lead, role):
    reporter = request.getfixturevalue(role)

    concern = report(student, reporter)

    assert reads(lead, concern)
    assert not reads(reporter, concern)
    assert access.knowing_reason(reporter, concern, on=TODAY) is access.REPORTER


def test_the_words_lie_encrypted_and_apart(student, warden, lead):
    concern = report(student, warden)

    text = ConcernText.objects.get(concern=concern)
    assert SAID.encode() not in bytes(text.sealed)
    assert unseal(concern, text).facts == SAID


def test_words_moved_to_another_report_do_not_open(student, warden, lead):
    from core import keys

    first, second = report(student, warden), report(student, warden)
    text = ConcernText.objects.get(concern=first)

    with pytest.raises(keys.Damaged):
        unseal(second, text)


def test_the_audit_event_and_the_alert_carry_no_word_and_no_name(student, warden, lead):
    report(student, warden)

    trail = str(list(AuditEvent.objects.filter(event="concern.reported").values()))
    messages = str(list(Reminder.objects.values("about", "url_path", "from_name", "category")))
    assert "flinched" not in trail + messages
    assert student.name not in trail + messages
    assert warden.name not in messages


def test_the_same_report_twice_is_one(student, warden, lead):
    client_id = uuid.uuid4()
    first = report(student, warden, client_id=client_id)

    second = report(student, warden, client_id=client_id)

    assert second == first
    assert (Concern.objects.count(), ConcernText.objects.count()) == (1, 1)


def test_a_form_sent_again_with_other_words_is_not_swallowed(student, warden, lead):
    client_id = uuid.uuid4()
    report(student, warden, client_id=client_id)

    with pytest.raises(concerns.CannotReport, match="other words"):
        report(student, warden, client_id=client_id, facts="Something else.")


def test_a_form_sent_again_for_another_pupil_is_refused(student, other_student, warden, lead):
    client_id = uuid.uuid4()
    report(student, warden, client_id=client_id)

    with pytest.raises(concerns.CannotReport, match="another pupil"):
        report(other_student, warden, client_id=client_id)


@pytest.mark.parametrize(
    ("happened_at", "said"),
    [(NOW + timedelta(hours=1), "still to come"), (datetime(1990, 1, 1, tzinfo=UTC), "20 years")],
)
def test_a_mistyped_moment_is_refused(student, warden, happened_at, said):
    with pytest.raises(concerns.CannotReport, match=said) as refused:
        report(student, warden, happened_at=happened_at)
    assert refused.value.field == "happened_at"


# --- what becomes of it ----------------------------------------------------------------------------


def ringing():
    return Reminder.objects.standing().filter(channel="bell").count()


def test_it_rings_again_after_some_hours_until_somebody_has_seen_it(
    student, warden, lead, second_lead, settings
):
    settings.CONCERN_REMIND_HOURS = (1, 4)
    concern = report(student, warden)
    due = Reminder.objects.filter(recipient=lead, channel="bell").values_list("due_at", flat=True)
    assert sorted(due) == [NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=4)]

    concern_handling.acknowledge(concern=concern, by=lead, now=NOW + timedelta(minutes=5))

    assert ringing() == 0  # for the other lead as well
    concern.refresh_from_db()
    assert (concern.acknowledged_by, concern.status) == (lead, "received")


def test_seen_twice_is_once_and_the_first_name_stands(student, warden, lead, second_lead):
    concern = report(student, warden)
    concern_handling.acknowledge(concern=concern, by=lead, now=NOW)

    concern_handling.acknowledge(concern=concern, by=second_lead, now=NOW + timedelta(hours=1))

    concern.refresh_from_db()
    assert concern.acknowledged_by == lead
    assert AuditEvent.objects.filter(event="concern.acknowledged").count() == 1


def test_closing_says_what_came_of_it_and_it_can_be_taken_up_again(student, warden, lead):
    concern = report(student, warden)

    closed = concern_handling.close(concern=concern, outcome="helped", by=lead, now=NOW)
    assert (closed.status, closed.outcome, closed.acknowledged_by) == ("closed", "helped", lead)
    again = concern_handling.look_into(concern=concern, by=lead, now=NOW)

    assert (again.status, again.outcome, again.closed_at) == ("looking", "", None)


def test_sharing_lets_one_colleague_read_one_concern_until_it_is_taken_back(
    student, warden, lead, counsellor
):
    concern, other = report(student, warden), report(student, warden, facts="Another.")

    share = concern_handling.share(concern=concern, colleague=counsellor, by=lead, now=NOW)
    assert reads(counsellor, concern)
    assert not reads(counsellor, other)
    assert access.handling_reason(counsellor, concern, on=TODAY) is None
    concern_handling.unshare(share=share, by=lead, now=NOW)

    assert not reads(counsellor, concern)
    assert not Reminder.objects.standing().filter(recipient=counsellor).exists()
    events = AuditEvent.objects.filter(event__in=["concern.shared", "concern.unshared"])
    assert [event.details["user_id"] for event in events] == [counsellor.pk, counsellor.pk]


def test_whoever_can_read_it_already_is_not_given_it_again(student, warden, lead, second_lead):
    concern = report(student, warden)

    with pytest.raises(concern_handling.CannotShare, match="already"):
        concern_handling.share(concern=concern, colleague=second_lead, by=lead, now=NOW)


# --- reading -----------------------------------------------------------------------------------------


def test_every_reading_is_noted(student, warden, lead):
    concern = report(student, warden)

    texts = concerns.read_text(concern=concern, by=lead, now=NOW)

    assert [text.words.facts for text in texts] == [SAID]
    event = AuditEvent.objects.get(event="concern.read")
    assert (event.actor_id, event.target_id, event.details) == (
        lead.pk,
        str(concern.public_id),
        {"own": False},
    )


def test_the_reporter_reads_their_own_words_for_a_day_and_what_others_added_never(student, warden, lead):
    concern = report(student, warden)
    concerns.add_text(concern=concern, client_id=uuid.uuid4(), words=Words("I rang 110."), by=lead, now=NOW)

    day = [text.words.facts for text in concerns.read_text(concern=concern, by=warden, now=NOW)]
    later = concerns.read_text(concern=concern, by=warden, now=NOW + timedelta(hours=24))

    assert day == [SAID]
    assert later == []


def test_adding_tells_those_who_answer_for_it_and_comes_once(student, warden, lead):
    concern = report(student, warden)
    concern_handling.acknowledge(concern=concern, by=lead, now=NOW)
    client_id = uuid.uuid4()

    for _ in range(2):
        concerns.add_text(
            concern=concern, client_id=client_id, words=Words("And today again."), by=warden, now=NOW
        )

    assert ConcernText.objects.filter(concern=concern).count() == 2
    assert Reminder.objects.standing().filter(recipient=lead, channel="bell").count() == 1


def test_nothing_is_added_to_a_closed_report(student, warden, lead):
    concern = report(student, warden)
    closed = concern_handling.close(concern=concern, outcome="known", by=lead, now=NOW)

    with pytest.raises(concerns.CannotAdd, match="closed"):
        concerns.add_text(concern=closed, client_id=uuid.uuid4(), words=Words("More."), by=warden, now=NOW)


# --- naming a pupil ------------------------------------------------------------------------------------


def named(user, text, school_class=None):
    return access.find_pupils(user, text, school_class.pk if school_class else None, on=TODAY)


def test_a_pupil_one_does_not_see_is_named_by_name_and_class(homeroom_teacher, other_student, other_class):
    assert named(homeroom_teacher, other_student.name, other_class) == [other_student]


def test_a_pupil_one_does_not_see_is_named_by_the_school_number(homeroom_teacher, other_student):
    type(other_student).objects.filter(pk=other_student.pk).update(school_number="20260511")

    assert named(homeroom_teacher, "20260511") == [other_student]


def test_the_form_is_no_register_to_leaf_through(homeroom_teacher, other_student, other_class, school_class):
    assert named(homeroom_teacher, other_student.name) == []
    assert named(homeroom_teacher, other_student.name[0], other_class) == []
    assert named(homeroom_teacher, other_student.name, school_class) == []
    assert named(homeroom_teacher, "", other_class) == []
    assert named(homeroom_teacher, "%", other_class) == []


def test_a_pupil_of_the_school_next_door_is_not_named(warden, foreign_student):
    school_class = foreign_student.enrolments.get().school_class

    assert named(warden, foreign_student.name, school_class) == []


# --- drafts --------------------------------------------------------------------------------------------


def test_a_draft_lies_encrypted_and_is_only_its_authors(school, warden, lead):
    concern_drafts.save_draft(
        school=school, client_id=uuid.uuid4(), fields={"facts": [SAID]}, by=warden, now=NOW
    )

    assert SAID.encode() not in bytes(ConcernDraft.objects.get().sealed)
    assert concern_drafts.open_draft(by=warden).fields == {"facts": [SAID]}
    assert concern_drafts.open_draft(by=lead) is None


def test_sending_lets_the_draft_go_and_a_late_one_does_not_come_back(student, warden, lead, school):
    client_id = uuid.uuid4()
    draft = {"school": school, "client_id": client_id, "fields": {"facts": [SAID]}, "by": warden, "now": NOW}
    concern_drafts.save_draft(**draft)
    report(student, warden, client_id=client_id)
    assert not ConcernDraft.objects.exists()

    assert concern_drafts.save_draft(**draft) is None


def test_readers_are_fixed_by_name_when_it_is_about_a_colleague(student, warden, lead, homeroom_teacher):
    concern = report(student, warden, about=homeroom_teacher)

    row = ConcernReader.objects.get(concern=concern)
    assert (row.user, row.kind, row.granted_by) == (lead, "routed", warden)


def test_old_drafts_of_reports_go_with_the_others(school, warden):
    draft = {"school": school, "fields": {"facts": [SAID]}, "by": warden}
    concern_drafts.save_draft(client_id=uuid.uuid4(), now=NOW - timedelta(days=31), **draft)
    kept = concern_drafts.save_draft(client_id=uuid.uuid4(), now=NOW, **draft)

    drafts.remove_old_drafts(now=NOW)

    assert ConcernDraft.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_four_submissions_at_once_make_one_report(student, warden, lead):
    client_id, ready, made, failed = uuid.uuid4(), threading.Barrier(4), [], []

    def submit():
        ready.wait()
        try:
            made.append(report(student, warden, client_id=client_id).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert made == [Concern.objects.get().pk] * 4
    assert ConcernText.objects.count() == 1
