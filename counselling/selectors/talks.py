"""Reads around one talk: topics, readers, drafts, the clock since the last one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Reach
from core.pagination import Page, keyset
from counselling import access
from counselling.models import Draft, EntryGrant, Session, Topic
from counselling.models.session import SECRET
from schools import access as school_access
from students import access as student_access
from students.models import Enrolment, Student

NEVER = datetime(1970, 1, 1, tzinfo=timezone.get_fixed_timezone(0))


def topics_in_use(school_id: int) -> QuerySet[Topic]:
    return Topic.objects.filter(school_id=school_id, is_active=True)


@dataclass(frozen=True)
class Audience:
    """Who will be able to read an entry that is being written, and whom else its author may name.

    Asked only for what a page shows: saving a talk needs none of it.
    """

    student: Student
    author: User
    on: date

    @cached_property
    def levels(self) -> list[str]:
        """The depths this author may choose."""
        return access.levels_for(self.author, self.student, on=self.on)

    @cached_property
    def nameable(self) -> list[User]:
        found = access.nameable(self.student, author=self.author, on=self.on)
        return list(found.order_by("name", "pk"))

    @cached_property
    def readers(self) -> dict[str, list[User]]:
        """Level → everybody who reads it before anybody is named."""
        return {level: self.of(level) for level in self.levels}

    def of(self, level: str, named: Iterable[User] = ()) -> list[User]:
        return readers_of(self.student, level, author=self.author, on=self.on, named=named)

    def named(self, ids: Iterable[str]) -> list[User]:
        """Those of the colleagues who may be named whom somebody ticked; any other id gives nothing."""
        wanted = set(ids)
        return [user for user in self.nameable if str(user.public_id) in wanted] if wanted else []


def readers_of(
    student: Student, level: str, *, author: User, on: date, named: Iterable[User] = ()
) -> list[User]:
    """Everybody who will be able to read an entry of this level, sorted by name."""
    if level == Session.Sensitivity.SEALED and not named:
        return [author]
    found = access.readers(student, level, author=author, on=on, named=named)
    return list(found.order_by("name", "pk"))


def readers_now(session: Session, grants: Iterable[EntryGrant], *, on: date) -> list[User]:
    """Who can read an entry today, sorted by name; `grants` are those that stand (grants_of)."""
    named = [grant.user for grant in grants]
    return readers_of(session.student, session.sensitivity, author=session.author, on=on, named=named)


def grants_of(session: Session) -> list[EntryGrant]:
    """The colleagues it names now, the first named first."""
    return list(session.grants.filter(revoked_at=None).select_related("user").order_by("granted_at", "pk"))


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


def _dated(user: User) -> QuerySet[Session]:
    """Talks whose day whoever logs talks may know: a restricted one too, not somebody else's secret one."""
    return Session.objects.filter(~Q(sensitivity__in=SECRET) | Q(author=user), withdrawn_at=None)


def last_talk_at(student: Student, *, user: User) -> datetime | None:
    """When somebody last talked with this pupil, as far as this person may know: a date only."""
    return (
        _dated(user)
        .filter(student=student)
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
    last = _dated(user).filter(student=OuterRef("pk")).order_by("-happened_at")
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
