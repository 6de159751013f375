"""What pages show of break-glass: the list to judge, one use, and the mark on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, keyset
from schools import access as school_access
from schools.models import School
from students import access
from students.models import EmergencyAccess, Student
from students.registry import Entry, Position, Source

_SHOWN = 20


@dataclass(frozen=True)
class UsePage:
    """One use, as far as this person may know it."""

    used: EmergencyAccess
    is_open: bool
    is_mine: bool
    shows_reason: bool
    may_approve: bool
    may_review: bool
    may_end: bool


def use_page(user: User, used: EmergencyAccess, *, now: datetime) -> UsePage:
    """What became of a use, and what this person may do about it."""
    on = timezone.localdate(now)
    is_mine = used.user_id == user.pk
    is_open = used.ended_at is None and used.opened_at <= now < used.expires_at
    approves = access.may_approve(user, used, on=on)
    reviews = access.may_review(user, used, on=on)
    return UsePage(
        used=used,
        is_open=is_open,
        is_mine=is_mine,
        shows_reason=is_mine or approves or reviews,
        may_approve=approves and is_open and used.approved_at is None,
        may_review=reviews and not used.verdict,
        may_end=is_mine and is_open,
    )


def schools_of(user: User, perm: Perm, *, now: datetime) -> list[School]:
    """The schools where the person has a right of break-glass, by name."""
    found = school_access.visible_schools(user, perm, on=timezone.localdate(now))
    return list(found.order_by("name", "pk"))


def uses(
    user: User, *, now: datetime, judged: bool, cursor: str | None, size: int = 30
) -> Page[EmergencyAccess]:
    """The uses of the schools this person oversees, the newest first."""
    schools = school_access.visible_schools(user, Perm.EMERGENCY_REVIEW, on=timezone.localdate(now))
    found = EmergencyAccess.objects.filter(school__in=schools).select_related(
        "student", "user", "reviewed_by"
    )
    chosen = found.exclude(verdict="") if judged else found.unreviewed()
    return keyset(chosen, order=["-opened_at", "-pk"], cursor=cursor, size=size)


def to_judge(user: User, *, now: datetime) -> list[EmergencyAccess]:
    """The uses that wait for this person, the oldest first; a school has few at a time."""
    on = timezone.localdate(now)
    schools = school_access.school_ids(user, Perm.EMERGENCY_REVIEW, on=on)
    if not schools:
        return []
    waiting = EmergencyAccess.objects.unreviewed().filter(school_id__in=schools).exclude(user=user)
    rows = list(waiting.select_related("student", "user").order_by("opened_at", "pk")[:_SHOWN])
    judges: dict[tuple[int, int], list[User]] = {}
    for used in rows:
        key = (used.school_id, used.user_id)
        if key not in judges:
            judges[key] = access.reviewers_of(used, on=on)
    return [used for used in rows if user in judges[used.school_id, used.user_id]]


def on_record(user: User, student: Student, *, now: datetime) -> list[EmergencyAccess]:
    """Who has this record open by break-glass now, for those who may know; one's own use always."""
    on = timezone.localdate(now)
    opened = access.emergencies_of(student, now=now, on=on)
    if not access.may_know_emergencies(user, student, on=on):
        opened = opened.filter(user=user)
    return list(opened.select_related("user", "approved_by").order_by("expires_at"))


def entries(user: User, student: Student, now: datetime, before: Position | None, limit: int) -> list[Entry]:
    """Each use, in the chronology of those who may know of it."""
    if not access.may_know_emergencies(user, student, on=timezone.localdate(now)):
        return []
    found = EmergencyAccess.objects.filter(student=student).select_related("user")
    if before is not None:
        found = found.filter(before.older("emergency", "opened_at"))
    return [_entry(used) for used in found.order_by("-opened_at", "-pk")[:limit]]


def _entry(used: EmergencyAccess) -> Entry:
    title = _("%(who)s opened the record in an emergency") % {"who": used.user.name}
    return Entry(
        Position(used.opened_at, "emergency", used.pk),
        "emergency",
        "students/_entry_emergency.html",
        "students/_print_emergency.html",
        {"used": used, "title": title},
    )


def _is_for(user: User, student: Student, now: datetime) -> bool:
    return access.may_know_emergencies(user, student, on=timezone.localdate(now))


SOURCE = Source("emergency", gettext_lazy("Emergency access"), entries, _is_for)
