"""The evening: how each call went, and what comes next.

No answer → the next number that may be called → when none is left, one more place this evening → when that
was in vain too, a task for the class teacher. Never what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from calls.models import Call, ContactAttempt, HomeTask
from calls.selectors import contacts, places
from calls.services import bookings, home_tasks, turns
from core import audit
from schools.services.errors import RefusedError
from students.models import PhoneNumber, Student
from students.selectors.phones import Callable
from students.services import phones as phone_services

EARLY = timedelta(minutes=30)  # a telephone that is free may be used a little before its time
LATE = timedelta(days=2)  # until when an evening may be written up
Outcome = ContactAttempt.Outcome


@dataclass(frozen=True)
class Next:
    """What comes after an outcome: whom to call now, a new place tonight, tasks for teachers, or nothing."""

    contact: Callable | None = None
    retry: Call | None = None
    tasks: int = 0


@transaction.atomic
def note_outcome(
    *, call: Call, number_id: int, outcome: str, minutes: int | None, by: User, now: datetime
) -> Next:
    """How it went with the number that was to be called. Says what comes next.

    `number_id` is the number on the page that was tapped: a second tap, or a colleague's on another screen,
    is refused and doesn't count for the next person. `minutes` only where they talked. A wrong number is
    nobody's from today. Raises RefusedError.
    """
    found = _lock(call, now)
    waiting = contacts.contacts_of([found], on=timezone.localdate(now))[found.pk]
    if not waiting or waiting[0].phone_id != number_id:
        raise RefusedError(_("Somebody has noted this already, or the number may no longer be called."))
    pupils = contacts.pupils_of([found])[found.pk]
    reached = outcome in ContactAttempt.REACHED
    _write(found, pupils, waiting[0], outcome, minutes if reached else None, by, now)
    audit.record("call.noted", by=by, target=found, outcome=outcome, pupils=len(pupils))
    number = PhoneNumber.objects.get(pk=number_id)
    if reached:
        phone_services.note_worked(phone=number, by=by, on=timezone.localdate(now))
        _finish(found, Call.State.TALKED)
        home_tasks.close_for(pupils, by=by, now=now)
        return Next()
    if outcome == Outcome.WRONG_NUMBER:
        phone_services.end_number(phone=number, by=by, on=timezone.localdate(now))
    return _after_miss(found, pupils, waiting[1:], by=by, now=now)


def _lock(call: Call, now: datetime) -> Call:
    turns.take(call.school_id)
    found = Call.objects.select_for_update(of=("self",)).select_related("school", "phone").get(pk=call.pk)
    if found.state != Call.State.PLANNED:
        raise RefusedError(_("Somebody has noted this call already."))
    if now < found.starts_at - EARLY:
        raise RefusedError(_("It is too early for this call."))
    if now > found.ends_at + LATE:
        raise RefusedError(_("This call is too long ago. Note the contact on the child's page."))
    return found


def _write(
    call: Call,
    pupils: list[Student],
    contact: Callable,
    outcome: str,
    minutes: int | None,
    by: User,
    now: datetime,
) -> None:
    is_video = call.phone.kind == "video"
    channel = ContactAttempt.Channel.VIDEO if is_video else ContactAttempt.Channel.SCHOOL_PHONE
    ContactAttempt.objects.bulk_create(
        ContactAttempt(
            school_id=call.school_id,
            student=pupil,
            person_id=contact.person_id,
            number_id=contact.phone_id,
            call=call,
            channel=channel,
            outcome=outcome,
            minutes=minutes,
            at=now,
            by=by,
            noted_at=now,
        )
        for pupil in pupils
    )


def _finish(call: Call, state: str) -> None:
    call.state = state
    call.save(update_fields=["state"])


def _after_miss(call: Call, pupils: list[Student], left: list[Callable], *, by: User, now: datetime) -> Next:
    if left:
        return Next(contact=left[0])
    _finish(call, Call.State.MISSED)
    retry = None if _is_retry(call) else _try_again(call, pupils, by=by, now=now)
    if retry is not None:
        return Next(retry=retry)
    return Next(tasks=len(home_tasks.make(call, pupils, by=by, now=now)))


def _is_retry(call: Call) -> bool:
    """Once an evening is enough: a family isn't rung up all night."""
    before = call.replaces
    return (
        before is not None
        and before.state == Call.State.MISSED
        and timezone.localdate(before.starts_at) == timezone.localdate(call.starts_at)
    )


