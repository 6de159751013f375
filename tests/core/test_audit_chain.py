"""What the database adds to the trail: who changed which row, a hash of each, a link for each transaction."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from core import audit, audit_chain, request_id, tenancy
from core.models import AuditEvent, AuditLink, RowChange
from schools.models import School
from students.models import Student
from tests import factories


def close_links() -> None:
    """What a commit does at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def changes(table: str, op: str) -> list[RowChange]:
    return list(RowChange.objects.filter(table_name=table, op=op).order_by("pk"))


def refused(statement: str, *params: Any) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError as error:
        return "permission denied" in str(error) or "row-level security" in str(error)
    return False


# --- the form that is hashed ---------------------------------------------------------------------

GOLDEN_EVENT = (
    '{"v": 1, "at": "2026-11-22T01:02:03.000450Z", "id": 12, "kind": "event", "batch": 7, '
    '"event": "session.read", "details": {"a": [1, null], "student": "王\\"\\n"}, "actor_id": 5, '
    '"school_id": null, "target_id": "x", "actor_name": "li", "request_id": "", "subject_id": "s", "target_type": "t"}'
)
GOLDEN_CHANGE = (
    '{"v": 1, "at": "2026-11-22T01:02:03.000450Z", "id": 13, "op": "update", "kind": "change", "batch": 7, '
    '"row_id": 9, "changed": {"name": ["王", "李"], "health": null}, "purpose": "web", "user_id": 5, '
    '"school_id": 3, "request_id": "ab", "table_name": "students_student"}'
)


@pytest.mark.django_db
def test_the_text_of_an_event_that_is_hashed_never_changes():
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {audit_chain.TEXTS['e']} FROM (SELECT 12 AS id,"
            " '2026-11-22 09:02:03.00045+08'::timestamptz AS at, 'session.read' AS event, 5 AS actor_id,"
            " 'li' AS actor_name, NULL::bigint AS school_id, 't' AS target_type, 'x' AS target_id,"
            """ '{"student": "王\\"\\n", "a": [1, null]}'::jsonb AS details, 's' AS subject_id, '' AS request_id, 7 AS batch) AS r"""
        )
        (text,) = cursor.fetchone()

    assert text == GOLDEN_EVENT
    assert (
        sha256(text.encode()).hexdigest()
        == "33f43da9c3d66402a50facdfd49cdc62342478e4fb0e4408b068b060e9207e01"
    )


@pytest.mark.django_db
def test_the_text_of_a_change_that_is_hashed_never_changes():
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {audit_chain.TEXTS['c']} FROM (SELECT 13 AS id,"
            " '2026-11-22 09:02:03.00045+08'::timestamptz AS at, 3 AS school_id,"
            " 'students_student' AS table_name, 9 AS row_id, 'update' AS op,"
            """ '{"health": null, "name": ["王", "李"]}'::jsonb AS changed, 5 AS user_id, 'web' AS purpose,"""
            " 'ab' AS request_id, 7 AS batch) AS r"
        )
        (text,) = cursor.fetchone()

    assert text == GOLDEN_CHANGE


# --- what is noted -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_bulk_update_is_noted_row_by_row_with_values_before_and_after(student, other_student):
    Student.objects.filter(school=student.school).update(name="陈")

    noted = {one.row_id: one.changed for one in changes("students_student", "update")}

    assert noted == {
        student.pk: {"name": ["王小雨", "陈"]},
        other_student.pk: {"name": ["李明", "陈"]},
    }


@pytest.mark.django_db
def test_raw_sql_is_noted_and_of_a_sensitive_column_only_the_name(student):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE students_student SET health = 'chronic' WHERE id = %s", [student.pk])

    (noted,) = changes("students_student", "update")

    assert noted.changed == {"health": None}
    assert noted.school_id == student.school_id


@pytest.mark.django_db
def test_an_update_that_changes_nothing_leaves_nothing(student):
    Student.objects.filter(pk=student.pk).update(name=student.name)

    assert changes("students_student", "update") == []


@pytest.mark.django_db
def test_an_inserted_row_is_noted_without_its_values(student):
    (noted,) = [one for one in changes("students_student", "insert") if one.row_id == student.pk]

    assert noted.changed == {}


@pytest.mark.django_db
def test_a_deleted_row_leaves_what_it_said_in_columns_that_may_be_shown(school):
    day = factories.make_school_day(school)

    day.delete()

    (noted,) = changes("schools_schoolday", "delete")
    assert noted.changed["school_id"] == [school.pk, None]


@pytest.mark.django_db
def test_the_change_names_the_person_the_purpose_and_the_request(student, counsellor):
    with request_id.begin() as number, tenancy.acting(counsellor, "test"):
        Student.objects.filter(pk=student.pk).update(boarding="day")

    (noted,) = changes("students_student", "update")
    assert (noted.user_id, noted.purpose, noted.request_id) == (counsellor.pk, "test", number)


@pytest.mark.django_db
def test_a_role_in_a_class_belongs_to_the_trail_of_its_school(school_class, homeroom_teacher):
    (noted,) = changes("schools_membership", "insert")

    assert noted.school_id == school_class.school_id


@pytest.mark.django_db
def test_an_event_carries_the_number_of_its_request():
    with request_id.begin() as number:
        audit.record("a.b", by=None)

    assert AuditEvent.objects.get().request_id == number


