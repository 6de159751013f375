"""A child's file on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit
from students import registry
from students.models import Student
from students.registry import Entry
from students.selectors import child
from students.selectors.child import ChildPage

MOST_ENTRIES = 300  # some forty sheets; a longer file is printed from the screen's filters


@dataclass(frozen=True)
class ChildFile:
    """What goes on paper; `is_whole` is False when older entries were left out."""

    page: ChildPage
    entries: list[Entry]
    is_whole: bool


@transaction.atomic
def child_file(*, student: Student, by: User, now: datetime) -> ChildFile:
    """The file as this person sees it. Paper leaves the building, so printing leaves an audit event.

    A restricted entry stays a grey line on paper too: its words are read on the screen.
    """
    entries, older = registry.chronology(by, student, now=now, cursor=None, size=MOST_ENTRIES)
    audit.record("student.printed", by=by, target=student, subject=student, entries=len(entries))
    return ChildFile(child.child_page(by, student, now=now), entries, older is None)
