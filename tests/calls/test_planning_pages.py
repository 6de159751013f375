"""Telephones and windows, the week, its plan, one call by hand: as pages, and for programs."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, CallWindow, Phone, Rota, WindowException
from calls.services import phones as phone_services
from calls.services import rota as rota_services
from core.models import AuditEvent
from schools.services.errors import RefusedError
from students import whereabouts
from tests import factories
from tests.calls.cast import family, number_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday() -> date:
    """Of next week by the clock on the wall: pages read it."""
    on = timezone.localdate()
    return on - timedelta(days=on.weekday()) + timedelta(days=7)


@pytest.fixture
def phone(school) -> Phone:
    return factories.make_phone(school, "Hall 1")


@pytest.fixture
def window(school, phone) -> CallWindow:
    return factories.make_call_window(school, to_time=time(18, 30))


def starts(monday: date, minute: int = 0):
    zone = timezone.get_default_timezone()
    return timezone.datetime(monday.year, monday.month, monday.day, 18, tzinfo=zone) + timedelta(
        minutes=minute
    )


def url(name: str, *args: object) -> str:
    return reverse(f"calls:{name}", args=args)


# --- telephones, windows, days that differ -------------------------------------------------------------


def test_a_telephone_is_added_and_taken_out_of_use(client, school, school_admin):
    client.force_login(school_admin)

    client.post(url("phone_new", school.public_id), {"name": "Hall 1", "kind": "landline"})
    phone = Phone.objects.get()
    shown = client.get(url("phones", school.public_id))
    client.post(url("phone_end", school.public_id, phone.public_id))

    phone.refresh_from_db()
    assert "Hall 1" in shown.content.decode()
    assert phone.ended_on == timezone.localdate()
    assert set(AuditEvent.objects.filter(event__startswith="phone.").values_list("event", flat=True)) == {
        "phone.added",
        "phone.ended",
    }


def test_the_same_name_twice_is_said_beside_the_field_and_kept(client, school, phone, school_admin):
    client.force_login(school_admin)

    response = client.post(url("phone_new", school.public_id), {"name": "Hall 1", "kind": "mobile"})

    assert response.status_code == 422
    assert 'value="Hall 1"' in response.content.decode()
    assert "in use already" in response.content.decode()


def test_a_telephone_with_planned_calls_stays_in_use(
    client, school, school_class, phone, school_admin, monday
):
    student = family(school_class)
    factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    client.force_login(school_admin)

    response = client.post(url("phone_end", school.public_id, phone.public_id), follow=True)

    phone.refresh_from_db()
    assert phone.ended_on is None
    assert "move or cancel them first" in response.content.decode()


def test_windows_open_on_several_days_at_once(client, school, phone, school_admin):
    client.force_login(school_admin)

    client.post(
        url("window_new", school.public_id),
        {
            "weekdays": [1, 3],
            "from_time": "18:00",
            "to_time": "20:00",
            "slot_minutes": 10,
            "phones": phone.pk,
        },
    )

    found = CallWindow.objects.prefetch_related("phone_links")
    assert [(one.weekday, one.slot_minutes) for one in found] == [(1, 10), (3, 10)]
    assert [link.phone for one in found for link in one.phone_links.all()] == [phone, phone]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to_time": "17:00"}, "must come after the beginning"),
        ({"from_time": "18:55", "to_time": "19:00"}, "Not one whole call"),
        ({"from_time": "18:20", "to_time": "19:00"}, "overlap a window on Monday"),
        ({"slot_minutes": 3}, "greater than or equal to 5"),
        ({"weekdays": []}, "required"),
        ({"weekdays": [9]}, "not one of the available"),
        ({"from_time": "soon"}, "valid time"),
    ],
)
def test_bad_hours_are_said_and_nothing_is_opened(client, school, window, school_admin, change, said):
    client.force_login(school_admin)
    sent = {"weekdays": [2, 1], "from_time": "18:00", "to_time": "20:00", "slot_minutes": 10} | change

    response = client.post(url("window_new", school.public_id), sent)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert CallWindow.objects.count() == 1


def test_a_window_that_was_in_force_keeps_its_past(client, school, window, school_admin):
    client.force_login(school_admin)

    client.post(url("window_end", school.public_id, window.public_id))

    window.refresh_from_db()
    assert window.ended_on == timezone.localdate() - timedelta(days=1)


def test_a_day_is_closed_and_opened_again(client, school, school_admin, monday):
    client.force_login(school_admin)

    client.post(
        url("exception_new", school.public_id),
        {"on": monday.isoformat(), "kind": "closed", "note": "Sports day"},
    )
    shown = client.get(url("phones", school.public_id)).content.decode()
    client.post(url("exception_remove", school.public_id), {"on": monday.isoformat()})

    assert "Sports day" in shown
    assert WindowException.objects.count() == 0


def test_other_hours_without_hours_are_refused(client, school, school_admin, monday):
    client.force_login(school_admin)

    response = client.post(
        url("exception_new", school.public_id), {"on": monday.isoformat(), "kind": "other_hours"}
    )

    assert response.status_code == 422
    assert "need a beginning" in response.content.decode()


def test_a_day_that_is_over_cant_differ_any_more(school, school_admin):
    today = timezone.localdate()

    with pytest.raises(RefusedError, match="over"):
        phone_services.set_exception(
            school=school,
            on=today - timedelta(days=1),
            kind="closed",
            from_time=None,
            to_time=None,
            slot_minutes=None,
            note="",
            by=school_admin,
            today=today,
        )


def test_the_set_up_costs_the_same_for_one_of_each_and_three(client, school, window, school_admin):
    client.force_login(school_admin)
    address = url("phones", school.public_id)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for weekday in (2, 3):
        other = factories.make_phone(school)
        factories.make_call_window(school, weekday).phone_links.create(school=school, phone=other)
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)


# --- the week and its plan -----------------------------------------------------------------------------


def test_a_week_is_worked_out_looked_at_and_published(
    client, school, school_class, window, school_admin, monday, django_capture_on_commit_callbacks
):
    student = family(school_class)
    nobody = factories.make_student(school_class, "李无号", boarding="boarder")
    client.force_login(school_admin)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            url("rotas", school.public_id),
            {"monday": monday.isoformat(), "audience": "boarders", "per_week": 1},
        )
    rota = Rota.objects.get()
    rota_services.solve_rota(rota_id=rota.pk, on=timezone.localdate(), now=timezone.now())
    preview = client.get(url("rota", rota.public_id)).content.decode()
    published = client.post(url("rota_publish", rota.public_id), follow=True).content.decode()

    assert student.name in preview
    assert "1 of 2" in preview
    assert nobody.name in preview
    assert "No confirmed telephone number" in preview
    assert student.name in published
    assert Call.objects.get().state == Call.State.PLANNED


def test_while_it_is_worked_out_the_page_shows_how_far_it_is(client, school, school_admin):
    rota = factories.make_rota(school, by=school_admin, state=Rota.State.SOLVING)
    rota_services.RotaProgress.objects.create(school=school, rota=rota, done=1, total=5)
    client.force_login(school_admin)

    page = client.get(url("rota", rota.public_id)).content.decode()
    piece = client.get(
        url("rota", rota.public_id), headers={"HX-Request": "true", "HX-Target": "rota-progress"}
    ).content.decode()

    assert "being worked out" in page
    assert 'id="rota-progress"' in piece
    assert "<html" not in piece


def test_what_hinders_the_plan_is_said_on_the_form(client, school, school_admin, monday):
    client.force_login(school_admin)

    response = client.post(
        url("rotas", school.public_id),
        {"monday": monday.isoformat(), "audience": "boarders", "per_week": 2},
    )

    assert response.status_code == 422
    assert "no telephone in use" in response.content.decode()


@pytest.mark.parametrize("monday_sent", ["", "soon", "2026-02-31", "1999-01-04"])
def test_a_week_that_isnt_on_offer_is_refused(client, school, window, school_admin, monday_sent):
    client.force_login(school_admin)

    response = client.post(
        url("rotas", school.public_id), {"monday": monday_sent, "audience": "boarders", "per_week": 1}
    )

    assert response.status_code == 422


def test_a_class_teacher_sees_their_own_pupils_and_of_others_only_that_a_place_is_taken(
    client, school, school_class, other_class, window, phone, homeroom_teacher, monday
):
    own = family(school_class, "王小雨")
    other = family(other_class, "李明", phone="13800138001")
    factories.make_call(own, number_of(own), phone=phone, starts_at=starts(monday))
    factories.make_call(other, number_of(other), phone=phone, starts_at=starts(monday, 10))
    client.force_login(homeroom_teacher)

    page = client.get(f"{url('week')}?day={monday.isoformat()}").content.decode()

    assert "王小雨" in page
    assert "Taken" in page
    assert "李明" not in page
    assert "李妈" not in page


def test_the_day_costs_the_same_for_one_call_and_three(
    client, school, school_class, window, phone, school_admin, monday
):
    client.force_login(school_admin)
    address = f"{url('school_week', school.public_id)}?day={monday.isoformat()}"
    first = family(school_class, "李一")
    factories.make_call(first, number_of(first), phone=phone, starts_at=starts(monday))
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in (1, 2):
        student = family(school_class, f"王{number}", phone=f"1380013801{number}")
        factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday, 10 * number))
    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)


def test_the_plan_costs_the_same_for_one_left_out_and_three(
    client, school, school_class, window, school_admin
):
    rota = factories.make_rota(school, by=school_admin)
    factories.make_left_out(rota, factories.make_student(school_class, "李一"))
    client.force_login(school_admin)
    client.get(url("rota", rota.public_id))
    with CaptureQueriesContext(connection) as one:
        client.get(url("rota", rota.public_id))
    for name in ("李二", "李三"):
        factories.make_left_out(
            rota,
            factories.make_student(school_class, name),
            reason="taken",
            params={
                "slots": 1,
                "places": 3,
                "larger": 1,
                "least_waited": 9,
            },
        )
    with CaptureQueriesContext(connection) as three:
        page = client.get(url("rota", rota.public_id)).content.decode()

    assert len(three) == len(one)
    assert "All 3 places that the family could have" in page
    assert "at least 9 days" in page


@pytest.mark.parametrize("day", ["2026-13-01", "soon", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_is_none_shows_today(client, school, school_admin, day):
    client.force_login(school_admin)

    response = client.get(url("week"), {"day": day})

    assert response.status_code == 200


def test_the_week_on_paper_is_noted(client, school, school_class, window, phone, school_admin, monday):
    student = family(school_class)
    factories.make_call(student, number_of(student), phone=phone, starts_at=starts(monday))
    client.force_login(school_admin)

    page = client.get(f"{url('week_print', school.public_id)}?day={monday.isoformat()}").content.decode()

    assert student.name in page
    assert "Hall 1" in page
    assert "13800138000" not in page
    assert AuditEvent.objects.get(event="rota.printed").school_id == school.pk


# --- one call by hand ----------------------------------------------------------------------------------


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


# --- for programs --------------------------------------------------------------------------------------


def test_programs_read_the_calls_of_the_pupils_they_see(
    client, school, school_class, other_class, window, phone, homeroom_teacher, monday
):
    own, other = family(school_class), family(other_class, "李明", phone="13800138001")
    factories.make_call(own, number_of(own), phone=phone, starts_at=starts(monday))
    factories.make_call(other, number_of(other), phone=phone, starts_at=starts(monday, 10))
    client.force_login(homeroom_teacher)
    address = reverse("api:school_calls", args=[school.public_id])

    (found,) = client.get(address).json()["results"]
    later = client.get(address, {"since": (monday + timedelta(days=1)).isoformat()}).json()["results"]
    misspelt = client.get(address, {"sinse": "2026-01-01"})

    assert found["students"] == [{"id": str(own.public_id), "name": own.name}]
    assert found["state"] == "planned"
    assert later == []
    assert misspelt.status_code == 400


def test_programs_read_a_plan_and_whom_it_leaves_out(client, school, school_class, school_admin):
    rota = factories.make_rota(school, by=school_admin)
    student = factories.make_student(school_class)
    factories.make_left_out(rota, student, waited_days=12)
    client.force_login(school_admin)

    (listed,) = client.get(reverse("api:school_rotas", args=[school.public_id])).json()["results"]
    found = client.get(reverse("api:rota", args=[rota.public_id])).json()

    assert listed["id"] == found["id"] == str(rota.public_id)
    assert found["left_out"] == [
        {
            "student": {"id": str(student.public_id), "name": student.name},
            "reason": "no_number",
            "params": {},
            "waited_days": 12,
        }
    ]
