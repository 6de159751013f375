"""Looking at pupils: what is read leaves an event in the same transaction.

Regulation on the Protection of Minors Online art. 36 and ASVS 5.0.0 V16.3.2: who looked at a child's data
can be told. The event names the depth that was shown, never what it said.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from core import audit
from students import access
from students.models import Student
from students.selectors import child, finder, home, lists
from students.selectors.child import ChildPage
from students.selectors.finder import Answer
from students.selectors.home import Home
from students.selectors.lists import StudentRecord

_DEPTHS = {
    Perm.STUDENT_CONTACT: "contact",
    Perm.STUDENT_HOME: "home",
    Perm.STUDENT_HEALTH: "health",
    Perm.STUDENT_IDENTITY: "identity",
}


@transaction.atomic(savepoint=False)
def open_child(*, student: Student, by: User, now: datetime) -> ChildPage:
    """The child page, and that this person opened it, for which reason and how deep."""
    page = child.child_page(by, student, now=now)
    _opened(student, by=by, on=timezone.localdate(now), way="page")
    return page


@transaction.atomic(savepoint=False)
def open_home(*, student: Student, by: User, now: datetime, way: str = "home") -> Home:
    """The page of the home, or the same for programs, and that this person opened it."""
    page = home.home_page(by, student, now=now)
    _opened(student, by=by, on=timezone.localdate(now), way=way)
    return page


@transaction.atomic(savepoint=False)
def open_record(*, student: Student, by: User, now: datetime) -> StudentRecord:
    """The same for programs."""
    record = lists.student_record(by, student, now=now)
    _opened(student, by=by, on=timezone.localdate(now), way="api")
    return record


def _opened(student: Student, *, by: User, on: date, way: str) -> None:
    reason = access.reason_for(by, student, Perm.STUDENT_VIEW, on=on)
    shown = [word for perm, word in _DEPTHS.items() if access.reason_for(by, student, perm, on=on)]
    audit.record(
        "student.opened",
        by=by,
        target=student,
        subject=student,
        reason=reason.code if reason else "",
        shown=shown,
        way=way,
    )


@transaction.atomic(savepoint=False)
def search(*, text: str, by: User, on: date, live: bool) -> Answer:
    """What the finder answers; of a search its length and how many it found are kept, not what was typed."""
    answer = finder.find(by, text, on=on, limit=8 if live else 30)
    for school_id in {line.student.school_id for line in answer.found}:
        found = sum(line.student.school_id == school_id for line in answer.found)
        audit.record("student.searched", by=by, school_id=school_id, typed=len(text), found=found)
    return answer
