"""Reads around one talk: topics, readers, drafts, the clock since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from core.pagination import Page, keyset
from counselling import access
from counselling.models import Draft, Session, Topic
from schools import access as school_access
from students import access as student_access
from students.models import Enrolment, Student

NEVER = datetime(1970, 1, 1, tzinfo=timezone.get_fixed_timezone(0))


def topics_in_use(school_id: int) -> QuerySet[Topic]:
    return Topic.objects.filter(school_id=school_id, is_active=True)


def reader_counts(student: Student, *, author: User, on: date) -> dict[str, int]:
    """How many people will be able to read an entry of each sensitivity."""
    return {
        choice: access.readers(student, choice, author=author, on=on).count()
        for choice in Session.Sensitivity.values
    }


def _unsaved_drafts(user: User) -> QuerySet[Draft]:
    """A draft that crossed its own talk on the way is no draft: typed on, it would come to nothing."""
    saved = Session.objects.filter(author=user, client_id=OuterRef("client_id"))
    return Draft.objects.filter(~Exists(saved), author=user).order_by("-changed_at")


def draft_for(user: User, student: Student) -> Draft | None:
    """What this person left unfinished about this pupil."""
    return _unsaved_drafts(user).filter(student=student).first()


def drafts_of(user: User, *, on: date, limit: int = 5) -> QuerySet[Draft]:
    """What this person left unfinished about pupils with whom they may still log a talk."""
    pupils = student_access.visible_students(user, Perm.TALK_LOG, on=on)
    return _unsaved_drafts(user).filter(student__in=pupils).select_related("student")[:limit]


def last_talk_at(student: Student) -> datetime | None:
    """When somebody last talked with this pupil; a date only, so a restricted talk counts too."""
    return (
        Session.objects.filter(student=student, withdrawn_at=None)
        .order_by("-happened_at")
        .values_list("happened_at", flat=True)
        .first()
    )


@dataclass(frozen=True)
class QuietPupil:
    """A pupil and the days since anybody last talked with them; None means never."""

    student: Student
    class_label: str
    days: int | None


def quiet_page(
    user: User, *, now: datetime, cursor: str | None = None, size: int = 30
) -> tuple[list[QuietPupil], Page[Student]]:
    """My pupils, the longest without a talk first: those nobody ever talked with lead the list."""
    today = timezone.localdate(now)
    last = Session.objects.filter(student=OuterRef("pk"), withdrawn_at=None).order_by("-happened_at")
    pupils = my_pupils(user, on=today).annotate(
        last_talk_at=Coalesce(Subquery(last.values("happened_at")[:1]), NEVER, output_field=DateTimeField())
    )
    page: Page[Student] = keyset(pupils, order=["last_talk_at", "pk"], cursor=cursor, size=size)
    labels = class_labels([student.pk for student in page], on=today)
    rows = [
        QuietPupil(student, labels.get(student.pk, ""), _days_since(student.last_talk_at, today))  # type: ignore[attr-defined]
        for student in page
    ]
    return rows, page


def _days_since(at: datetime, today: date) -> int | None:
    return None if at == NEVER else (today - timezone.localdate(at)).days


def my_pupils(user: User, *, on: date) -> QuerySet[Student]:
    """The pupils I answer for: my class and pairings; for whoever has neither, all I may talk with."""
    near = {Reach.CLASS, Reach.PAIRING}
    grants = school_access.grants_with(user, Perm.TALK_LOG, on=on)
    if any(grant.reach in near for grant in grants):
        grants = [grant for grant in grants if grant.reach in near]
    return student_access.reached_by(grants, user, on=on).enrolled(on)


def class_labels(student_ids: list[int], *, on: date) -> dict[int, str]:
    """The class of each pupil on a day, in one query."""
    rows = Enrolment.objects.active(on).filter(student_id__in=student_ids).select_related("school_class")
    return {row.student_id: row.school_class.label for row in rows}
