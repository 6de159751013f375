"""Two weeks of calls home that were held, this week's, and a plan for the next, in the first school."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import User
from accounts.roles import Role
from calls.models import Call, CallPupil, ContactAttempt, Phone, Rota
from calls.services import phones, rota
from demo.households import SchoolFacts
from schools.models import Membership, School

TELEPHONES = ("一楼大厅 1", "一楼大厅 2", "女生楼值班室", "男生楼值班室")
EVENINGS = (1, 2, 3, 4, 7)  # Friday and Saturday many go home
WEEKS_BACK = 2
REACHED = 0.84  # of the calls
UPSET = 0.05  # of those that were reached
_NOTED_AFTER = timedelta(minutes=9)


def plan(facts: SchoolFacts, *, now: datetime) -> None:
    """Made by the services themselves, so that plans, reasons and audit are those of a real school."""
    school = School.objects.get(pk=facts.id)
    admin = Membership.objects.get(school_id=facts.id, role=Role.SCHOOL_ADMIN).user
    _set_up(school, admin, facts.year_starts_on)
    chance = Random(facts.id)
    monday = now.date() - timedelta(days=now.weekday())
    warden = User.objects.get(pk=facts.warden_ids[0])
    for week in range(-WEEKS_BACK, 1):
        made, at = _week(school, monday + timedelta(weeks=week), admin, now)
        rota.publish_rota(rota=made, by=admin, on=at.date(), now=at)
        _hold(made, warden, chance, now)
    _week(school, monday + timedelta(weeks=1), admin, now)


def _set_up(school: School, admin: User, since: date) -> None:
    for name in TELEPHONES:
        phones.add_phone(school=school, name=name, kind=Phone.Kind.LANDLINE, by=admin, on=since)
    phones.add_windows(
        school=school,
        weekdays=EVENINGS,
        from_time=time(18, 30),
        to_time=time(20, 30),
        slot_minutes=10,
        phones=[],
        by=admin,
        on=since,
    )


def _week(school: School, monday: date, admin: User, now: datetime) -> tuple[Rota, datetime]:
    """Planned at noon of the Sunday before, or now where that is still to come."""
    noon = datetime.combine(monday - timedelta(days=1), time(12), tzinfo=now.tzinfo)
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
    over = list(made.calls.filter(ends_at__lt=now - _NOTED_AFTER).order_by("starts_at", "pk"))
    for call in over:
        call.state = Call.State.TALKED if chance.random() < REACHED else Call.State.MISSED
    Call.objects.bulk_update(over, ["state"], batch_size=500)
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
        noted_at=call.starts_at + _NOTED_AFTER,
    )
