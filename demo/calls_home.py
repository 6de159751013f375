"""Two weeks of calls home that were held, this week's, and a plan for the next, in the first school."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import User
from calls.models import Call, CallPupil, CallReply, ContactAttempt, Rota
from calls.selectors import places as free_places
from calls.services import bookings, clocks, home_tasks, rota
from demo.calls_past import NOTED_AFTER, UPSET
from demo.households import SchoolFacts
from schools.models import School
from students.models import Student

WEEKS_BACK = 2
REACHED = 0.84  # of the calls
ANSWERED = 0.55  # of the calls of the next two days
CANNOT = 0.06
_SOON = timedelta(hours=48)
_NOON = time(12)


def plan(facts: SchoolFacts, *, now: datetime) -> None:
    """Made by the services themselves, so that plans, reasons and audit are those of a real school."""
    school = School.objects.get(pk=facts.id)
    if not school.phones.exists():
        return
    admin = User.objects.get(pk=facts.admin_id)
    clocks.set_clock(school=school, due_days=7, amber_days=14, red_days=30, by=admin)
    chance = Random(f"{facts.plan.code}:evenings")
    warden = User.objects.get(pk=facts.warden_ids[0])
    monday = now.date() - timedelta(days=now.weekday())
    # From Sunday noon the week to come is published, and the one after it is the preview.
    ahead = 1 if now.isoweekday() == 7 and now.time() >= _NOON else 0
    for week in range(-WEEKS_BACK, ahead + 1):
        made, at = _week(school, monday + timedelta(weeks=week), admin, now)
        rota.publish_rota(rota=made, by=admin, on=at.date(), now=at)
        _hold(made, warden, chance, now)
    _week(school, monday + timedelta(weeks=ahead + 1), admin, now)
    coming = list(Call.objects.filter(school=school, state=Call.State.PLANNED, starts_at__gt=now))
    coming.sort(key=lambda call: (call.starts_at, call.pk))
    _change(coming[:6], admin, now)
    _answer(coming[6:], chance, now)
    _leave_to_teachers(facts, warden, now)


def _week(school: School, monday: date, admin: User, now: datetime) -> tuple[Rota, datetime]:
    """Planned at noon of the Sunday before, or now where that is still to come."""
    noon = datetime.combine(monday - timedelta(days=1), _NOON, tzinfo=now.tzinfo)
    at = min(noon, now)
    made = rota.make_rota(
        school=school,
        monday=monday,
        audience=Rota.Audience.BOARDERS,
        per_week=1,
        by=admin,
        on=at.date(),
        now=at,
    )
    rota.solve_rota(rota_id=made.pk, on=at.date(), now=at)
    made.refresh_from_db()
    return made, at


def _hold(made: Rota, warden: User, chance: Random, now: datetime) -> None:
    """How the calls went that are over: an attempt for each pupil of a call, and the call's own state."""
    attempts = []
    over = list(made.calls.filter(ends_at__lt=now - NOTED_AFTER).order_by("starts_at", "pk"))
    for call in over:
        call.state = Call.State.TALKED if chance.random() < REACHED else Call.State.MISSED
    for state in (Call.State.TALKED, Call.State.MISSED):
        Call.objects.filter(pk__in=[call.pk for call in over if call.state == state]).update(state=state)
    by_pk = {call.pk: call for call in over}
    for place in CallPupil.objects.filter(call__in=over).order_by("pk"):
        attempts.append(_attempt(by_pk[place.call_id], place.student_id, warden, chance))
    ContactAttempt.objects.bulk_create(attempts, batch_size=500)


def _attempt(call: Call, student_id: int, warden: User, chance: Random) -> ContactAttempt:
    reached = call.state == Call.State.TALKED
    talked = "upset" if chance.random() < UPSET else "talked"
    return ContactAttempt(
        school_id=call.school_id,
        student_id=student_id,
        person_id=call.person_id,
        number_id=call.number_id,
        call=call,
        outcome=talked if reached else "no_answer",
        minutes=chance.randint(3, 10) if reached else None,
        at=call.starts_at,
        by=warden,
        noted_at=call.starts_at + NOTED_AFTER,
    )


def _change(calls: Sequence[Call], admin: User, now: datetime) -> None:
    """Of the next calls one was called off for the parent, and two were moved for theirs."""
    at = now - timedelta(minutes=50)
    for call, is_moved in zip(calls[::2], (False, True, True), strict=False):
        places = _free(call, now) if is_moved else []
        if places:
            place = places[-1]
            bookings.move_call(
                call=call, phone=place.phone, starts_at=place.starts_at, reason="parent", by=None, now=at
            )
        else:
            bookings.cancel_call(call=call, reason="parent", by=None, now=at)


def _free(call: Call, now: datetime) -> list[free_places.Place]:
    pupils = list(CallPupil.objects.filter(call=call).values_list("student_id", flat=True))
    return free_places.free_places(
        school_id=call.school_id, student_ids=pupils, person_id=call.person_id, after=max(now, call.starts_at)
    )


def _answer(calls: Sequence[Call], chance: Random, now: datetime) -> None:
    """By the link in the message of the evening before."""
    soon = [call for call in calls if call.starts_at < now + _SOON and chance.random() < ANSWERED]
    CallReply.objects.bulk_create(
        CallReply(
            school_id=call.school_id,
            call=call,
            answer="cannot" if chance.random() < CANNOT else "confirmed",
            answered_at=now - timedelta(minutes=chance.randint(5, 300)),
        )
        for call in soon
    )


def _leave_to_teachers(facts: SchoolFacts, warden: User, now: datetime) -> None:
    """Nobody was reached all evening: three tasks, the first of them in the class of whoever signs in."""
    missed = Call.objects.filter(
        school_id=facts.id, state=Call.State.MISSED, starts_at__gt=now - timedelta(days=9)
    )
    leading = facts.leading_class_id
    own = missed.filter(pupils__student__enrolments__school_class_id=leading).order_by("-starts_at", "pk")
    others = missed.exclude(pk__in=own.values("pk")).order_by("-starts_at", "pk")
    for call in [*own[:2], *others[:1]]:
        pupils = list(Student.objects.filter(call_places__call=call).order_by("pk"))
        home_tasks.make(call, pupils, by=warden, now=min(now, call.starts_at + timedelta(hours=2)))