def _try_again(call: Call, pupils: list[Student], *, by: User, now: datetime) -> Call | None:
    """A new place this evening for the number that comes first; None when no place or no number is left."""
    numbers = contacts.callable_for(pupils, first=call.number_id, on=timezone.localdate(now))
    if not numbers:
        return None
    after = max(now, call.ends_at)
    place = _place_tonight(call, pupils, numbers[0].person_id, after=after)
    if place is None:
        return None
    return bookings.create(
        school_id=call.school_id,
        students=[pupil.pk for pupil in pupils],
        phone_id=place.phone.pk,
        person_id=numbers[0].person_id,
        number_id=numbers[0].phone_id,
        opening=place,
        by=by,
        now=now,
        rota_id=call.rota_id,
        replaces=call,
    )


def _place_tonight(
    call: Call, pupils: list[Student], person_id: int, *, after: datetime
) -> places.Place | None:
    free = places.free_places(
        school_id=call.school_id,
        student_ids=[pupil.pk for pupil in pupils],
        person_id=person_id,
        after=after,
        most=1,
        moved=call,
    )
    tonight = timezone.localdate(call.starts_at)
    return next((one for one in free if timezone.localdate(one.starts_at) == tonight), None)


@transaction.atomic
def hand_over(*, call: Call, by: User, now: datetime) -> int:
    """A call for which no number is left, as people were barred or numbers ended: the class teacher's task.

    Says how many tasks that made. Raises RefusedError while there is somebody to call.
    """
    found = _lock(call, now)
    if contacts.contacts_of([found], on=timezone.localdate(now))[found.pk]:
        raise RefusedError(_("There is still somebody to call."))
    pupils = contacts.pupils_of([found])[found.pk]
    _finish(found, Call.State.MISSED)
    audit.record("call.noted", by=by, target=found, outcome="nobody", pupils=len(pupils))
    return len(home_tasks.make(found, pupils, by=by, now=now))


@transaction.atomic
def move_on(*, call: Call, by: User, now: datetime) -> Call:
    """Give a call that is due the next free place of this evening, for a child who is late or a busy phone.

    Raises RefusedError when nothing is free any more tonight.
    """
    found = _lock(call, now)
    pupils = contacts.pupils_of([found])[found.pk]
    place = _place_tonight(found, pupils, found.person_id, after=max(now, found.starts_at))
    if place is None:
        raise RefusedError(_("No place is free any more this evening. Note how it went, or call it off."))
    bookings.end(found, Call.State.MOVED, reason=Call.Reason.PUPIL, by=by, now=now)
    new = bookings.create(
        school_id=found.school_id,
        students=[pupil.pk for pupil in pupils],
        phone_id=place.phone.pk,
        person_id=found.person_id,
        number_id=found.number_id,
        opening=place,
        by=by,
        now=now,
        rota_id=found.rota_id,
        replaces=found,
    )
    audit.record("call.moved", by=by, target=new, was=str(found.public_id), reason=Call.Reason.PUPIL.value)
    return new


@transaction.atomic
def note_contact(
    *,
    student: Student,
    person_id: int,
    channel: str,
    outcome: str,
    minutes: int | None,
    at: datetime,
    by: User,
    now: datetime,
) -> ContactAttempt:
    """A contact outside the plan: a teacher's own call, a visit, a letter. `person_id` is a checked adult's.

    Raises RefusedError for a time that is still to come.
    """
    if at > now:
        raise RefusedError(_("This time is still to come."), "at")
    reached = outcome in ContactAttempt.REACHED
    made = ContactAttempt.objects.create(
        school_id=student.school_id,
        student=student,
        person_id=person_id,
        channel=channel,
        outcome=outcome,
        minutes=minutes if reached else None,
        at=at,
        by=by,
        noted_at=now,
    )
    audit.record("contact.noted", by=by, target=made, subject=student, outcome=outcome, channel=channel)
    if reached:
        home_tasks.close_for([student], by=by, now=now)
    return made


@transaction.atomic
def finish_task(*, task: HomeTask, by: User, now: datetime) -> None:
    """It is settled in a way that the program needn't know. Done already, nothing happens."""
    home_tasks.close(HomeTask.objects.filter(pk=task.pk), by=by, now=now)
