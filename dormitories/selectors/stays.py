"""Where a pupil sleeps and slept, which beds are free for them, and what the finder, the header and the
chronology say of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Now, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Perm
from dormitories.models import Bed, Stay
from schools.models import School
from students import access as student_access
from students.models import Enrolment, Student
from students.registry import Entry, Position, Source


def stay_of(student: Student, *, on: date) -> Stay | None:
    """The pupil's stay on a day, with its bed, room and house."""
    found: Stay | None = (
        Stay.objects.active(on).filter(student=student).select_related("bed__room__building").first()
    )
    return found


def free_beds(school: School, *, sex: str, on: date) -> QuerySet[Bed]:
    """Beds of a sex that are nobody's from a day on, whole, in an open house; in the order of the doors."""
    taken = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), bed=OuterRef("pk"))
    broken = Q(out_of_order_from__isnull=False) & (Q(out_of_order_to=None) | Q(out_of_order_to__gte=on))
    found = Bed.objects.filter(school=school, sex=sex, room__building__closed_on=None)
    free = found.exclude(broken).exclude(Exists(taken)).select_related("room__building")
    return free.order_by("room__building__name", "room__floor", "room__number", "pk")


def without_bed(user: User, school: School, *, sex: str, on: date) -> QuerySet[Student]:
    """The boarders of a sex who have no bed from a day on, by name."""
    housed = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), student=OuterRef("pk"))
    pupils = student_access.visible_students(user, Perm.BED_ALLOCATE, on=on).filter(school=school, sex=sex)
    return pupils.boarding().enrolled(on).exclude(Exists(housed)).order_by("name", "pk")


def in_class(students: Iterable[Student], *, on: date) -> dict[int, str]:
    """The label of the class of each pupil."""
    rows = Enrolment.objects.active(on).filter(student__in=students).select_related("school_class")
    return {row.student_id: row.school_class.label for row in rows}


# --- what others show ---------------------------------------------------------------------------
def bed_codes(student_ids: list[int]) -> dict[int, list[str]]:
    """302-4, alone and after the name of the house, for stays that aren't over by the database's own day.

    The finder's keys are written whenever a stay changes, and every night for what begins or ends by itself
    (dormitories.tasks): no day is handed down to here.
    """
    today = TruncDate(Now(), tzinfo=timezone.get_default_timezone())
    stays = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=today), student_id__in=student_ids)
    begun = stays.filter(started_on__lte=today).select_related("bed__room__building")
    return {
        stay.student_id: [stay.bed.code, f"{stay.bed.room.building.name}{stay.bed.code}"] for stay in begun
    }


def bound_by_sex(school_id: int) -> set[int]:
    """Pupils with a stay that the database keeps when their sex changes (migration 0001 counts by UTC)."""
    held = Q(ended_on=None) | Q(ended_on__gte=TruncDate(Now(), tzinfo=UTC))
    stays = Stay.objects.filter(held, school_id=school_id)
    return set(stays.values_list("student_id", flat=True))


def bed_fact(user: User, student: Student, now: datetime) -> str | None:
    """The bed, for the child's header."""
    if not _sees_beds(user, student, now):
        return None
    stay = next((one for one in _all_stays(student) if one.holds(timezone.localdate(now))), None)
    if stay is not None:
        return _("Bed %(bed)s") % {"bed": stay.bed.code}
    return _("No bed yet") if student.boarding == Student.Boarding.BOARDER else None


def bed_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """Moving in, to another bed, and out, for the chronology. A child has a handful, so they're cut here."""
    if not _sees_beds(user, student, now):
        return []
    entries: list[Entry] = []
    stays = sorted(_all_stays(student), key=lambda stay: stay.started_on)
    for number, stay in enumerate(stays):
        follows = number > 0 and _day_after(stays[number - 1]) == stay.started_on
        text = _("Moved to bed %(bed)s in %(house)s") if follows else _("Given bed %(bed)s in %(house)s")
        entries.append(_entry(stay.pk * 2, stay.started_on, text, stay))
        goes_on = number + 1 < len(stays) and stays[number + 1].started_on == _day_after(stay)
        if stay.ended_on is not None and not goes_on:
            text = _("Last night in bed %(bed)s in %(house)s")
            entries.append(_entry(stay.pk * 2 + 1, stay.ended_on, text, stay))
    newest = sorted(entries, key=lambda entry: entry.position.key, reverse=True)
    if before is not None:
        newest = [entry for entry in newest if entry.position.key < before.key]
    return newest[:limit]


def _all_stays(student: Student) -> list[Stay]:
    """All of a pupil's, read once for the header and the chronology."""
    related = Prefetch("stays", Stay.objects.select_related("bed__room__building"))
    prefetch_related_objects([student], related)
    return list(student.stays.all())


def _day_after(stay: Stay) -> date | None:
    return None if stay.ended_on is None else date.fromordinal(stay.ended_on.toordinal() + 1)


def _entry(pk: int, day: date, text: str, stay: Stay) -> Entry:
    at = timezone.make_aware(datetime.combine(day, time.min))
    title = text % {"bed": stay.bed.code, "house": stay.bed.room.building.name}
    context: dict[str, Any] = {"title": title, "day": day}
    return Entry(
        Position(at, "bed", pk), "bed", "dormitories/_entry_bed.html", "dormitories/_print_bed.html", context
    )


def _sees_beds(user: User, student: Student, now: datetime) -> bool:
    on = timezone.localdate(now)
    return student_access.reason_for(user, student, Perm.DORM_VIEW, on=on) is not None


BED_SOURCE = Source("bed", gettext_lazy("Beds"), bed_entries, is_for=_sees_beds)
