"""The second lock on what is written about a child: raw SQL under a person's scope, access.py out of the way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from accounts.permissions import Perm
from accounts.roles import roles_with
from core import keys, tenancy
from counselling import sealing
from counselling.models import Draft, EntryGrant, Session, SessionText
from counselling.services import drafts, talks
from counselling.services.talks import TalkDetails, Words
from tests import factories
from tests.cast import CAST

SECRET = "SheIsAfraidToGoHome"
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
# Table → who gets at the rows of the counsellor's entry about `student`; the head teacher is named for the
# sealed one. A warden and an administrator are refused school-wide words by access.py, not here.
WORKING_HERE = {
    "homeroom_teacher", "paired_teacher", "counsellor", "lead", "warden", "school_admin", "head_teacher",
}  # fmt: skip
ENTRY = {
    "school": WORKING_HERE,
    "restricted": WORKING_HERE,
    "sealed": {"counsellor", "head_teacher"},
    "process": {"counsellor"},
}
WORDS = ENTRY | {"restricted": {"counsellor", "lead"}}
TABLES = {
    "counselling_session": ENTRY,
    "counselling_session_topics": WORDS,
    "counselling_sessiontext": WORDS,
    "counselling_followup": WORDS,
    "counselling_linkedpupil": WORDS,
}


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def entry(request, student, other_student, counsellor, head_teacher):
    level = request.param
    named = [head_teacher] if level == "sealed" else []
    session = factories.make_session(student, counsellor, sensitivity=level, line=SECRET, named=named)
    session.topics.add(factories.make_topic(student.school))
    factories.make_follow_up(session, note=SECRET)
    factories.make_linked(session, other_student)
    return session


@pytest.mark.parametrize("role", CAST)
@pytest.mark.parametrize("entry", Session.Sensitivity.values, indirect=True)
def test_each_table_shows_a_role_what_its_depth_allows(request, entry, role):
    user = request.getfixturevalue(role)

    with tenancy.acting(user, "test"):
        seen = {table: count(table) for table in TABLES}

    assert seen == {table: int(role in allowed[entry.sensitivity]) for table, allowed in TABLES.items()}


@pytest.mark.parametrize("entry", ["sealed", "process"], indirect=True)
def test_the_program_itself_reads_no_word_of_a_secret_entry(entry):
    assert count("counselling_session") == 1  # the fixtures' own scope is the program's
    assert (count("counselling_sessiontext"), count("counselling_session_topics")) == (0, 0)


@pytest.mark.parametrize("entry", ["sealed"], indirect=True)
def test_a_grant_taken_back_closes_the_rows_at_once(entry, head_teacher, counsellor):
    entry.grants.update(revoked_at=NOW, revoked_by=counsellor)

    with tenancy.acting(head_teacher, "test"):
        assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize("entry", ["sealed"], indirect=True)
def test_who_is_named_is_seen_by_them_and_by_who_names(request, entry):
    seen = {}
    for role in CAST:
        with tenancy.acting(request.getfixturevalue(role), "test"):
            seen[role] = count("counselling_entrygrant")

    assert {role for role, rows in seen.items() if rows} == {"counsellor", "head_teacher"}


def test_the_second_lock_knows_the_roles_that_read_working_notes(db):
    """kl.my_process_schools() names them as texts."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('kl.my_process_schools()'::regprocedure)")
        body = cursor.fetchone()[0]

    assert roles_with(Perm.TALK_READ_PROCESS) == ["counsellor"]
    assert "held.role IN ('counsellor')" in body


# --- writing ------------------------------------------------------------------------------------


def _columns(session, author, **changes):
    found = {
        "school_id": session.school_id,
        "session_id": session.pk,
        "student_id": session.student_id,
        "level": session.sensitivity,
        "number": 2,
        "line": "x",
        "reason": "x",
        "written_by_id": author.pk,
        "written_at": NOW,
    }
    return found | changes


def _write_whole(make) -> None:
    """Foreign keys are otherwise looked at when the transaction commits."""
    with transaction.atomic():
        make()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("entry", ["sealed", "process"], indirect=True)
@pytest.mark.parametrize("name", ["line", "facts", "child_words", "action", "reason"])
def test_the_words_of_a_secret_entry_are_refused_in_clear(entry, counsellor, name):
    empty = dict.fromkeys(sealing.WORDS, "")
    text = SessionText(**_columns(entry, counsellor, **empty, sealed=b"x") | {name: SECRET})

    with pytest.raises(IntegrityError, match="counselling_text_sealed"), transaction.atomic():
        SessionText.objects.bulk_create([text], ignore_conflicts=True)


@pytest.mark.parametrize("entry", ["restricted"], indirect=True)
@pytest.mark.parametrize(
    "lie", ["level", "student", "author"], ids=lambda lie: f"another {lie} than the entry's"
)
def test_a_text_cannot_pretend_to_be_of_another_depth_pupil_or_author(
    entry, counsellor, lead, other_student, lie
):
    """Or the policies, which look at the text's own row, would let the wrong people read it."""
    wrong = {
        "level": {"level": "school"},
        "student": {"student_id": other_student.pk},
        "author": {"written_by_id": lead.pk},
    }[lie]

    with pytest.raises(IntegrityError, match="counselling_sessiontext_kin"):
        _write_whole(lambda: SessionText.objects.create(**_columns(entry, counsellor, **wrong)))


