"""Talks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from core.bulk import insert_rows
from core.fields import uuid7
from counselling import sealing
from counselling.models import EntryGrant, FollowUp, LinkedPupil, Session, SessionText, Topic
from schools.models import School
from students.models import Student


def make_topic(school: School, code: str = "family") -> Topic:
    return Topic.objects.get_or_create(school=school, code=code)[0]


def make_session(
    student: Student,
    author: User,
    *,
    line: str = "Talked about home.",
    words: Mapping[str, str] | None = None,
    named: Iterable[User] = (),
    **fields: Any,
) -> Session:
    """`words` are the others beside the line: facts, child_words, action, reason."""
    fields.setdefault("happened_at", datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    fields.setdefault("recorded_at", fields["happened_at"] + timedelta(minutes=5))
    fields.setdefault("sensitivity", Session.Sensitivity.SCHOOL)
    fields.setdefault("client_id", uuid.uuid4())
    session = Session.objects.create(school=student.school, student=student, author=author, **fields)
    for user in named:
        make_grant(session, user)
    words = {"line": line, "facts": "", "child_words": "", "action": "", "reason": ""} | dict(words or {})
    columns = {"school_id": session.school_id, "session_id": session.pk, "student_id": student.pk}
    columns |= {"level": session.sensitivity, "number": 1, **dict.fromkeys(words, ""), "sealed": None}
    columns |= {"written_by_id": author.pk, "written_at": session.recorded_at}
    columns |= sealing.text_columns(session, 1, words)
    # Without RETURNING: the program's own scope writes the words of a secret entry and never reads them.
    insert_rows(SessionText, list(columns), [list(columns.values())])
    return session


def make_grant(session: Session, user: User, **fields: Any) -> EntryGrant:
    """`user` may read `session`, named by its author when it was recorded."""
    fields.setdefault("granted_by", session.author)
    fields.setdefault("granted_at", session.recorded_at)
    return EntryGrant.objects.create(
        school=session.school,
        session=session,
        student=session.student,
        author=session.author,
        level=session.sensitivity,
        user=user,
        **fields,
    )


def make_linked(session: Session, student: Student, *, role: str = "witness") -> LinkedPupil:
    """`student` is another pupil whom the talk concerns."""
    return LinkedPupil.objects.create(
        school=session.school,
        session=session,
        about=session.student,
        author=session.author,
        level=session.sensitivity,
        student=student,
        role=role,
    )


def make_follow_up(
    session: Session, *, owner: User | None = None, due_on: date = date(2026, 11, 23), note: str = ""
) -> FollowUp:
    public_id = uuid7()
    return FollowUp.objects.create(
        public_id=public_id,
        school=session.school,
        session=session,
        student=session.student,
        author=session.author,
        level=session.sensitivity,
        owner=owner or session.author,
        due_on=due_on,
        created_at=session.recorded_at,
        **sealing.note_columns(session, public_id, note),
    )
