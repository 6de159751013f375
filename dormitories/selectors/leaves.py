"""Leaves as pages show them: today's movements, one leave, whose answer is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Perm
from core.pagination import Page, keyset, public_keyset
from dormitories import access_leave as access
from dormitories.models import Leave, LeaveQuerySet
from dormitories.models.leave import A_MOMENT, EARLIEST
from schools import access as school_access
from students import access as student_access
from students.models import GuardianLink, Student

TABS = ("today", "out", "waiting", "back")
_ORDER = {
    "today": ["leaves_at", "pk"],
    "out": ["due_back_at", "pk"],
    "waiting": ["leaves_at", "pk"],
    "back": ["-back_at", "-pk"],
}


@dataclass(frozen=True)
class Row:
    """One leave of a list, what it is now, and what the gate may do with one tap."""

    leave: Leave
    state: Leave.State
    may_out: bool
    may_back: bool
    may_undo: bool


@dataclass(frozen=True)
class Movements:
    """One tab of the movements."""

    tab: str
    page: Page[Leave]
    rows: list[Row]


def movements(user: User, *, tab: str, now: datetime, cursor: str | None) -> Movements:
    """Who goes out today, who is out (the latest due first), who waits for an answer, who came back today."""
    on = timezone.localdate(now)
    leaves = _of_tab(access.visible_leaves(user, on=on), tab, now)
    leaves = leaves.select_related("student", "collector__person")
    page = keyset(leaves, order=_ORDER[tab], cursor=cursor)
    gate = access.reached(user, [leave.student_id for leave in page], Perm.LEAVE_GATE, on=on)
    rows = [_row(leave, user, now, at_gate=leave.student_id in gate) for leave in page]
    return Movements(tab, page, rows)


def _of_tab(leaves: LeaveQuerySet, tab: str, now: datetime) -> LeaveQuerySet:
    begins = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    if tab == "out":
        return leaves.out()
    if tab == "waiting":
        return leaves.waiting().filter(due_back_at__gt=now)
    if tab == "back":
        return leaves.filter(back_at__gte=begins)
    return leaves.approved().filter(
        out_at=None, leaves_at__lt=begins + timedelta(days=1), due_back_at__gt=now
    )


def row_of(user: User, leave: Leave, *, now: datetime) -> Row:
    """One leave as the list shows it."""
    on = timezone.localdate(now)
    return _row(leave, user, now, at_gate=access.may(user, leave.student, Perm.LEAVE_GATE, on=on))


def _row(leave: Leave, user: User, now: datetime, *, at_gate: bool) -> Row:
    state = leave.state(now)
    last = (leave.back_at, leave.back_by_id) if leave.back_at else (leave.out_at, leave.out_by_id)
    mine = last[0] is not None and last[1] == user.pk and now - last[0] <= A_MOMENT
    return Row(
        leave=leave,
        state=state,
        may_out=at_gate and state == Leave.State.APPROVED and now >= leave.leaves_at - EARLIEST,
        may_back=at_gate and state in (Leave.State.OUT, Leave.State.LATE),
        may_undo=at_gate and mine,
    )


def plain_row(leave: Leave, now: datetime) -> Row:
    """A leave that is only shown."""
    return Row(leave, leave.state(now), may_out=False, may_back=False, may_undo=False)


@dataclass(frozen=True)
class LeavePage:
    """One leave, and what this person may do about it."""

    row: Row
    steps: list[tuple[str, User, datetime]]
    may_approve: bool
    may_refuse: bool
    may_cancel: bool
    asked_it: bool
    contacts: list[GuardianLink] = field(default_factory=list)


def leave_page(user: User, leave: Leave, *, now: datetime) -> LeavePage:
    """Who asked, who answered, who noted it at the gate; when somebody is late, whom to call."""
    on = timezone.localdate(now)
    row = row_of(user, leave, now=now)
    is_open = row.state in (Leave.State.ASKED, Leave.State.APPROVED)
    answers = access.may(user, leave.student, Perm.LEAVE_APPROVE, on=on)
    asked_it = leave.asked_by_id == user.pk
    given = user.pk in (leave.class_approved_by_id, leave.house_approved_by_id)
    return LeavePage(
        row=row,
        steps=_steps(leave),
        may_approve=answers and row.state == Leave.State.ASKED and not asked_it and not given,
        may_refuse=answers and is_open,
        may_cancel=is_open and (asked_it or access.may(user, leave.student, Perm.LEAVE_ASK, on=on)),
        asked_it=asked_it,
        contacts=_contacts(user, leave, on) if row.state == Leave.State.LATE else [],
    )


def _steps(leave: Leave) -> list[tuple[str, User, datetime]]:
    """What was done, by whom and when, in order."""
    found = [("asked", leave.asked_by, leave.asked_at)]
    for step in ("class_approved", "house_approved", "refused", "cancelled", "out", "back"):
        at, who = getattr(leave, f"{step}_at"), getattr(leave, f"{step}_by")
        if at is not None:
            found.append((step, who, at))
    return sorted(found, key=lambda one: one[2])


def _contacts(user: User, leave: Leave, on) -> list[GuardianLink]:  # type: ignore[no-untyped-def]
    """The family's telephones, for whoever may see them; nobody whose contact is barred."""
    if not student_access.reason_for(user, leave.student, Perm.STUDENT_CONTACT, on=on):
        return []
    links = GuardianLink.objects.filter(student=leave.student_id, contact_barred=False)
    return list(links.select_related("person").order_by("priority", "pk"))


