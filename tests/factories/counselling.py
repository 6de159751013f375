"""Talks."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from counselling.models import FollowUp, Session, SessionText, Topic
from schools.models import School
from students.models import Student


def make_topic(school: School, code: str = "family") -> Topic:
    return Topic.objects.get_or_create(school=school, code=code)[0]


def make_session(
    student: Student, author: User, *, line: str = "Talked about home.", **fields: Any
) -> Session:
    fields.setdefault("happened_at", datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    fields.setdefault("recorded_at", fields["happened_at"] + timedelta(minutes=5))
    fields.setdefault("sensitivity", Session.Sensitivity.SCHOOL)
    fields.setdefault("client_id", uuid.uuid4())
    session = Session.objects.create(school=student.school, student=student, author=author, **fields)
    SessionText.objects.create(
        school=student.school,
        session=session,
        line=line,
        written_by=author,
        written_at=session.recorded_at,
    )
    return session


def make_follow_up(
    session: Session, *, owner: User | None = None, due_on: date = date(2026, 11, 23)
) -> FollowUp:
    return FollowUp.objects.create(
        school=session.school,
        session=session,
        student=session.student,
        owner=owner or session.author,
        due_on=due_on,
        created_at=session.recorded_at,
    )
