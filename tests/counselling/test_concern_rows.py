"""The second lock on concerns: what the database itself gives to whom, whatever the program asks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from accounts.permissions import Perm
from accounts.roles import Role, roles_with
from core import audit, tenancy
from counselling.models import Concern, ConcernDraft, ConcernReader, ConcernText
from counselling.services import concerns
from counselling.services.concern_words import Words
from counselling.services.concerns import ConcernDetails
from reminders.models import Reminder
from tests import factories

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TABLES = (Concern, ConcernText, ConcernReader)


def seen_by(user):
    """How many rows of each table the database gives to a forgotten filter."""
    with tenancy.acting(user, "test"):
        return [model.objects.count() for model in TABLES]


def report(student, by, about=None):
    """In the reporter's own scope, as a request does it."""
    details = ConcernDetails(NOW, Concern.Category.CHANGED, 2, True, about)
    with tenancy.acting(by, "test"):
        return concerns.report_concern(
            student=student, client_id=uuid.uuid4(), words=Words("Said so."), details=details, by=by, now=NOW
        )


def refused(statement, params=()):
    """Whether the database refuses it or does nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.rowcount == 0
    except Error:
        return True


def test_without_a_scope_there_are_no_rows(student, warden, lead):
    report(student, warden)

    with tenancy.use(None):
        assert [model.objects.count() for model in TABLES] == [0, 0, 0]


def test_the_lead_and_the_reporter_get_it_and_colleagues_do_not(
    student, warden, lead, homeroom_teacher, counsellor, head_teacher, school_admin
):
    report(student, warden)

    assert seen_by(lead) == [1, 1, 0]
    assert seen_by(warden) == [1, 1, 0]
    for colleague in (homeroom_teacher, counsellor, head_teacher, school_admin):
        assert seen_by(colleague) == [0, 0, 0]


def test_the_school_next_door_and_the_district_get_nothing(
    student, warden, lead, stranger, official, other_school
):
    report(student, warden)
    next_lead = factories.make_user("next_lead")
    factories.make_membership(next_lead, Role.SAFEGUARDING_LEAD, school=other_school)

    assert seen_by(stranger) == seen_by(official) == seen_by(next_lead) == [0, 0, 0]


def test_a_reader_row_of_somebody_who_has_left_opens_nothing(student, warden, counsellor, lead):
    concern = report(student, warden)
    factories.make_concern_reader(concern, counsellor, "shared")
    assert seen_by(counsellor) == [1, 1, 1]

    counsellor.memberships.update(ended_on=timezone.localdate() - timedelta(days=1))

    assert seen_by(counsellor) == [0, 0, 0]


def test_a_share_taken_back_closes_it(student, warden, counsellor, lead):
    concern = report(student, warden)
    factories.make_concern_reader(concern, counsellor, "shared", revoked_at=NOW, revoked_by=lead)

    assert seen_by(counsellor) == [0, 0, 0]


def test_the_accused_lead_gets_nothing_whoever_else_may_read(student, warden, lead, head_teacher):
    report(student, warden, about=lead)

    assert seen_by(lead) == [0, 0, 0]
    assert seen_by(head_teacher) == [1, 1, 1]


def test_the_accused_who_becomes_lead_gets_nothing(student, warden, lead, homeroom_teacher, school):
    report(student, warden, about=homeroom_teacher)

    factories.make_membership(homeroom_teacher, Role.SAFEGUARDING_LEAD, school=school)

    assert seen_by(homeroom_teacher) == [0, 0, 0]


def test_a_lead_who_was_not_named_gets_nothing_about_a_colleague(
    student, warden, lead, homeroom_teacher, school
):
    report(student, warden, about=homeroom_teacher)
    late = factories.make_user("late_lead")
    factories.make_membership(late, Role.SAFEGUARDING_LEAD, school=school)

    assert seen_by(late) == [0, 0, 0]


def test_the_accused_can_never_be_made_a_reader_not_even_by_the_program(
    student, warden, lead, homeroom_teacher
):
    concern = report(student, warden, about=homeroom_teacher)

    with pytest.raises(Error, match="about themselves"), transaction.atomic():
        factories.make_concern_reader(concern, homeroom_teacher)


def test_nobody_makes_themselves_a_reader(student, warden, lead, counsellor):
    concern = report(student, warden)

    with tenancy.acting(counsellor, "test"), pytest.raises(Error), transaction.atomic():
        factories.make_concern_reader(concern, counsellor, granted_by=counsellor)


def test_nobody_reports_in_anothers_name(student, warden, counsellor):
    with tenancy.acting(counsellor, "test"), pytest.raises(Error), transaction.atomic():
        factories.make_concern(student, warden)


def test_what_was_reported_never_changes(student, warden, lead):
    concern = report(student, warden)

    for person in (warden, lead):
        with tenancy.acting(person, "test"):
            assert refused("UPDATE counselling_concern SET category = 'other' WHERE id = %s", [concern.pk])
            assert refused("UPDATE counselling_concern SET about_staff_id = NULL")
            assert refused("UPDATE counselling_concerntext SET sealed = 'x'")
            assert refused("UPDATE counselling_concernreader SET user_id = %s", [person.pk])
            for table in ("concern", "concerntext", "concernreader"):
                assert refused(f"DELETE FROM counselling_{table}")


def test_only_those_who_answer_for_it_change_the_status(student, warden, lead, homeroom_teacher):
    report(student, warden)
    statement = "UPDATE counselling_concern SET acknowledged_at = now(), acknowledged_by_id = reporter_id"

    for person in (warden, homeroom_teacher):
        with tenancy.acting(person, "test"):
            assert refused(statement)
    with tenancy.acting(lead, "test"):
        assert not refused(statement)


def test_a_report_can_not_point_at_a_pupil_of_another_school(student, warden, foreign_student):
    concern = factories.make_concern(student, warden)

    with pytest.raises(Error, match="same_school"), transaction.atomic():
        _copy_to(concern, foreign_student)


def _copy_to(concern, student):
    Concern.objects.create(
        school=concern.school,
        student=student,
        reporter=concern.reporter,
        client_id=uuid.uuid4(),
        happened_at=NOW,
        recorded_at=NOW,
        category="other",
        urgency=2,
        told_in_person=False,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_draft_is_only_its_authors(school, warden, lead):
    ConcernDraft.objects.create(
        school=school, author=warden, client_id=uuid.uuid4(), sealed=b"x", changed_at=NOW
    )

    for person, rows in ((warden, 1), (lead, 0)):
        with tenancy.acting(person, "test"):
            assert ConcernDraft.objects.count() == rows


def test_its_reminders_are_seen_by_those_who_know_of_it(student, warden, lead, head_teacher, school_admin):
    report(student, warden, about=head_teacher)

    def rows(user):
        with tenancy.acting(user, "test"):
            return Reminder.objects.count()

    assert rows(lead) > 0
    assert rows(warden) > 0  # whoever planned it may plan it again
    assert rows(head_teacher) == rows(school_admin) == 0


def test_the_trail_tells_the_accused_head_nothing(student, warden, lead, head_teacher, school):
    report(student, warden, about=head_teacher)
    audit.record("school.seen", by=warden, school_id=school.pk)

    with tenancy.acting(head_teacher, "test"), connection.cursor() as cursor:
        cursor.execute("SELECT event FROM core_auditevent")
        events = {event for (event,) in cursor.fetchall()}
        cursor.execute("SELECT DISTINCT table_name FROM core_rowchange")
        changed = {name for (name,) in cursor.fetchall()}

    assert "school.seen" in events
    assert not {event for event in events if event.startswith(("concern.", "reminder."))}
    assert "students_student" in changed
    assert not {name for name in changed if name.startswith(("counselling_concern", "reminders_"))}


def test_the_roles_in_the_function_are_those_of_the_program(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'my_concerns'")
        (source,) = cursor.fetchone()

    named = ", ".join(f"'{role}'" for role in roles_with(Perm.CONCERN_READ))
    assert f"held.role IN ({named})" in source
