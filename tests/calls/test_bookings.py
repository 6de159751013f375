"""One call by hand: only in a free, open slot, with a number that may be called; moved and cancelled."""

from __future__ import annotations

import pytest

from calls.models import Call
from calls.services import bookings
from schools.services.errors import RefusedError
from tests import factories
from tests.calls.cast import NOW, evening, family, number_of

pytestmark = pytest.mark.django_db


def book(student, phone, starts_at, by, *, number=None):
    return bookings.book_call(
        school=student.school,
        students=[student],
        number=number or number_of(student),
        phone=phone,
        starts_at=starts_at,
        by=by,
        now=NOW,
    )


def test_a_call_is_booked_in_an_open_slot(school_class, window, phone, school_admin):
    student = family(school_class)

    call = book(student, phone, evening(10), school_admin)

    assert (call.state, call.rota, call.ends_at) == (Call.State.PLANNED, None, evening(20))
    assert call.pupils.get().stands


@pytest.mark.parametrize("minute", [5, 30, -10])
def test_outside_an_open_slot_there_is_no_call(school_class, window, phone, school_admin, minute):
    with pytest.raises(RefusedError, match="isn't open"):
        book(family(school_class), phone, evening(minute), school_admin)


def test_what_is_taken_is_said_with_the_next_free_places(school_class, window, phone, school_admin):
    first, second = family(school_class, "李一"), family(school_class, "李二", phone="13800138001")
    book(first, phone, evening(), school_admin)

    with pytest.raises(bookings.TakenError, match="telephone is taken") as refusal:
        book(second, phone, evening(), school_admin)

    assert [one.starts_at for one in refusal.value.places][:2] == [evening(10), evening(20)]
    assert refusal.value.field == "place"


def test_a_pupil_and_a_parent_have_one_call_at_a_time(school, school_class, window, phone, school_admin):
    second_phone = factories.make_phone(school)
    student = family(school_class)
    father = factories.make_number(factories.make_adult(student, "王爸", "father"), "13900139000")
    sibling = factories.make_student(school_class, "王二", boarding="boarder")
    factories.make_link(sibling, number_of(student).person)
    book(student, phone, evening(), school_admin)

    with pytest.raises(bookings.TakenError, match="child has another call"):
        book(student, second_phone, evening(), school_admin, number=father)
    with pytest.raises(bookings.TakenError, match="person has another call"):
        book(sibling, second_phone, evening(), school_admin, number=number_of(student))


def test_a_number_of_somebody_else_is_refused(school_class, window, phone, school_admin):
    student, other = family(school_class), family(school_class, "李一", phone="13800138001")

    with pytest.raises(RefusedError, match="may not be called for this child"):
        book(student, phone, evening(), school_admin, number=number_of(other))


def test_moving_keeps_the_old_call_as_moved_and_frees_its_place(school_class, window, phone, school_admin):
    student = family(school_class)
    old = book(student, phone, evening(), school_admin)

    new = bookings.move_call(
        call=old, phone=phone, starts_at=evening(20), reason="parent", by=school_admin, now=NOW
    )

    old.refresh_from_db()
    assert (old.state, old.stands, old.pupils.get().stands) == (Call.State.MOVED, False, False)
    assert (new.replaces, new.starts_at, new.pupils.get().student) == (old, evening(20), student)
    assert book(family(school_class, "李一", phone="13800138001"), phone, evening(), school_admin).stands


def test_a_move_to_a_taken_place_leaves_the_call_where_it_was(school_class, window, phone, school_admin):
    first, second = family(school_class, "李一"), family(school_class, "李二", phone="13800138001")
    call = book(first, phone, evening(), school_admin)
    book(second, phone, evening(10), school_admin)

    with pytest.raises(bookings.TakenError):
        bookings.move_call(
            call=call, phone=phone, starts_at=evening(10), reason="pupil", by=school_admin, now=NOW
        )

    call.refresh_from_db()
    assert (call.state, call.starts_at) == (Call.State.PLANNED, evening())


def test_a_cancelled_call_is_over(school_class, window, phone, school_admin):
    call = book(family(school_class), phone, evening(), school_admin)

    bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW)

    with pytest.raises(RefusedError, match="isn't planned any more"):
        bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW)


def test_a_call_that_has_begun_is_neither_moved_nor_cancelled(school_class, window, phone, school_admin):
    call = book(family(school_class), phone, evening(), school_admin)

    with pytest.raises(RefusedError, match="has begun already"):
        bookings.cancel_call(call=call, reason="school", by=school_admin, now=evening(1))
