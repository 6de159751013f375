"""What the pages that keep a pupil's record choose from and list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch

from accounts.models import User
from accounts.roles import Role
from schools import selectors as school_selectors
from schools.models import Membership, School, SchoolClass
from students import names
from students.models import Enrolment, FinderKey, Pairing, Student

MOST_SHOWN = 100


def classes_of(schools: Iterable[School], *, on: date) -> list[SchoolClass]:
    """The classes of this school year and of those to come, for an administrator's one or two schools."""
    found = []
    for school in schools:
        for one in school_selectors.classes_to_give(school, on=on):
            one.school = school
            found.append(one)
    return found


def namesakes(school_id: int, name: str, *, on: date) -> list[Student]:
    """The pupils of the school, gone ones too, who bear or bore this name; spaces and width don't count."""
    plain = names.fold(name)
    keys = FinderKey.objects.filter(school_id=school_id, kind=FinderKey.Kind.NAME, key=plain)
    stays = Enrolment.objects.active(on).select_related("school_class")
    found = (
        Student.objects.filter(pk__in=keys.values("student_id"))
        .prefetch_related(Prefetch("enrolments", stays, to_attr="stays_now"))
        .order_by("name", "pk")
    )
    return [one for one in found[:MOST_SHOWN] if plain in {names.fold(one.name), names.fold(one.former_name)}]


def present_class(student: Student, *, on: date) -> SchoolClass | None:
    """The class on a day, or None for whoever is in none."""
    stay = Enrolment.objects.active(on).filter(student=student).select_related("school_class").first()
    return stay.school_class if stay else None


def pairings(student: Student) -> list[Pairing]:
    """Who looks after the pupil or did, those who still do first, then the newest."""
    rows = Pairing.objects.filter(student=student).select_related("teacher")
    open_first = rows.order_by("-started_on", "-pk")[:MOST_SHOWN]
    return sorted(open_first, key=lambda one: one.ended_on is not None)


def teachers_to_pair(student: Student, *, on: date) -> list[User]:
    """The people of the pupil's school who hold the role of a paired teacher, by name."""
    held = Membership.objects.active(on).filter(role=Role.PAIRED_TEACHER, school_id=student.school_id)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("name", "pk"))
