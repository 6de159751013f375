"""Giving beds: who sleeps where from which day on.

The bed is what gets scarcer: it is locked before anything is asked, so that of two people who give it at once
the second is told. The constraints of the table hold whatever this file forgets.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from dormitories.models import Bed, Building, Room, Stay
from dormitories.selectors import rule_checks
from schools import services as school_services
from students.models import Enrolment, Student
from students.services import finder

RefusedError = school_services.RefusedError
_TAKEN_BACK = timedelta(days=7)
_AHEAD = timedelta(days=400)


class AgainstRuleError(RefusedError):
    """A rule speaks against it; the message says which, never why. `in_spite=True` does it all the same."""


@transaction.atomic
def give_bed(
    *, student: Student, bed: Bed, starts_on: date, by: User | None, now: datetime, in_spite: bool = False
) -> Stay:
    """A pupil without a bed has this one from a day on, until further notice.

    Raises RefusedError: the bed is taken, out of order or in a house for the other sex; the pupil has a bed,
    isn't a boarder or isn't enrolled. Raises AgainstRuleError unless `in_spite`.
    """
    locked, place = _lock(student, bed)
    _check_day(starts_on, now)
    _check_place(locked, place, starts_on)
    _check_pupil(locked, starts_on)
    if not in_spite:
        _check_rules(locked, place, starts_on)
    stay = _insert(locked, place, starts_on, by=by, now=now)
    finder.refresh_keys([locked.pk])
    audit.record(
        "stay.given", by=by, target=stay, subject=locked, bed=str(place.public_id), on=starts_on.isoformat()
    )
    return stay


@transaction.atomic
def move_pupil(
    *, student: Student, bed: Bed, starts_on: date, by: User | None, now: datetime, in_spite: bool = False
) -> Stay:
    """A pupil sleeps in another bed from a day on; the day before is the last in the old one.

    Moved on the day the old stay began, the stay itself is corrected. Raises as `give_bed`, and RefusedError
    where the pupil has no bed on that day.
    """
    locked, place = _lock(student, bed)
    _check_day(starts_on, now)
    old = Stay.objects.active(starts_on).filter(student=locked).select_related("bed").first()
    if old is None:
        raise RefusedError(_("This child has no bed on that day. Give one instead."), "starts_on")
    if old.bed_id == place.pk:
        raise RefusedError(_("This is the child's bed already."), "bed")
    _check_place(locked, place, starts_on)
    if not in_spite:
        _check_rules(locked, place, starts_on)
    was = old.bed
    stay = _move(old, place, starts_on, by=by, now=now)
    finder.refresh_keys([locked.pk])
    audit.record(
        "stay.moved",
        by=by,
        target=stay,
        subject=locked,
        old=str(was.public_id),
        new=str(place.public_id),
        on=starts_on.isoformat(),
    )
    return stay


@transaction.atomic
def place_pupil(
    *, student: Student, bed: Bed, starts_on: date, by: User | None, now: datetime, in_spite: bool = False
) -> Stay:
    """Give the bed, or move the pupil to it where they have one on that day. Raises as those two."""
    has_bed = Stay.objects.active(starts_on).filter(student=student).exists()
    act = move_pupil if has_bed else give_bed
    return act(student=student, bed=bed, starts_on=starts_on, by=by, now=now, in_spite=in_spite)


@transaction.atomic
def end_stay(*, student: Student, last_day: date, by: User | None, on: date) -> None:
    """The pupil has no bed after a day; what was to begin later never begins.

    A bed given by mistake today is taken back by naming yesterday. Raises RefusedError where nothing would
    end, and for a day so long ago that nights which were slept would vanish.
    """
    if last_day < on - _TAKEN_BACK:
        raise RefusedError(_("That is too long ago."), "last_day")
    locked = _lock_pupil(student)
    later, _models = Stay.objects.filter(student=locked, started_on__gt=last_day).delete()
    ended = Stay.objects.active(last_day).filter(student=locked).update(ended_on=last_day)
    if not later and not ended:
        raise RefusedError(_("This child has no bed on that day."), "last_day")
    finder.refresh_keys([locked.pk])
    audit.record("stay.ended", by=by, target=locked, subject=locked, on=last_day.isoformat())


@transaction.atomic
def end_on_leaving(*, student: Student, last_day: date, by: User | None) -> None:
    """Whoever leaves the school gives their bed back; what was to begin later never begins."""
    Stay.objects.filter(student=student, started_on__gt=last_day).delete()
    standing = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gt=last_day), student=student)
    if standing.update(ended_on=last_day):
        finder.refresh_keys([student.pk])
        audit.record("stay.ended", by=by, target=student, subject=student, on=last_day.isoformat())


@transaction.atomic
def refresh_found_beds(*, on: date) -> int:
    """Bring the finder up to the day: beds of stays that begin today, or ended yesterday."""
    turning = Stay.objects.filter(Q(started_on=on) | Q(ended_on=on - timedelta(days=1)))
    return finder.refresh_keys(set(turning.values_list("student_id", flat=True)))


def refresh_found_in(*, building: Building, room: Room | None = None) -> int:
    """A house has another name, or a room another number: its pupils are found under it."""
    here = Stay.objects.filter(bed__room__building=building)
    here = here if room is None else here.filter(bed__room=room)
    return finder.refresh_keys(set(here.values_list("student_id", flat=True)))


# --- how ----------------------------------------------------------------------------------------
def _lock(student: Student, bed: Bed) -> tuple[Student, Bed]:
    """The pupil first, then the bed: everybody in the same order, so nobody waits for each other."""
    locked = _lock_pupil(student)
    held = Bed.objects.select_for_update(no_key=True, of=("self",)).select_related("room__building")
    return locked, held.get(pk=bed.pk)


def _lock_pupil(student: Student) -> Student:
    return Student.objects.select_for_update(no_key=True).get(pk=student.pk)


def _check_day(starts_on: date, now: datetime) -> None:
    if starts_on > timezone.localdate(now) + _AHEAD:
        raise RefusedError(_("That is too far ahead."), "starts_on")


def _check_place(student: Student, bed: Bed, starts_on: date) -> None:
    building = bed.room.building
    if bed.school_id != student.school_id:
        raise RefusedError(_("This bed belongs to another school."), "bed")
    if bed.sex != student.sex:
        raise RefusedError(other_sex(bed.sex), "bed")
    if building.closed_on is not None:
        raise RefusedError(_("This house is closed."), "bed")
    if bed.out_of_order_from is not None and (
        bed.out_of_order_to is None or bed.out_of_order_to >= starts_on
    ):
        raise RefusedError(_("This bed is out of order on these days."), "bed")
    taken = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=starts_on), bed=bed)
    if taken.exclude(student=student).exists():
        raise RefusedError(_("This bed is taken on these days."), "bed")


def _check_pupil(student: Student, starts_on: date) -> None:
    if student.boarding != Student.Boarding.BOARDER:
        raise RefusedError(_("This child isn't a boarder in the records. Change that first."), "bed")
    if not Enrolment.objects.active(starts_on).filter(student=student).exists():
        raise RefusedError(_("This child is in no class on that day."), "starts_on")
    later = Stay.objects.filter(Q(ended_on=None) | Q(ended_on__gte=starts_on), student=student)
    if later.exists():
        raise RefusedError(_("This child has a bed already. Move them instead."), "starts_on")


def _check_rules(student: Student, bed: Bed, starts_on: date) -> None:
    broken = rule_checks.broken_by(student, bed, on=starts_on)
    if broken:
        raise AgainstRuleError(" ".join(broken), "bed")


def other_sex(sex: str) -> str:
    """Why a pupil can't have a bed in a house for this sex."""
    if sex == Student.Sex.FEMALE:
        return _("This house is for girls.")
    return _("This house is for boys.")


