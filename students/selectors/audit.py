"""Who looked at a child's record, and which looks were unusual. Row security lets only AUDIT_READ see any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncHour
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import AuditEvent
from core.pagination import Page, keyset
from schools.models import Duty, School
from schools.selectors import audit as trail
from schools.selectors.audit import EventLine
from students.models import Student

LOOKS = (
    "student.opened",
    "student.printed",
    "session.read",
    "follow_up.read",
    "emergency.opened",
    "emergency.searched",
)
# Of looks at single records; a list or a search names no child.
_NIGHT = (22, 6)
MANY = 25  # different children in an hour: more than somebody talks with, fewer than a class of fifty
_DISTANT = ("head", "admin")
SHOWN = 200

RULES: dict[str, Promise] = {
    "night": _("At night (22:00 to 06:00), without a duty then"),
    "many": _("Twenty-five or more different children within one hour"),
    "distant": _("Identity numbers or health, by a role for the whole school"),
    "emergency": _("An emergency access"),
}


@dataclass(frozen=True)
class Unusual:
    """One look, or one hour of looks, and why it is on the list. Unusual isn't wrong: somebody asks."""

    at: datetime
    actor_id: int | None
    who: str
    words: str
    rule: str
    subject_id: str
    number: int = 1

    @property
    def why(self) -> str:
        return str(RULES[self.rule])


def looks_at(student: Student, *, cursor: str | None) -> tuple[list[EventLine], Page[AuditEvent]]:
    """Who looked at this child's record or read of it, the newest first."""
    found = AuditEvent.objects.filter(
        subject_id=str(student.public_id), school_id=student.school_id, event__in=LOOKS
    )
    page: Page[AuditEvent] = keyset(found, order=["-pk"], cursor=cursor)
    return trail.event_lines(page), page


def week_of(day: date) -> tuple[datetime, datetime]:
    """From Monday 00:00 to the next, in the school's time."""
    monday = day - timedelta(days=day.weekday())
    begins = timezone.make_aware(datetime.combine(monday, time.min))
    return begins, timezone.make_aware(datetime.combine(monday + timedelta(days=7), time.min))


def unusual_reads(school: School, *, since: datetime, until: datetime) -> list[Unusual]:
    """The looks of a stretch of time that one of the rules names, the newest first; five queries."""
    looks = AuditEvent.objects.filter(school_id=school.pk, event__in=LOOKS, at__gte=since, at__lt=until)
    deep = looks.filter(_DEEP, event="student.opened", details__reason__in=_DISTANT)
    found = [
        *_single(_at_night(looks, school), "night"),
        *_single(deep, "distant"),
        *_single(looks.filter(event="emergency.opened"), "emergency"),
        *_many(looks),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


# An administrator who keeps the roster opens many pages; what counts is how deep.
_DEEP = Q(details__shown__contains="identity") | Q(details__shown__contains="health")


def _at_night(looks: QuerySet[AuditEvent], school: School) -> QuerySet[AuditEvent]:
    on_duty = Duty.objects.filter(
        school=school, user_id=OuterRef("actor_id"), starts_at__lte=OuterRef("at"), ends_at__gt=OuterRef("at")
    )
    evening, morning = _NIGHT
    hour = ExtractHour("at", tzinfo=timezone.get_default_timezone())
    nightly = looks.annotate(hour=hour).filter(Q(hour__gte=evening) | Q(hour__lt=morning))
    return nightly.exclude(event="emergency.opened").filter(~Exists(on_duty))


def _single(events: QuerySet[AuditEvent], rule: str) -> Iterable[Unusual]:
    for line in trail.event_lines(events.order_by("-pk")[:SHOWN]):
        yield Unusual(line.event.at, line.event.actor_id, line.who, line.words, rule, line.event.subject_id)


def _many(looks: QuerySet[AuditEvent]) -> Iterable[Unusual]:
    hours = list(
        looks.exclude(subject_id="")
        .annotate(hour=TruncHour("at"))
        .values("actor_id", "hour")
        .annotate(number=Count("subject_id", distinct=True), first=Min("at"))
        .filter(number__gte=MANY)
        .order_by("-hour")[:SHOWN]
    )
    names = trail.names_of({one["actor_id"] for one in hours})
    for one in hours:
        who = names.get(one["actor_id"], "")
        yield Unusual(one["first"], one["actor_id"], who, "", "many", "", one["number"])
