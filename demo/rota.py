"""Who is on duty tonight, who stands in for whom, and two uses of break-glass, in the first school."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.models import User
from accounts.roles import Role
from demo.households import SchoolFacts
from schools.models import Duty, Membership
from students.models import EmergencyAccess, Student
from students.services import emergencies

NIGHTS = 7
_JUDGED = "晚自习后{name}不在寝室，同学说他往校门外去了，班主任电话不通，需要马上联系家里。"
_OPEN = "{name}晚饭后一直发高烧、说胡话，家里两个号码都打不通，要查还能找谁、有没有病史。"
_NOTE = "孩子当晚已找到，安全回校。"


def plan(facts: SchoolFacts, *, now: datetime) -> None:
    """The rota of a week from tonight, a stand-in for the class teacher, an emergency judged and one open."""
    teachers = [one.teacher_id for one in facts.classes]
    admin = Membership.objects.get(school_id=facts.id, role=Role.SCHOOL_ADMIN).user
    _duties(facts, [*teachers[:4], *facts.warden_ids], admin, now)
    _stand_in(facts, now)
    _emergencies(facts, now)


def _duties(facts: SchoolFacts, people: list[int], admin: User, now: datetime) -> None:
    evening = datetime.combine(now.date(), time(21), tzinfo=now.tzinfo)
    if now.time() < time(7):
        evening -= timedelta(days=1)  # tonight is the night under way
    Duty.objects.bulk_create(
        Duty(
            school_id=facts.id,
            user_id=people[night % len(people)],
            planned_by=admin,
            kind=Duty.Kind.NIGHT,
            starts_at=evening + timedelta(days=night),
            ends_at=evening + timedelta(days=night, hours=10),
        )
        for night in range(NIGHTS)
    )


def _stand_in(facts: SchoolFacts, now: datetime) -> None:
    """The last class's teacher is on a course; a paired teacher does their work until then."""
    away = facts.classes[-1]
    Membership.objects.create(
        user_id=facts.paired_ids[-1],
        role=Role.HOMEROOM_TEACHER,
        school_class_id=away.id,
        stands_in_for_id=away.teacher_id,
        started_on=now.date() - timedelta(days=3),
        ended_on=now.date() + timedelta(days=13),
    )


def _emergencies(facts: SchoolFacts, now: datetime) -> None:
    """Made by the services themselves, so that notices and audit are those of a real use."""
    pupils = list(
        Student.objects.filter(school_id=facts.id).boarding().enrolled(now.date()).order_by("pk")[:2]
    )
    people = User.objects.in_bulk([facts.classes[-1].teacher_id, facts.warden_ids[0], facts.lead_id])
    if len(pupils) < len((_JUDGED, _OPEN)):
        return
    judged = _open(pupils[0], _JUDGED, people[facts.classes[-1].teacher_id], now - timedelta(days=9))
    emergencies.end(used=judged, by=judged.user, now=judged.opened_at + timedelta(minutes=40))
    emergencies.review(
        used=judged,
        verdict=EmergencyAccess.Verdict.JUSTIFIED,
        note=_NOTE,
        by=people[facts.lead_id],
        now=judged.opened_at + timedelta(hours=11),
    )
    _open(pupils[1], _OPEN, people[facts.warden_ids[0]], now - timedelta(minutes=15))


def _open(student: Student, text: str, by: User, at: datetime) -> EmergencyAccess:
    return emergencies.open_record(
        student=student,
        reason=text.format(name=student.name),
        second_factor_at=at - timedelta(seconds=30),
        by=by,
        now=at,
    )
