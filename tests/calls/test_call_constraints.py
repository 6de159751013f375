"""What the database itself holds together about calls, whoever writes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from calls.models import Call, CallPupil
from calls.services import turns
from students.models import PhoneNumber
from tests import factories
from tests.calls.cast import NOW, evening, family

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(school, school_class):
    student = family(school_class)
    number = PhoneNumber.objects.get()
    return factories.make_call(student, number, phone=factories.make_phone(school), starts_at=evening())


def test_a_pupils_time_is_the_calls_own_and_moves_with_it(call):
    Call.objects.filter(pk=call.pk).update(
        starts_at=evening(10),
        ends_at=evening(20),
        state=Call.State.CANCELLED,
        stands=False,
        cancelled_at=NOW,
        reason="school",
    )

    pupil = call.pupils.get()
    assert (pupil.starts_at, pupil.ends_at, pupil.stands) == (evening(10), evening(20), False)
    with pytest.raises(IntegrityError):
        CallPupil.objects.filter(pk=pupil.pk).update(stands=True)


def test_a_call_that_stands_again_is_refused_where_its_place_was_taken(school, call):
    other = factories.make_call(
        [],
        call.number,
        phone=call.phone,
        starts_at=evening(),
        state="proposed",
        rota=factories.make_rota(school, by=factories.make_user()),
    )

    with pytest.raises(IntegrityError) as refusal:
        Call.objects.filter(pk=other.pk).update(state=Call.State.PLANNED, stands=True)

    assert turns.is_clash(refusal.value)


def test_one_call_may_begin_as_another_ends(call):
    follows = factories.make_call(
        call.pupils.get().student, call.number, phone=call.phone, starts_at=evening(10)
    )

    assert follows.stands


@pytest.mark.parametrize(
    "change",
    [
        {"ends_at": evening()},
        {"state": "cancelled"},
        {"state": "cancelled", "stands": False},
        {"stands": False},
        {"state": "proposed", "stands": False},
        {"reason": "parent"},
    ],
)
def test_a_call_that_contradicts_itself_is_refused(call, change):
    with pytest.raises(IntegrityError):
        Call.objects.filter(pk=call.pk).update(**change)


def test_no_row_of_a_call_points_into_another_school(call, other_school):
    foreign = factories.make_phone(other_school)

    Call.objects.filter(pk=call.pk).update(phone=foreign)

    with pytest.raises(IntegrityError):
        connection.check_constraints()
