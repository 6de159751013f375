"""One call by hand: book, move, cancel. What the database refuses comes back in words, with free places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from calls.models import Call, CallPupil, Phone
from calls.selectors import openings, places
from calls.services import turns
from core import audit
from schools.models import School
from schools.services.errors import RefusedError
from students import whereabouts
from students.models import PhoneNumber, Student
from students.selectors import phones


class TakenError(RefusedError):
    """The place is taken; `places` are the next that are free for all of them."""

    def __init__(self, message: str, field: str, free: list[places.Place]) -> None:
        super().__init__(message, field)
        self.places = free


@transaction.atomic
def book_call(
    *,
    school: School,
    students: Sequence[Student],
    number: PhoneNumber,
    phone: Phone,
    starts_at: datetime,
    by: User,
    now: datetime,
) -> Call:
    """Plan one call outside the rota, in an open slot that is still to come.

    Raises RefusedError for a number that may not be called, a slot that isn't open and a pupil who is away;
    TakenError, with other places, when the telephone, the person or a pupil is booked at that time.
    """
    turns.take(school.pk)
    _check_number(students, number, on=timezone.localdate(now))
    opening = _opening(school, phone, starts_at, now=now)
    _check_free(students, opening)
    call = create(
        school_id=school.pk,
        students=[student.pk for student in students],
        phone_id=phone.pk,
        person_id=number.person_id,
        number_id=number.pk,
        opening=opening,
        by=by,
        now=now,
    )
    audit.record("call.booked", by=by, target=call, pupils=len(students), starts_at=starts_at.isoformat())
    return call


@transaction.atomic
def move_call(
    *, call: Call, phone: Phone, starts_at: datetime, reason: str, by: User | None, now: datetime
) -> Call:
    """Give a planned call another place. The old one stays as moved, the new one says what it replaces.

    `by` None is the person at home, by the link they were sent. Raises RefusedError for a call that isn't
    planned any more, and as book_call does.
    """
    old = _planned(call, now=now)
    pupils = list(Student.objects.filter(call_places__call=old).order_by("pk"))
    _check_number(pupils, old.number, on=timezone.localdate(now))
    opening = _opening(old.school, phone, starts_at, now=now)
    _check_free(pupils, opening)
    end(old, Call.State.MOVED, reason=reason, by=by, now=now)
    new = create(
        school_id=old.school_id,
        students=[pupil.pk for pupil in pupils],
        phone_id=phone.pk,
        person_id=old.person_id,
        number_id=old.number_id,
        opening=opening,
        by=by,
        now=now,
        rota_id=old.rota_id,
        replaces=old,
    )
    audit.record("call.moved", by=by, target=new, was=str(old.public_id), reason=reason)
    return new


@transaction.atomic
def cancel_call(*, call: Call, reason: str, by: User | None, now: datetime) -> Call:
    """Take a planned call off; its place is free again. Raises RefusedError when it isn't planned now."""
    old = _planned(call, now=now)
    end(old, Call.State.CANCELLED, reason=reason, by=by, now=now)
    audit.record("call.cancelled", by=by, target=old, reason=reason)
    return old


def _planned(call: Call, *, now: datetime) -> Call:
    turns.take(call.school_id)
    found = Call.objects.select_for_update(of=("self",)).select_related("school", "number").get(pk=call.pk)
    if found.state != Call.State.PLANNED:
        raise RefusedError(_("This call isn't planned any more."))
    if found.starts_at <= now:
        raise RefusedError(_("This call has begun already."))
    return found


def _check_number(students: Sequence[Student], number: PhoneNumber, *, on: date) -> None:
    allowed = phones.callable_numbers_of([student.pk for student in students], on=on)
    for student in students:
        if all(one.phone_id != number.pk for one in allowed.get(student.pk, ())):
            raise RefusedError(
                _("This number isn't confirmed, or may not be called for this child."), "number"
            )


def _opening(school: School, phone: Phone, starts_at: datetime, *, now: datetime) -> openings.Opening:
    if starts_at <= now:
        raise RefusedError(_("This time is over."), "place")
    day = timezone.localdate(starts_at)
    for one in openings.openings(school, first=day, last=day):
        if one.starts_at == starts_at and phone in one.phones:
            return one
    raise RefusedError(_("This telephone isn't open at that time."), "place")


def _check_free(students: Sequence[Student], opening: openings.Opening) -> None:
    if whereabouts.busy([one.pk for one in students], opening.starts_at, opening.ends_at):
        raise RefusedError(_("The child is somewhere else at that time."), "place")


def end(call: Call, state: str, *, reason: str, by: User | None, now: datetime) -> None:
    """Moved or called off: the place is free again. The caller holds the row."""
    call.state, call.stands = state, False
    call.cancelled_at, call.cancelled_by, call.reason = now, by, reason
    call.save(update_fields=["state", "stands", "cancelled_at", "cancelled_by", "reason"])


def create(
    *,
    students: Sequence[int],
    opening: openings.Opening | places.Place,
    by: User | None,
    now: datetime,
    **fields: Any,
) -> Call:
    """A planned call in a place that the caller has checked. Raises TakenError when the database refuses."""
    try:
        with transaction.atomic():
            call = Call.objects.create(
                starts_at=opening.starts_at,
                ends_at=opening.ends_at,
                state=Call.State.PLANNED,
                stands=True,
                made_by=by,
                made_at=now,
                **fields,
            )
            _join(call, students)
    except IntegrityError as error:
        if not turns.is_clash(error):
            raise
        free = places.free_places(
            school_id=fields["school_id"],
            student_ids=students,
            person_id=fields["person_id"],
            after=max(now, opening.starts_at),
        )
        raise TakenError(_in_words(str(error)), "place", free) from None
    return call


def _join(call: Call, students: Sequence[int]) -> None:
    CallPupil.objects.bulk_create(
        CallPupil(
            school_id=call.school_id,
            call=call,
            student_id=student_id,
            starts_at=call.starts_at,
            ends_at=call.ends_at,
            stands=True,
        )
        for student_id in students
    )


def _in_words(error: str) -> str:
    if "calls_call_phone_once" in error:
        return _("This telephone is taken at that time.")
    if "calls_call_person_once" in error:
        return _("This person has another call at that time.")
    return _("The child has another call at that time.")
