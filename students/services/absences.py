"""When a parent is away, and when they can be called."""

from __future__ import annotations

from datetime import date, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from students.models import MigrationEpisode, Person, ReachableWindow, Student
from students.services.refusals import CannotChangeError

MOST_WINDOWS = 30  # three a day and more than a week holds; more is a slip


@transaction.atomic
def save_absence(
    *,
    episode: MigrationEpisode | None,
    person: Person,
    place: str,
    reason: str,
    shift: str,
    started_on: date,
    ended_on: date | None,
    student: Student,
    by: User,
    on: date,
) -> MigrationEpisode:
    """A new absence of a person, or the correction of one. `student` is whose page it was written on.

    A short visit home ends no absence. Raises CannotChangeError where it overlaps another one of this person.
    """
    row = episode or MigrationEpisode(school_id=person.school_id, person=person)
    row.place, row.reason, row.shift = place, reason, shift
    row.started_on, row.ended_on = started_on, ended_on
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "students_episode_no_overlap" not in str(error):
            raise
        refusal = _("This overlaps another time away of the same person; end that one first.")
        raise CannotChangeError(refusal) from error
    event = "absence.corrected" if episode else "absence.recorded"
    audit.record(event, by=by, target=row, subject=student, on=on.isoformat())
    return row


@transaction.atomic
def add_window(
    *,
    person: Person,
    weekday: int,
    starts_at: time,
    ends_at: time,
    started_on: date,
    ended_on: date | None,
    student: Student,
    by: User,
) -> ReachableWindow:
    """A weekly time at which a person can be called. Raises CannotChangeError beyond MOST_WINDOWS."""
    Person.objects.select_for_update().get(pk=person.pk)
    if ReachableWindow.objects.active(started_on).filter(person=person).count() >= MOST_WINDOWS:
        raise CannotChangeError(_("There are too many times already; end some first."))
    made = ReachableWindow.objects.create(
        school_id=person.school_id,
        person=person,
        weekday=weekday,
        starts_at=starts_at,
        ends_at=ends_at,
        started_on=started_on,
        ended_on=ended_on,
    )
    audit.record("window.added", by=by, target=made, subject=student)
    return made


@transaction.atomic
def end_window(*, window: ReachableWindow, student: Student, by: User, on: date) -> None:
    """From `on` the person can't be called then any more; one that hadn't begun before that day goes."""
    locked = ReachableWindow.objects.select_for_update().get(pk=window.pk)
    if locked.started_on >= on:
        locked.delete()
    else:
        last = date.fromordinal(on.toordinal() - 1)
        if locked.ended_on is not None and locked.ended_on <= last:
            return
        locked.ended_on = last
        locked.save(update_fields=["ended_on"])
    audit.record("window.ended", by=by, target=window, subject=student, on=on.isoformat())
