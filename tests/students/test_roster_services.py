"""The way of an import: confirmed, applied once, surviving trouble, forgetting in time."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections

from core.models import AuditEvent
from students import tasks
from students.models import RosterImport, Student
from students.services import roster as roster_services
from tests import factories
from tests.factories.rosters import NOW, make_roster
from tests.students.roster.small import GIRL, ID, TODAY, bring_in, table


@pytest.fixture
def first(school):
    return factories.make_class(school, 1, 3)


def test_the_confirmation_judges_against_the_register_of_that_moment(school, first, school_admin):
    roster = roster_services.upload_roster(
        school=school, content=table(GIRL | {"身份证件号": ID}), file_name="r.xlsx", by=school_admin, now=NOW
    )
    tasks.check_roster(roster.pk)
    bring_in(school, GIRL | {"身份证件号": ID})
    roster_services.confirm_roster(roster=roster, by=school_admin, now=NOW)

    tasks.apply_roster(roster.pk)

    assert Student.objects.count() == 1
    assert roster.rows.get().verdict == "unchanged"


def test_a_class_that_vanished_meanwhile_refuses_its_rows(school, first, school_admin):
    roster = roster_services.upload_roster(
        school=school, content=table(GIRL), file_name="r.xlsx", by=school_admin, now=NOW
    )
    tasks.check_roster(roster.pk)
    first.delete()
    factories.make_class(school, 2, 1)
    roster_services.confirm_roster(roster=roster, by=school_admin, now=NOW)

    tasks.apply_roster(roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.counts["refused"]) == ("done", 1)
    assert not Student.objects.exists()


def test_the_trail_names_who_imported_what_without_any_name_of_a_child(school, first, school_admin):
    roster = make_roster(school, by=school_admin)
    factories.make_class(school, 3, 2)
    roster_services.confirm_roster(roster=roster, by=school_admin, now=NOW)
    tasks.apply_roster(roster.pk)

    events = {event.event: event for event in AuditEvent.objects.all()}
    assert set(events) == {"roster.confirmed", "roster.imported", "student.created"}
    assert {event.actor_name for event in events.values()} == {"school_admin"}
    assert events["student.created"].details == {"roster": str(roster.public_id), "row": 2}
    assert "高敏" not in str([event.details for event in events.values()])


def test_a_fault_in_the_middle_leaves_nothing_and_says_so(school, school_admin, caplog):
    roster = make_roster(school, by=school_admin)
    roster.rows.update(pupil={"row": "broken"})
    roster_services.confirm_roster(roster=roster, by=school_admin, now=NOW)

    tasks.apply_roster(roster.pk)

    roster.refresh_from_db()
    assert roster.state == "failed"
    assert not Student.objects.exists()
    assert not roster.rows.exists()
    assert "KeyError" in caplog.text
    assert "broken" not in caplog.text


def test_the_sweep_wakes_lost_work_and_forgets_what_is_old(
    school, school_admin, django_capture_on_commit_callbacks
):
    factories.make_class(school, 3, 2)
    lost = make_roster(school, by=school_admin)
    roster_services.confirm_roster(roster=lost, by=school_admin, now=NOW)
    stale = make_roster(school, by=school_admin)
    later = NOW + dt.timedelta(days=8)

    with django_capture_on_commit_callbacks(execute=True):
        roster_services.sweep_rosters(now=later)
    roster_services.sweep_rosters(now=later + dt.timedelta(days=100))

    lost.refresh_from_db()
    stale.refresh_from_db()
    assert (lost.state, stale.state) == ("done", "withdrawn")
    assert not lost.rows.exists()


def test_fresh_work_is_left_to_its_worker(school, school_admin, django_capture_on_commit_callbacks):
    roster = make_roster(school, by=school_admin)
    roster_services.confirm_roster(roster=roster, by=school_admin, now=NOW)

    with django_capture_on_commit_callbacks() as waiting:
        roster_services.sweep_rosters(now=NOW + dt.timedelta(minutes=1))

    assert waiting == []


def test_a_finished_import_cannot_fail_or_be_checked_again(school, school_admin):
    roster = make_roster(school, by=school_admin)

    roster_services.fail_roster(roster_id=roster.pk, now=NOW)
    tasks.check_roster(roster.pk)

    roster.refresh_from_db()
    assert roster.state == "ready"


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_before_the_work_commits(school, school_admin):
    roster = make_roster(school, by=school_admin)
    with roster_services.roster_progress.ProgressWriter(roster.pk) as progress:
        progress.tick(7, 20)
        progress.tick(8, 20)  # within half a second: not worth a write

        roster.progress.refresh_from_db()

    assert (roster.progress.done, roster.progress.total) == (7, 20)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_message_import_once(school, school_admin):
    factories.make_class(school, 3, 2)
    roster = make_roster(school, by=school_admin)
    RosterImport.objects.filter(pk=roster.pk).update(
        state="confirmed", confirmed_at=NOW, confirmed_by=school_admin
    )

    def work():
        try:
            tasks.apply_roster(roster.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AuditEvent.objects.filter(event="roster.imported").count() == 1
    assert Student.objects.count() == 1


@pytest.mark.slow
def test_six_thousand_rows_in_a_number_of_queries_that_does_not_grow_with_them(
    school, django_assert_max_num_queries
):
    from bench.rosters import make_roster as make_file

    for grade in range(1, 10):
        for number in (1, 2, 3):
            factories.make_class(school, grade, number)
    content = make_file(6_000)

    def bring_all():
        return roster_services.import_file(
            school=school, content=content, file_name="r.xlsx", by=None, on=TODAY, now=NOW
        ).counts()

    with django_assert_max_num_queries(600):
        first = bring_all()
    with django_assert_max_num_queries(60):
        second = bring_all()

    assert (first["new"], second["unchanged"]) == (6_000, 6_000)
    assert Student.objects.filter(school=school).count() == 6_000
