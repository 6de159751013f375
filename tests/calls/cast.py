"""A school with a telephone, a Monday evening and families: what tests of calls begin with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calls.models import ContactAttempt, Rota
from calls.services import rota as rota_services
from schools.models import School
from students.models import PhoneNumber, Student
from tests import factories
from tests.factories.calls import MONDAY

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # Sunday noon at the school
ON = timezone.localdate(NOW)


def evening(minute: int = 0, *, day: int = 0) -> datetime:
    """So many minutes after six on Monday evening, or on a later day of that week."""
    return datetime(2026, 11, 23, 10, 0, tzinfo=UTC) + timedelta(days=day, minutes=minute)


def family(school_class: Any, name: str = "王小雨", *, phone: str = "13800138000", **fields: Any) -> Student:
    """A boarder whose mother has a confirmed number."""
    fields.setdefault("boarding", Student.Boarding.BOARDER)
    student = factories.make_student(school_class, name, **fields)
    factories.make_number(factories.make_adult(student, f"{name[0]}妈"), phone)
    return student


def number_of(student: Student) -> PhoneNumber:
    return PhoneNumber.objects.filter(person__guardian_links__student=student).order_by("pk").first()


def talked(student: Student, *, days_ago: int, by: User) -> ContactAttempt:
    """They talked with home so many days before the Sunday on which the week is planned."""
    number = number_of(student)
    return ContactAttempt.objects.create(
        school=student.school,
        student=student,
        person=number.person,
        number=number,
        outcome="talked",
        minutes=5,
        at=NOW - timedelta(days=days_ago),
        by=by,
        noted_at=NOW,
    )


def plan(school: School, by: User, **fields: Any) -> Rota:
    """Make and work out the rota of the coming week."""
    asked = {"monday": MONDAY, "audience": Rota.Audience.BOARDERS, "per_week": 1} | fields
    rota = rota_services.make_rota(school=school, by=by, on=ON, now=NOW, **asked)
    rota_services.solve_rota(rota_id=rota.pk, on=ON, now=NOW)
    rota.refresh_from_db()
    return rota


def starts(monday: date, minute: int = 0) -> datetime:
    """So many minutes after six in the evening of a day."""
    zone = timezone.get_default_timezone()
    return datetime(monday.year, monday.month, monday.day, 18, tzinfo=zone) + timedelta(minutes=minute)


def url(name: str, *args: object) -> str:
    return reverse(f"calls:{name}", args=args)
