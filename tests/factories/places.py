"""Areas, schools, classes and who works there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from schools.models import (
    Area,
    Duty,
    Invitation,
    Membership,
    School,
    SchoolClass,
    SchoolDay,
    SchoolYear,
    Term,
)

_numbers = count(1)
PASSWORD = "kite-line-lantern"


def make_area(
    code: str = "", *, level: str = "county", parent: Area | None = None, name: str = "Qingshi"
) -> Area:
    code = code or f"52{next(_numbers):04d}"
    path = f"{parent.path}/{code}" if parent else code
    return Area.objects.create(code=code, name=name, level=level, parent=parent, path=path)


def make_school(*, name: str = "", area: Area | None = None, code: str = "") -> School:
    number = next(_numbers)
    return School.objects.create(
        code=code or f"21529{number:05d}",
        name=name or f"School {number}",
        area=area or make_area(level="province"),
    )


def make_year(school: School, *, starts_on: date = date(2026, 9, 1)) -> SchoolYear:
    return SchoolYear.objects.get_or_create(
        school=school, starts_on=starts_on, defaults={"ends_on": date(starts_on.year + 1, 8, 31)}
    )[0]


def make_class(school: School, grade: int = 3, number: int = 2) -> SchoolClass:
    return SchoolClass.objects.get_or_create(
        school=school, year=make_year(school), grade=grade, number=number
    )[0]


def make_user(username: str = "", **fields: Any) -> User:
    """A person whose password is PASSWORD and who speaks English unless told otherwise."""
    username = username or f"person{next(_numbers)}"
    fields.setdefault("name", username.replace("_", " ").title())
    fields.setdefault("language", "en")
    return User.objects.create_user(username, PASSWORD, **fields)


def make_membership(
    user: User, role: str, *, started_on: date = date(2026, 9, 1), **scope: Any
) -> Membership:
    """`scope` is one of area=, school=, school_class=."""
    return Membership.objects.create(user=user, role=role, started_on=started_on, **scope)


def make_term(year: SchoolYear, number: int = 1) -> Term:
    """The first term of a year: September to the middle of January."""
    starts_on = year.starts_on
    return Term.objects.create(
        school=year.school,
        year=year,
        number=number,
        starts_on=starts_on,
        ends_on=date(starts_on.year + 1, 1, 20),
    )


def make_school_day(
    school: School, on: date = date(2026, 10, 1), *, kind: str = "holiday", name: str = ""
) -> SchoolDay:
    return SchoolDay.objects.create(school=school, on=on, kind=kind, name=name)


def make_invitation(school: School, *, by: User, token_hash: str = "", **fields: Any) -> Invitation:
    """An invitation as counsellor, made at noon on 20 November 2026, for a week."""
    fields.setdefault("role", "counsellor")
    fields.setdefault("name", "Li Na")
    fields.setdefault("invited_at", datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    fields.setdefault("expires_at", fields["invited_at"] + timedelta(days=7))
    return Invitation.objects.create(
        school=school, invited_by=by, token_hash=token_hash or f"{next(_numbers):064d}", **fields
    )


def make_duty(
    school: School, user: User, *, by: User, starts_at: datetime | None = None, **fields: Any
) -> Duty:
    """A night duty of ten hours, under way for an hour unless told otherwise."""
    starts_at = starts_at or timezone.now() - timedelta(hours=1)
    fields.setdefault("ends_at", starts_at + timedelta(hours=10))
    fields.setdefault("kind", Duty.Kind.NIGHT)
    return Duty.objects.create(school=school, user=user, planned_by=by, starts_at=starts_at, **fields)
