"""200 attempts over real connections, all at once: what stands is legal, and nothing legal was refused."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from calls.models import Call, CallPupil, Phone
from calls.services import bookings
from students.models import PhoneNumber, Student
from tests import factories
from tests.calls.cast import NOW, evening, family

pytestmark = pytest.mark.django_db(transaction=True)

ATTEMPTS, CONNECTIONS = 200, 10
# One telephone at one time, for a family of two children and two parents.
Attempt = tuple[Phone, int, tuple[Student, ...], PhoneNumber]


@pytest.fixture
def attempts(school, school_class) -> list[Attempt]:
    """Four telephones, six slots, five families: far more wishes than places, so that all three rules bite."""
    phones = [factories.make_phone(school) for _ in range(4)]
    factories.make_call_window(school)
    wishes = []
    for number in range(5):
        older = family(school_class, f"李{number}", phone=f"1380013800{number}")
        younger = factories.make_student(school_class, f"李小{number}", boarding="boarder")
        mother = PhoneNumber.objects.get(person__guardian_links__student=older)
        factories.make_link(younger, mother.person)
        father_person = factories.make_adult(older, f"李爸{number}", "father")
        factories.make_link(younger, father_person, relation="father")
        father = factories.make_number(father_person, f"1390013900{number}")
        wishes += list(
            itertools.product(phones, range(6), [(older,), (younger,), (older, younger)], [mother, father])
        )
    random.Random(5).shuffle(wishes)
    return wishes[:ATTEMPTS]


def meets(one: Attempt, other: Attempt) -> bool:
    """Whether the two can't both stand."""
    same = one[0] == other[0] or one[3].person_id == other[3].person_id or set(one[2]) & set(other[2])
    return one[1] == other[1] and bool(same)


def at_once(attempt, attempts: list[Attempt]) -> list[bool]:
    def run(wish: Attempt) -> bool:
        try:
            return attempt(wish)
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(run, attempts))


def standing_is(attempts: list[Attempt], results: list[bool]) -> bool:
    """What the database holds is what was accepted: no more, no less."""
    accepted = {
        (phone.pk, evening(10 * slot), number.pk, frozenset(one.pk for one in pupils))
        for (phone, slot, pupils, number), done in zip(attempts, results, strict=True)
        if done
    }
    stored = {
        (
            call.phone_id,
            call.starts_at,
            call.number_id,
            frozenset(one.student_id for one in call.pupils.all()),
        )
        for call in Call.objects.filter(stands=True).prefetch_related("pupils")
    }
    return stored == accepted and len(stored) == results.count(True)


def test_of_200_bookings_at_once_exactly_a_legal_set_stands(school, school_admin, attempts):
    def book(wish: Attempt) -> bool:
        phone, slot, pupils, number = wish
        try:
            bookings.book_call(
                school=school,
                students=pupils,
                number=number,
                phone=phone,
                starts_at=evening(10 * slot),
                by=school_admin,
                now=NOW,
            )
        except bookings.TakenError:
            return False
        return True

    results = at_once(book, attempts)

    kept = [wish for wish, done in zip(attempts, results, strict=True) if done]
    refused = [wish for wish, done in zip(attempts, results, strict=True) if not done]
    assert not any(meets(one, other) for one, other in itertools.combinations(kept, 2))
    assert all(any(meets(one, other) for other in kept) for one in refused)
    assert standing_is(attempts, results)
    assert len(kept) < ATTEMPTS / 2


def test_the_constraints_alone_keep_200_raw_writes_legal(school, school_admin, attempts):
    """Without the service and its lock: whoever writes rows straight into the tables meets the same wall."""

    def write(wish: Attempt) -> bool:
        phone, slot, pupils, number = wish
        begins = evening(10 * slot)
        try:
            with transaction.atomic():
                call = Call.objects.create(
                    school=school,
                    phone=phone,
                    person_id=number.person_id,
                    number=number,
                    starts_at=begins,
                    ends_at=begins + timedelta(minutes=10),
                    made_by=school_admin,
                    made_at=NOW,
                )
                CallPupil.objects.bulk_create(
                    CallPupil(
                        school=school,
                        call=call,
                        student=one,
                        starts_at=call.starts_at,
                        ends_at=call.ends_at,
                        stands=True,
                    )
                    for one in pupils
                )
        except DatabaseError as error:  # taken, or broken off as one of two that waited for each other
            if getattr(error.__cause__, "pgcode", "") not in {"23P01", "40P01"}:
                raise
            return False
        return True

    results = at_once(write, attempts)

    kept = [wish for wish, done in zip(attempts, results, strict=True) if done]
    assert kept
    assert not any(meets(one, other) for one, other in itertools.combinations(kept, 2))
    assert standing_is(attempts, results)
