"""Talks, promises and topics as lists for programs. No list carries a word of a talk."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, public_keyset
from counselling import access
from counselling.models import FollowUp, Session, Topic
from counselling.selectors import talks
from schools.models import School
from students import access as student_access
from students.models import Student

_NEWEST = ["-happened_at", "-pk"]


def sessions_by(user: User, *, now: datetime, cursor: str | None, size: int) -> Page[Session]:
    """My own talks with pupils whose page I may still open, the newest first. Raises BadCursor."""
    pupils = student_access.visible_students(user, Perm.STUDENT_VIEW, on=timezone.localdate(now))
    found = Session.objects.filter(author=user, student__in=pupils)
    found = found.select_related("student", "author").prefetch_related("topics")
    return public_keyset(found, order=_NEWEST, cursor=cursor, size=size)


def sessions_about(
    rights: access.Reading, student: Student, *, cursor: str | None, size: int
) -> Page[Session]:
    """The talks with a pupil that a person may know of, the newest first. Raises BadCursor."""
    found = Session.objects.filter(rights.known(), student=student)
    found = found.select_related("student", "author").prefetch_related("topics")
    return public_keyset(found, order=_NEWEST, cursor=cursor, size=size)


def follow_ups_page(
    user: User, *, student: Student | None, state: str | None, now: datetime, cursor: str | None, size: int
) -> Page[FollowUp]:
    """My promises, or those about a pupil that I may know of, the earliest due first. Raises BadCursor."""
    visible = access.visible_follow_ups(user, on=timezone.localdate(now))
    of_whom = visible.filter(student=student) if student else visible.filter(owner=user)
    found = of_whom.select_related("student", "session", "owner")
    if state:
        found = found.filter(
            done_at__isnull=state != "done",
            cancelled_at__isnull=state != "cancelled",
        )
    return public_keyset(found, order=["due_on", "pk"], cursor=cursor, size=size, edges=of_whom)


def topics_page(school: School, *, cursor: str | None, size: int) -> Page[Topic]:
    """The topics a school uses now, in its order. Raises BadCursor."""
    topics = talks.topics_in_use(school.pk)
    return public_keyset(topics, order=["position", "pk"], cursor=cursor, size=size)


def topics_named(school_id: int, ids: Iterable[uuid.UUID]) -> list[Topic]:
    """Those of a school's topics in use that are named; a name that is none of them gives nothing."""
    return list(talks.topics_in_use(school_id).filter(public_id__in=list(ids)))