def _move(old: Stay, bed: Bed, starts_on: date, *, by: User | None, now: datetime) -> Stay:
    if old.started_on == starts_on:
        old.bed, old.given_by, old.given_at = bed, by, now
        _guarded(lambda: old.save(update_fields=["bed", "given_by", "given_at"]))
        return old
    until = old.ended_on
    old.ended_on = starts_on - timedelta(days=1)
    old.save(update_fields=["ended_on"])
    return _insert(old.student, bed, starts_on, ended_on=until, by=by, now=now)


def _insert(
    student: Student,
    bed: Bed,
    starts_on: date,
    *,
    by: User | None,
    now: datetime,
    ended_on: date | None = None,
) -> Stay:
    stay = Stay(
        school_id=bed.school_id,
        student=student,
        bed=bed,
        sex=bed.sex,
        started_on=starts_on,
        ended_on=ended_on,
        given_by=by,
        given_at=now,
    )
    _guarded(stay.save)
    return stay


def _guarded(write: Any) -> None:
    """What the database refuses in words: it sees what others wrote since we looked."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        raise refusal_of(error) from None


def refusal_of(error: IntegrityError) -> RefusedError:
    """The message for a refusal of the table of stays, by the constraint that refused."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if name == "dormitories_stay_bed_once":
        return RefusedError(_("This bed is taken on these days."), "bed")
    if name == "dormitories_stay_pupil_once":
        return RefusedError(_("This child has a bed already. Move them instead."), "starts_on")
    if name in ("dormitories_stay_pupil_sex", "dormitories_stay_same_sex"):
        return RefusedError(_("The house is for the other sex."), "bed")
    raise error