@pytest.mark.parametrize("entry", ["school", "restricted"], indirect=True)
def test_nobody_writes_in_the_name_of_another(entry, counsellor, lead):
    with tenancy.acting(lead, "test"):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            SessionText.objects.create(**_columns(entry, counsellor))
        assert Session.objects.filter(pk=entry.pk).update(withdrawn_at=NOW, withdrawn_by=lead) == 0


@pytest.mark.parametrize("entry", ["sealed"], indirect=True)
def test_nobody_names_themselves_for_somebody_elses_entry(entry, lead):
    with tenancy.acting(lead, "test"):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            factories.make_grant(entry, lead, granted_by=lead)
        entry.author = lead  # and when they lie about whose entry it is
        with pytest.raises(IntegrityError, match="counselling_entrygrant_kin"):
            _write_whole(lambda: factories.make_grant(entry, lead, granted_by=lead))


def test_a_grant_of_a_school_wide_entry_or_a_note_is_refused(student, counsellor, lead):
    for level in ("school", "process"):
        session = factories.make_session(student, counsellor, sensitivity=level)
        with pytest.raises(IntegrityError, match="grant_shareable"), transaction.atomic():
            factories.make_grant(session, lead)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM counselling_entrygrant",
        "UPDATE counselling_entrygrant SET user_id = granted_by_id",
        "DELETE FROM counselling_linkedpupil",
        "DELETE FROM counselling_session_topics",
    ],
)
def test_the_program_cannot_rewrite_what_belongs_to_an_entry(student, counsellor, lead, statement):
    factories.make_session(student, counsellor, sensitivity="sealed", named=[lead])

    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


# --- at rest ------------------------------------------------------------------------------------


def _whole_database() -> str:
    """Every row of every table of talks as the owner reads it: what a dump would hold."""
    found = []
    with connection.cursor() as cursor:
        for table in (*TABLES, "counselling_draft", "counselling_entrygrant", "core_auditevent"):
            cursor.execute(f"SELECT t::text FROM {table} AS t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def _log(student, author, level, named=()):
    words = Words(SECRET, facts=SECRET, child_words=SECRET, action=SECRET)
    details = TalkDetails(
        happened_at=NOW, sensitivity=level, named=named, follow_up_on=NOW.date(), follow_up_note=SECRET
    )
    with tenancy.acting(author, "test"):
        session = talks.log_talk(
            student=student, client_id=uuid.uuid4(), words=words, details=details, by=author, now=NOW
        )
        talks.correct_talk(session=session, words=Words(SECRET + "!"), reason=SECRET, by=author, now=NOW)
    return session


@pytest.mark.parametrize("level", ["sealed", "process"])
def test_the_words_of_a_secret_entry_rest_nowhere_in_clear(student, counsellor, lead, level):
    session = _log(student, counsellor, level, [lead] if level == "sealed" else [])

    with tenancy.acting(counsellor, "test"):
        rows = _whole_database()
        read = talks.read_texts(session=session, by=counsellor)

    assert rows.count("\\x01") >= 3  # two texts and a note, as bytes
    assert SECRET not in rows
    assert SECRET.encode().hex() not in rows
    assert [(text.line, text.reason) for text in read] == [(SECRET + "!", SECRET), (SECRET, "")]


@pytest.mark.parametrize("level", ["school", "sealed"])
def test_no_draft_rests_in_clear(student, counsellor, level):
    drafts.save_draft(
        student=student,
        client_id=uuid.uuid4(),
        fields={"line": [SECRET], "sensitivity": [level]},
        by=counsellor,
        now=NOW,
    )

    assert SECRET not in _whole_database()
    assert sealing.open_draft(student, Draft.objects.get())["line"] == [SECRET]


def test_a_draft_is_no_row_for_anybody_else(student, counsellor, lead):
    drafts.save_draft(student=student, client_id=uuid.uuid4(), fields={}, by=counsellor, now=NOW)

    with tenancy.acting(lead, "test"):
        assert count("counselling_draft") == 0


def test_sealed_words_moved_to_another_entry_do_not_open(student, counsellor, lead):
    first, second = (_log(student, counsellor, "sealed", [lead]) for _ in range(2))
    with tenancy.acting(counsellor, "test"):
        stolen = SessionText.objects.get(session=first, number=1)

        with pytest.raises(keys.Damaged):
            sealing.open_text(second, stolen)


def test_a_named_reader_opens_sealed_words_under_their_own_scope(student, counsellor, lead):
    session = _log(student, counsellor, "sealed", [lead])

    with tenancy.acting(lead, "test"):
        assert talks.read_texts(session=session, by=lead)[0].line == SECRET + "!"
        assert EntryGrant.objects.get().user_id == lead.pk