def test_every_answer_tells_the_number_of_its_request(client, db):
    first, second = client.get("/accounts/login/"), client.get("/accounts/login/")

    assert len(first["X-Request-Id"]) == 32
    assert first["X-Request-Id"] != second["X-Request-Id"]


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_transaction_makes_one_link_for_each_school_it_touches():
    close_links()
    AuditLink.objects.count()
    audit.record("a.b", by=None, school_id=702)
    audit.record("a.c", by=None, school_id=701)
    audit.record("a.d", by=None, school_id=702)
    audit.record("a.e", by=None)
    close_links()

    made = AuditLink.objects.filter(chain__in=[0, 701, 702], rows__contains="e").order_by("pk")

    newest = {link.chain: len(link.rows.split("\n")) for link in made}
    assert newest == {0: 1, 701: 1, 702: 2}
    assert list(made.values_list("chain", flat=True)) == [0, 701, 702]


@pytest.mark.django_db
def test_what_was_rolled_back_leaves_no_link_and_no_gap(school):
    close_links()
    before = AuditLink.objects.count()
    with transaction.atomic():
        audit.record("a.b", by=None, school_id=school.pk)
        transaction.set_rollback(True)
    close_links()

    assert AuditLink.objects.count() == before
    assert audit_chain.verify().flaws == []


@pytest.mark.django_db
def test_work_in_bulk_holds(school):
    targets = [(School(pk=school.pk), {"number": number}) for number in range(2_500)]

    audit.record_many("a.b", by=None, targets=targets)
    close_links()

    report = audit_chain.verify()
    assert report.flaws == []
    assert report.rows >= 2_500


@pytest.mark.django_db(transaction=True)
def test_transactions_at_the_same_time_make_one_whole_chain():
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(15):
                with transaction.atomic():
                    schools = [701, 702, None]
                    for school_id in schools if (number + turn) % 2 else reversed(schools):
                        audit.record("a.b", by=None, school_id=school_id, turn=turn)
        except BaseException as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = audit_chain.verify()
    assert errors == []
    assert report.flaws == []
    assert AuditLink.objects.filter(chain=701).count() == 90


# --- what the program can't do -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET event = 'x'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
        "INSERT INTO core_rowchange SELECT * FROM core_rowchange",
        "UPDATE core_rowchange SET row_id = 1",
        "DELETE FROM core_rowchange",
        "UPDATE core_auditlink SET rows = ''",
        "DELETE FROM core_auditlink",
        "SELECT * FROM core_audithead",
        "UPDATE core_audithead SET seq = 0",
        "SELECT * FROM core_auditpending",
        "INSERT INTO core_auditpending (txid) VALUES (1)",
        "SELECT kl.note_changes('t', 'insert', '{1}', '{1}', '{}')",
        "SELECT kl.audit_batch()",
        "SELECT kl.append_link(1, 1, 1, '')",
        "SELECT kl.link_batch(1, 1)",
    ],
)
def test_the_program_can_add_events_and_nothing_else(statement):
    assert refused(statement)


@pytest.mark.django_db
def test_nobody_signs_an_event_with_somebody_elses_number(school, counsellor, lead):
    with tenancy.acting(counsellor, "test"):
        assert refused("INSERT INTO core_auditevent (at, event, actor_id, actor_name, school_id, target_type,"
                       " target_id, details, request_id) VALUES (now(), 'x', %s, '', %s, '', '', '{}', '')",
                       lead.pk, school.pk)  # fmt: skip


@pytest.mark.django_db
def test_a_hash_that_the_program_sends_along_is_not_taken(school):
    AuditEvent.objects.create(event="a.b", school_id=school.pk, batch=1, row_hash=b"x")
    close_links()

    assert audit_chain.verify().flaws == []


# --- who reads it --------------------------------------------------------------------------------


def events_seen_by(user: Any) -> set[str]:
    with tenancy.acting(user, "test"):
        return set(AuditEvent.objects.values_list("event", flat=True))


@pytest.mark.django_db
def test_only_the_lead_and_the_head_of_the_school_read_its_trail(
    school, other_school, lead, head_teacher, counsellor, school_admin, homeroom_teacher, official, stranger
):
    audit.record("ours.done", by=None, school_id=school.pk)
    audit.record("theirs.done", by=None, school_id=other_school.pk)
    audit.record("nobodys.done", by=None)

    assert events_seen_by(lead) == {"ours.done"}
    assert events_seen_by(head_teacher) == {"ours.done"}
    for person in (counsellor, school_admin, homeroom_teacher, official, stranger):
        assert events_seen_by(person) == set()


@pytest.mark.django_db
def test_reports_about_colleagues_and_sealed_entries_go_round_the_readers_of_the_trail(school, lead):
    audit.record("concern.reported", by=None, school_id=school.pk)
    audit.record("session.read", by=None, school_id=school.pk, sensitivity="sealed")
    audit.record("session.read", by=None, school_id=school.pk, sensitivity="restricted")

    assert events_seen_by(lead) == {"session.read"}
    with tenancy.acting(lead, "test"):
        assert AuditEvent.objects.get().details == {"sensitivity": "restricted"}


@pytest.mark.django_db
def test_a_failed_sign_in_is_noted_without_anybodys_scope():
    with tenancy.use(None):
        audit.record("user.sign_in_failed", by=None)

    assert AuditEvent.objects.get().event == "user.sign_in_failed"