def leaves_list(
    user: User, *, student: Student | None, on: date, cursor: str | None, size: int
) -> Page[Leave]:
    """For programs: the leaves of one's pupils, the latest first. Raises BadCursor."""
    found = access.visible_leaves(user, on=on).select_related("student", "collector__person", "asked_by")
    if student is not None:
        found = found.filter(student=student)
    return public_keyset(found, order=["-leaves_at", "-pk"], cursor=cursor, size=size)


def to_answer(user: User, *, now: datetime, limit: int = 8) -> list[Leave]:
    """For Today: leaves that wait for this person's word, the earliest first."""
    on = timezone.localdate(now)
    if not school_access.holds(user, Perm.LEAVE_APPROVE, on=on):
        return []
    waiting = access.visible_leaves(user, on=on, perm=Perm.LEAVE_APPROVE).waiting()
    waiting = waiting.filter(_sides_missing(user, on), due_back_at__gt=now).exclude(asked_by=user)
    waiting = waiting.exclude(class_approved_by=user).exclude(house_approved_by=user)
    return list(waiting.select_related("student").order_by("leaves_at", "pk")[:limit])


def _sides_missing(user: User, on) -> Q:  # type: ignore[no-untyped-def]
    """Where the approval that this person can give is the one that is missing."""
    found = Q(pk__in=[])
    for grant in school_access.grants_with(user, Perm.LEAVE_APPROVE, on=on):
        reached = Q(student__in=student_access.reached_by([grant], user, on=on))
        found |= reached & access.missing_for(grant)
    return found


def late(user: User, *, now: datetime, limit: int = 8) -> list[Leave]:
    """For Today: pupils not back in time, the longest overdue first."""
    on = timezone.localdate(now)
    if not any(school_access.holds(user, perm, on=on) for perm in access.SEEING):
        return []
    found = access.visible_leaves(user, on=on).late(now).select_related("student")
    return list(found.order_by("due_back_at", "pk")[:limit])


def of_student(student: Student, *, now: datetime) -> Leave | None:
    """The leave that a pupil is on, or the next one that stands."""
    standing = Leave.objects.standing().filter(student=student, back_at=None)
    return standing.filter(Q(due_back_at__gt=now) | Q(out_at__isnull=False)).order_by("leaves_at").first()
