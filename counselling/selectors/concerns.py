"""Concerns in lists: what waits for me, what became of what I reported, what nobody can read any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Perm
from accounts.roles import Role, roles_with
from core.pagination import Page, keyset
from counselling import access_concerns as access
from counselling.models import Concern, ConcernDraft, ConcernReader
from schools import access as school_access
from schools.access import Reason
from schools.models import Membership, School, SchoolClass
from students.models import Student
from students.registry import Entry, Position, Source

SHOWN = ("open", "closed", "mine")


def concerns_page(user: User, show: str, *, on: date, cursor: str | None) -> Page[Concern]:
    """One list: open ones by urgency and age, closed ones newest first, or what I reported myself."""
    if show == "mine":
        rows, order = access.reported_concerns(user, on=on), ["-recorded_at", "-pk"]
    elif show == "closed":
        rows = access.readable_concerns(user, on=on).filter(status=Concern.Status.CLOSED)
        order = ["-recorded_at", "-pk"]
    else:
        rows = access.readable_concerns(user, on=on).exclude(status=Concern.Status.CLOSED)
        order = ["urgency", "recorded_at", "pk"]
    return keyset(rows.select_related("student", "acknowledged_by"), order=order, cursor=cursor)


def reads_concerns(user: User, *, on: date) -> bool:
    """Whether there is an inbox to show at all: for leads always, for others once they were given one."""
    if school_access.holds(user, Perm.CONCERN_READ, on=on):
        return True
    return access.readable_concerns(user, on=on).exists()


def unseen(user: User, *, on: date, limit: int = 10) -> QuerySet[Concern]:
    """What waits for an acknowledgement of mine: it leaves Today when anybody has given it."""
    waiting = access.handled_concerns(user, on=on).filter(acknowledged_at=None)
    return waiting.select_related("student").order_by("urgency", "recorded_at", "pk")[:limit]


@dataclass(frozen=True)
class ConcernPage:
    """One concern as this person may see it: `handles` acknowledges and shares, `reads` opens the words."""

    reason: Reason | None
    reads: bool
    handles: bool
    is_mine: bool
    readers: list[User]
    shares: list[ConcernReader]
    about_staff: User | None
    sees_child: bool
    readings: list[Reading]


def concern_page(user: User, concern: Concern, *, on: date) -> ConcernPage:
    """What the page of a concern shows; a reporter sees the status and nothing that others did or wrote."""
    reads = access.reading_reason(user, concern, on=on) is not None
    handles = access.handling_reason(user, concern, on=on) is not None
    readers = access.readers(concern, on=on) if reads else []
    shares = concern.readers.filter(kind=ConcernReader.Kind.SHARED, revoked_at=None) if handles else None
    return ConcernPage(
        reason=access.knowing_reason(user, concern, on=on),
        reads=reads,
        handles=handles,
        is_mine=concern.reporter_id == user.pk,
        readers=readers,
        shares=list(shares.select_related("user").order_by("pk")) if shares is not None else [],
        about_staff=concern.about_staff if reads else None,
        sees_child=access.sees_child(user, concern, on=on),
        readings=readings(concern) if reads else [],
    )


@dataclass(frozen=True)
class Reading:
    """One time somebody opened the words."""

    name: str
    at: datetime


def readings(concern: Concern) -> list[Reading]:
    """Who opened the words, the newest first: asked of the database's gate, since the trail hides concerns.
    It answers those who may read this one, and nobody else.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reader_id, read_at FROM kl.concern_readings(%s::uuid)", [str(concern.public_id)]
        )
        rows = cursor.fetchall()
    names = dict(User.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "name"))
    return [Reading(names.get(reader_id, "?"), at) for reader_id, at in rows]


@dataclass(frozen=True)
class Destination:
    """Who will read a report that isn't about a colleague: told before it is written."""

    role: Role | None
    people: list[User]


def destination(school: School, *, on: date) -> Destination:
    return Destination(*access.receivers(school, about_staff=None, on=on))


def school_of(user: User, *, on: date) -> School:
    """The school a form without a pupil belongs to. Raises PermissionDenied for whoever works in none."""
    return school_access.get_own_school_or_403(user, Perm.CONCERN_REPORT, on=on)


def classes(user: User, *, on: date) -> QuerySet[SchoolClass]:
    """This year's classes of the schools where the person reports: to say which pupil is meant."""
    schools = school_access.school_ids(user, Perm.CONCERN_REPORT, on=on)
    present = Q(year__starts_on__lte=on, year__ends_on__gte=on)
    return SchoolClass.objects.filter(present, school_id__in=schools).order_by("school", "grade", "number")


def draft_of(user: User) -> ConcernDraft | None:
    """The newest draft whose report isn't made yet."""
    made = Concern.objects.filter(reporter=user, client_id=OuterRef("client_id"))
    drafts = ConcernDraft.objects.filter(~Exists(made), author=user).select_related("school")
    return drafts.order_by("-changed_at").first()


def orphans(*, on: date) -> QuerySet[Concern]:
    """Open concerns that nobody can read: their readers have left, or the school had none."""
    held = Membership.objects.active(on)
    led = held.filter(role__in=roles_with(Perm.CONCERN_READ), user__is_active=True).values("school_id")
    works = held.filter(
        Q(school=OuterRef("school")) | Q(school_class__school=OuterRef("school")), user=OuterRef("user")
    )
    served = ConcernReader.objects.filter(
        Exists(works),
        concern=OuterRef("pk"),
        user__is_active=True,
        kind=ConcernReader.Kind.ROUTED,
        revoked_at=None,
    )
    unread = Concern.objects.exclude(status=Concern.Status.CLOSED).filter(~Exists(served))
    unread = unread.exclude(about_staff=None, school_id__in=led)
    return unread.select_related("school", "about_staff").order_by("pk")


def concern_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """The concerns about a pupil that this person may read: the fact and a link, never the words."""
    on = timezone.localdate(now)
    rows = access.readable_concerns(user, on=on).filter(student=student)
    if before is not None:
        rows = rows.filter(before.older("concern", "happened_at"))
    return [
        Entry(
            Position(one.happened_at, "concern", one.pk),
            "concern",
            "counselling/_entry_concern.html",
            "counselling/_print_concern.html",
            {"concern": one},
        )
        for one in rows.order_by("-happened_at", "-pk")[:limit]
    ]


CONCERN_SOURCE = Source("concern", _("Concerns"), concern_entries)
