"""A school in which much happens; recounted.py counts it once more by plain Python."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from accounts.models import User
from calls.models import ContactAttempt
from dormitories.models import RollCall
from schools.models import School
from students.models import Enrolment, Student
from tests import factories
from tests.factories import calls as call_factories
from tests.factories import dormitories as houses
from tests.factories import home

NOW = datetime(2026, 11, 22, 21, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2026, 11, 22)


def end_transactions() -> None:
    """What a commit does to the audit chains, inside a test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;")


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(settings.TIME_ZONE))


def fill(school: School, author: User, *, seed: int = 1, pupils: int = 26) -> list[Student]:
    """Pupils of all kinds, with talks, calls, promises, beds and rolls over ten weeks."""
    rng = random.Random(seed)
    classes = [factories.make_class(school, grade, 1) for grade in (3, 8)]
    phone, house = call_factories.make_phone(school), houses.make_building(school)
    houses.make_room(house, beds=4)
    houses.make_bed(houses.make_room(house), out_of_order_from=TODAY - timedelta(days=10))
    made = []
    for number in range(pupils):
        student = factories.make_student(
            rng.choice(classes),
            f"孩子{number}",
            sex=rng.choice(["male", "female"]),
            boarding=rng.choice(["boarder", "boarder", "day", "not_collected"]),
            hukou=rng.choice(["rural", "rural", "not_collected"]),
            born_on=date(2014, 5, 4) - timedelta(days=rng.randrange(1200)),
        )
        _came_or_left(rng, student)
        _home(rng, student, number)
        _talks(rng, student, author)
        _calls(rng, student, phone, number, author)
        made.append(student)
    for back in range(60):
        opened = at(TODAY - timedelta(days=back), 21)
        if rng.random() < 0.8:
            minutes = rng.choice([5, 30, 31, None])
            closed = (
                {"closed_by": author, "closed_at": opened + timedelta(minutes=minutes)} if minutes else {}
            )
            RollCall.objects.create(
                school=school, building=house, kind="evening", on=opened.date(), opened_by=author,
                opened_at=opened, **closed,
            )  # fmt: skip
    return made


def _came_or_left(rng: random.Random, student: Student) -> None:
    if rng.random() < 0.2:
        Enrolment.objects.filter(student=student).update(ended_on=TODAY - timedelta(days=rng.randrange(60)))
    elif rng.random() < 0.2:
        Enrolment.objects.filter(student=student).update(started_on=TODAY - timedelta(days=rng.randrange(60)))


def _home(rng: random.Random, student: Student, number: int) -> None:
    for relation in ("mother", "father"):
        if rng.random() < 0.8:
            person = home.make_adult(student, f"{relation}{number}", relation)
            if rng.random() < 0.7:
                home.make_episode(person, started_on=date(2026, rng.randrange(1, 11), 1))
            if rng.random() < 0.5:
                home.make_capacity(person, rng.choice(["yes", "no"]))


def _talks(rng: random.Random, student: Student, author: User) -> None:
    for _number in range(rng.randrange(3)):
        happened = at(TODAY - timedelta(days=rng.randrange(80)), rng.randrange(24))
        withdrawn = {"withdrawn_at": NOW, "withdrawn_by": author} if rng.random() < 0.2 else {}
        level = rng.choice(["school", "restricted", "sealed"])
        session = factories.make_session(
            student, author, happened_at=happened.astimezone(UTC), sensitivity=level, **withdrawn
        )
        promise = factories.make_follow_up(session, due_on=happened.date() + timedelta(days=3))
        if rng.random() < 0.5:
            promise.done_at, promise.done_by = happened + timedelta(days=rng.randrange(9)), author
            promise.save()


def _calls(rng: random.Random, student: Student, phone: Any, number: int, author: User) -> None:
    person = home.make_adult(student, f"caller{number}", "relative")
    line = home.make_number(person, f"138{number:08d}")
    for back in rng.sample(range(-3, 70), 3):
        # one telephone: each call has a minute of the day of its own
        starts = at(TODAY - timedelta(days=back), 6 + number // 4, 15 * (number % 4))
        state = rng.choice(["talked", "missed", "planned"])
        call = call_factories.make_call(student, line, phone=phone, starts_at=starts, state=state)
        if starts < NOW and state != "planned":
            outcome = "talked" if state == "talked" else "no_answer"
            tried(student, author, person=line.person, call=call, at=starts, outcome=outcome)
    if rng.random() < 0.5:  # a class teacher's own call, outside every plan
        at_noon = at(TODAY - timedelta(days=rng.randrange(1, 40)))
        outcome = rng.choice(["upset", "no_answer"])
        tried(student, author, person=line.person, channel="teacher_phone", at=at_noon, outcome=outcome)


def tried(student: Student, author: User, **fields: Any) -> None:
    """Somebody tried to reach the pupil's home."""
    if "person" not in fields:
        fields["person"] = home.make_adult(student, "grandmother", "maternal_grandmother")
    ContactAttempt.objects.create(school=student.school, student=student, by=author, noted_at=NOW, **fields)
