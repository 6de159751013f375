"""The audit trail of a school, for those who answer for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from core.models import AuditEvent, RowChange
from core.pagination import Page, keyset
from schools import audit_words
from schools.models import School


@dataclass(frozen=True)
class Wanted:
    """Which events: of a kind, by a person, between two days, both included; None and "" for all."""

    kind: str = ""
    person: User | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class EventLine:
    """One event in words. It names who looked, and the child only by a page that asks for the right."""

    event: AuditEvent
    who: str
    words: str
    reason: str
    depths: list[str]


@dataclass(frozen=True)
class ChangeLine:
    """One changed row: the columns, and their values where these may be shown."""

    change: RowChange
    who: str
    op: str
    columns: list[tuple[str, str, str]]


_KINDS = {
    "reads": Q(event__in=audit_words.READS),
    "copies": Q(event__in=audit_words.COPIES),
    "rights": Q(event__in=audit_words.RIGHTS),
    "changes": ~Q(event__in=[*audit_words.READS, *audit_words.COPIES, *audit_words.RIGHTS]),
}


def events(school: School, wanted: Wanted, *, cursor: str | None) -> tuple[list[EventLine], Page[AuditEvent]]:
    """A page of events, the newest first."""
    page: Page[AuditEvent] = keyset(events_of(school, wanted), order=["-pk"], cursor=cursor)
    return event_lines(page), page


def events_of(school: School, wanted: Wanted) -> QuerySet[AuditEvent]:
    """The events that were asked for, in no order; row security hides what goes round these readers."""
    found = AuditEvent.objects.filter(_between(wanted), school_id=school.pk)
    if wanted.kind in _KINDS:
        found = found.filter(_KINDS[wanted.kind])
    if wanted.person is not None:
        found = found.filter(actor_id=wanted.person.pk)
    return found


def _between(wanted: Wanted) -> Q:
    condition = Q()
    if wanted.since:
        condition &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        condition &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return condition


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def event_lines(found: Iterable[AuditEvent]) -> list[EventLine]:
    """Events with the names that people bear now; one query more."""
    rows = list(found)
    names = names_of({row.actor_id for row in rows})
    return [
        EventLine(
            event=row,
            who=names.get(row.actor_id, row.actor_name),
            words=audit_words.of(row.event),
            reason=audit_words.why(row.details),
            depths=audit_words.depths(row.details),
        )
        for row in rows
    ]


def names_of(ids: set[int | None]) -> dict[int | None, str]:
    """Numbers of people → their names."""
    known = [one for one in ids if one is not None]
    return dict(User.objects.filter(pk__in=known).values_list("pk", "name"))


def changes(
    school: School, wanted: Wanted, *, cursor: str | None
) -> tuple[list[ChangeLine], Page[RowChange]]:
    """A page of changed rows, the newest first: what the database itself noted."""
    found = RowChange.objects.filter(_between(wanted), school_id=school.pk)
    if wanted.person is not None:
        found = found.filter(user_id=wanted.person.pk)
    page: Page[RowChange] = keyset(found, order=["-pk"], cursor=cursor)
    names = names_of({row.user_id for row in page})
    lines = [
        ChangeLine(row, names.get(row.user_id, ""), str(audit_words.OPS[row.op]), _columns(row))
        for row in page
    ]
    return lines, page


def _columns(row: RowChange) -> list[tuple[str, str, str]]:
    return [
        (name, *((_said(values[0]), _said(values[1])) if values else ("", "")))
        for name, values in row.changed.items()
    ]


def _said(value: object) -> str:
    return "—" if value in (None, "") else str(value)
