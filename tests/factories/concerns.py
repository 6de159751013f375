"""Concerns."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from counselling.models import Concern, ConcernReader, ConcernText
from counselling.services.concern_words import Words, seal
from students.models import Student

REPORTED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def make_concern(
    student: Student, reporter: User, *, facts: str = "A bruise on the left arm.", **fields: Any
) -> Concern:
    fields.setdefault("happened_at", REPORTED)
    fields.setdefault("recorded_at", fields["happened_at"])
    fields.setdefault("category", Concern.Category.CHANGED)
    fields.setdefault("urgency", Concern.Urgency.TODAY)
    fields.setdefault("told_in_person", True)
    fields.setdefault("client_id", uuid.uuid4())
    concern = Concern.objects.create(school=student.school, student=student, reporter=reporter, **fields)
    ConcernText.objects.create(
        school=student.school,
        concern=concern,
        client_id=concern.client_id,
        sealed=seal(concern, concern.client_id, Words(facts)),
        written_by=reporter,
        written_at=concern.recorded_at,
    )
    return concern


def make_concern_reader(concern: Concern, user: User, kind: str = "routed", **fields: Any) -> ConcernReader:
    fields.setdefault("granted_at", concern.recorded_at)
    return ConcernReader.objects.create(
        school=concern.school, concern=concern, user=user, kind=kind, **fields
    )
