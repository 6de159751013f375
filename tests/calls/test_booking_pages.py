"""One call by hand, as pages: booked, moved, cancelled; and the stranger who finds nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from calls.models import Call, Phone
from students import whereabouts
from tests import factories
from tests.calls.cast import family, number_of, starts, url

pytestmark = pytest.mark.django_db


def place(phone: Phone, at) -> str:
    return f"{int(at.timestamp())}-{phone.public_id.hex}"


def test_a_call_is_booked_moved_and_cancelled_by_the_class_teacher(
    client, school_class, window, phone, homeroom_teacher, monday
):
    student = family(school_class)
    client.force_login(homeroom_teacher)

    offered = client.get(url("call_new", student.public_id)).content.decode()
    client.post(url("call_new", student.public_id), {"place": place(phone, starts(monday))})
    booked = Call.objects.get()
    client.post(
        url("call_move", booked.public_id), {"place": place(phone, starts(monday, 10)), "reason": "pupil"}
    )
    moved = Call.objects.get(replaces=booked)
    client.post(url("call_cancel", moved.public_id), {"reason": "school"})

    moved.refresh_from_db()
    assert place(phone, starts(monday)) in offered
    assert "…8000" in offered
    assert "13800138000" not in offered
    assert (moved.starts_at, moved.state, moved.cancelled_by) == (
        starts(monday, 10),
        Call.State.CANCELLED,
        homeroom_teacher,
    )


def test_a_place_that_somebody_took_meanwhile_is_said_with_others(
    client, school_class, window, phone, school_admin, monday
):
    student, other = family(school_class), family(school_class, "李一", phone="13800138001")
    factories.make_call(other, number_of(other), phone=phone, starts_at=starts(monday))
    client.force_login(school_admin)

    response = client.post(url("call_new", student.public_id), {"place": place(phone, starts(monday))})

    page = response.content.decode()
    assert response.status_code == 422
    assert "This telephone is taken at that time." in page
    assert place(phone, starts(monday, 10)) in page


def test_a_pupil_on_leave_is_not_called_then(client, school_class, window, phone, school_admin, monday):
    student = family(school_class)
    whereabouts.add_provider(
        "test", lambda ids, begins, ends: {student.pk: [(starts(monday, -60), starts(monday, 15), "leave")]}
    )
    client.force_login(school_admin)

    try:
        offered = client.get(url("call_new", student.public_id)).content.decode()
        response = client.post(url("call_new", student.public_id), {"place": place(phone, starts(monday))})
    finally:
        whereabouts.remove_provider("test")

    assert place(phone, starts(monday, 10)) not in offered
    assert place(phone, starts(monday, 20)) in offered
    assert response.status_code == 422
    assert "somewhere else at that time" in response.content.decode()


def test_without_a_number_there_is_nothing_to_book(client, school_class, window, school_admin):
    student = factories.make_student(school_class)
    client.force_login(school_admin)

    shown = client.get(url("call_new", student.public_id))
    sent = client.post(url("call_new", student.public_id), {"place": "1-2"})

    assert "Nobody at home may be called" in shown.content.decode()
    assert sent.status_code == 422


@pytest.mark.parametrize("sent", ["", "soon", "1-zz", f"{10**10}-{'0' * 32}", "9" * 400])
def test_a_place_that_is_none_is_refused(client, school_class, window, school_admin, sent):
    student = family(school_class)
    client.force_login(school_admin)

    response = client.post(url("call_new", student.public_id), {"place": sent})

    assert response.status_code == 422


def test_the_stranger_from_next_door_finds_nothing(
    client, school, school_class, window, phone, stranger, school_admin, monday
):
    student = family(school_class)
    call = factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    rota = factories.make_rota(school, by=school_admin)
    client.force_login(stranger)

    for address in (
        url("school_week", school.public_id),
        url("phones", school.public_id),
        url("rota", rota.public_id),
        url("call_new", student.public_id),
        url("call_move", call.public_id),
        reverse("api:school_calls", args=[school.public_id]),
        reverse("api:rota", args=[rota.public_id]),
    ):
        assert client.get(address).status_code == 404
    assert student.name not in client.get(url("week")).content.decode()
