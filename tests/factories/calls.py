"""Telephones, their hours, rotas and calls home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from accounts.models import User
from calls.models import (
    STANDING,
    Call,
    CallPupil,
    CallReply,
    CallWindow,
    ContactAttempt,
    ContactClock,
    HomeTask,
    LeftOut,
    Phone,
    Rota,
    RotaProgress,
    WindowException,
    WindowPhone,
)
from schools.models import School
from students.models import Person, PhoneNumber, Student

_numbers = count(1)
MONDAY = date(2026, 11, 23)
SINCE = date(2026, 9, 1)


def make_phone(school: School, name: str = "", **fields: Any) -> Phone:
    """A landline since the beginning of the school year."""
    fields.setdefault("started_on", SINCE)
    return Phone.objects.create(school=school, name=name or f"Phone {next(_numbers)}", **fields)


def make_call_window(
    school: School,
    weekday: int = 1,
    *,
    from_time: time = time(18, 0),
    to_time: time = time(19, 0),
    **fields: Any,
) -> CallWindow:
    """Monday evening from six to seven in slots of ten minutes, all telephones."""
    fields.setdefault("started_on", SINCE)
    return CallWindow.objects.create(
        school=school, weekday=weekday, from_time=from_time, to_time=to_time, **fields
    )


def make_call_exception(school: School, on: date, **fields: Any) -> WindowException:
    """A day on which the telephones stay closed."""
    return WindowException.objects.create(school=school, on=on, **fields)


def make_rota(school: School, *, by: User, monday: date = MONDAY, **fields: Any) -> Rota:
    """A previewed rota, worked out on Sunday."""
    fields.setdefault("state", Rota.State.PREVIEWED)
    fields.setdefault("made_at", datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    if fields["state"] == Rota.State.PUBLISHED:
        fields.setdefault("published_at", fields["made_at"])
        fields.setdefault("published_by", by)
    return Rota.objects.create(school=school, monday=monday, made_by=by, **fields)


def make_call(
    students: Student | Sequence[Student],
    number: PhoneNumber,
    *,
    phone: Phone,
    starts_at: datetime,
    minutes: int = 10,
    **fields: Any,
) -> Call:
    """A planned call of one pupil, or of several who share it, to the person whose number it is."""
    pupils = [students] if isinstance(students, Student) else list(students)
    state = fields.setdefault("state", Call.State.PLANNED)
    fields.setdefault("stands", state in STANDING)
    fields.setdefault("made_at", starts_at - timedelta(days=1))
    call = Call.objects.create(
        school=phone.school,
        phone=phone,
        person_id=number.person_id,
        number=number,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **fields,
    )
    CallPupil.objects.bulk_create(
        CallPupil(
            school=phone.school,
            call=call,
            student=student,
            starts_at=call.starts_at,
            ends_at=call.ends_at,
            stands=call.stands,
        )
        for student in pupils
    )
    return call


def make_left_out(rota: Rota, student: Student, **fields: Any) -> LeftOut:
    fields.setdefault("reason", LeftOut.Reason.NO_NUMBER)
    return LeftOut.objects.create(school=rota.school, rota=rota, student=student, **fields)


def furnish(school: School, student: Student, *, by: User) -> None:
    """A row of the school in every table of the telephones, the rota and its calls."""
    person = Person.objects.create(school=school, name="Mother")
    number = PhoneNumber.objects.create(
        school=school, person=person, number="13800138000", confirmed_on=SINCE
    )
    phone, window = make_phone(school), make_call_window(school)
    WindowPhone.objects.create(school=school, window=window, phone=phone)
    make_call_exception(school, MONDAY)
    rota = make_rota(school, by=by)
    RotaProgress.objects.create(school=school, rota=rota)
    make_left_out(rota, student)
    # Each school at a time of its own, so that a row pointed at the other's is told apart.
    at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC) + timedelta(minutes=school.pk)
    call = make_call(student, number, phone=phone, starts_at=at, rota=rota)
    make_call(student, number, phone=phone, starts_at=at + timedelta(hours=1), rota=rota, replaces=call)
    make_evening(call, student, by=by)


def make_evening(call: Call, student: Student, *, by: User) -> None:
    """A row in every table of the evening: an attempt, a reply, a task, the clocks of the school."""
    at = call.made_at
    ContactAttempt.objects.create(
        school=call.school,
        student=student,
        person=call.person,
        number=call.number,
        call=call,
        outcome="no_answer",
        at=at,
        by=by,
        noted_at=at,
    )
    CallReply.objects.create(school=call.school, call=call, answer="confirmed", answered_at=at)
    HomeTask.objects.create(school=call.school, student=student, call=call, made_at=at)
    ContactClock.objects.create(school=call.school)
